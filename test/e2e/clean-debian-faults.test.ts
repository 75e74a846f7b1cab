import {rm} from 'node:fs/promises'
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'
import {canMakeMachines, CleanMachine, makeDebian} from '../support/clean-machine.js'
import {portsOf} from '../support/workspace.js'

interface Result {
  readonly plan: readonly {readonly id: string}[]
  readonly services: readonly {readonly name: string; readonly state: string}[]
  readonly followUps: readonly {readonly tool: string; readonly todo: string}[]
}

interface Entry {
  readonly kind: 'begin' | 'done' | 'failed' | 'end'
  readonly step?: string
  readonly plan?: readonly {readonly id: string}[]
}

const setup = ['setup', '--profile', 'backend', '--yes']
const tools = [...setup, '--tools-only']
const cwd = '/srv/work'

function toolchainOf(...names: readonly string[]): string {
  const tool = (name: string) => `
  - id: ${name}
    title: ${name}
    profiles: [backend]
    detect: {programs: [${name}], arguments: [--version], pattern: '(\\d+(?:\\.\\d+)+)'}
    apt: {packages: [${name}], sizeMb: 1, minutes: 1}`
  return `machine: {memoryGb: 8, diskGb: 256, macos: '12'}\ntools:${names.map(tool).join('')}\n`
}

/** As a power cut does: mitra and whatever it started end at once, as soon as apt has said the word. */
const cutOffAt = (word: string) => `
  mitra ${tools.join(' ')} > /tmp/said 2>&1 &
  mitra=$!
  until grep -q '${word}' /tmp/said; do kill -0 $mitra; sleep 0.02; done
  kill -9 $mitra
  for entry in /proc/[0-9]*; do
    case "$(cat $entry/comm 2> /dev/null)" in
      apt-get|dpkg|dpkg-deb|dpkg-split|tar|http) kill -9 \${entry#/proc/} 2> /dev/null || true ;;
    esac
  done
  wait $mitra || true`

/** Packages come through it only, and it shows a certificate that nobody knows yet. */
const proxy = `
  certificate=/usr/local/share/ca-certificates/proxy.crt
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=proxy -addext subjectAltName=IP:127.0.0.1 \\
    -keyout /srv/proxy.key -out $certificate 2> /dev/null
  sources=$(find /etc/apt -name "*.list" -o -name "*.sources")
  mirror=$(grep -ohE 'https?://[^/ ]+' $sources | grep -v '^#' | tail -1)
  sed -i -E 's#https?://[^/ ]+#https://127.0.0.1:8443#' $sources
  cat > /srv/proxy.mjs <<'END'
import {readFileSync} from 'node:fs'
import {get} from 'node:http'
import {createServer} from 'node:https'
const [mirror, certificate] = process.argv.slice(2)
const keys = {key: readFileSync('/srv/proxy.key'), cert: readFileSync(certificate)}
const host = new URL(mirror).host
createServer(keys, (question, answer) => {
  get(mirror + question.url, {headers: {...question.headers, host}}, (got) => {
    answer.writeHead(got.statusCode, got.headers)
    got.pipe(answer)
  })
}).listen(8443, '127.0.0.1')
END
  node /srv/proxy.mjs $mirror $certificate > /dev/null 2>&1 &`

describe.runIf(canMakeMachines)('a clean Debian, disturbed', () => {
  let debian = ''
  const machines: CleanMachine[] = []
  const open = async (toolchain?: string, options = {}) => {
    const machine = await CleanMachine.open(debian, options)
    machines.push(machine)
    await machine.shell(`mkdir ${cwd}; chmod 777 ${cwd}`)
    if (toolchain !== undefined)
      await machine.shell(`printf '%s' "$TEXT" > ${cwd}/toolchain.yml`, {env: {TEXT: toolchain}})
    return machine
  }
  const afterFixing = async (machine: CleanMachine, env = {}) => {
    const done = await machine.mitra(tools, {cwd, env})
    const {plan} = await machine.json<Result>([...tools, '--plan'], {cwd, env})
    return {code: done.code, plan}
  }
  const undone = {code: 0, plan: []}

  beforeAll(async () => {
    debian = await makeDebian()
  }, 300_000)

  afterEach(async () => {
    for (const machine of machines.splice(0)) await machine.close()
  })

  afterAll(async () => {
    await rm(debian, {recursive: true, force: true})
  })

  test('killed at every few records of setup, it comes to its end and repeats no step', async () => {
    const machine = await open()
    const env = {MITRA_ENGINE: 'native', ...portsOf(28_120)}
    const stuck: string[] = []
    let isKilled = true
    for (let kills = 0; isKilled && kills < 100; kills += 1) {
      // Each run gets one to three records further; every second one dies when a step is done and not recorded.
      const fault = {
        MITRA_FAULT: `journal:${2 + (kills % 3)}:${kills % 2 === 0 ? 'after' : 'before'}`,
      }
      const {code, signal, stderr} = await machine.mitra(setup, {cwd, env: {...env, ...fault}})
      isKilled = signal === 'SIGKILL'
      if (!isKilled && code !== 0) stuck.push(`${kills}: ${code} ${stderr}`)
    }

    const again = await machine.json<Result>(setup, {cwd, env})
    const text = await machine.shell(`cat ${cwd}/.mitra/journal/journal.jsonl`)
    const entries = text
      .split('\n')
      .filter(Boolean)
      .map((line): Entry => JSON.parse(line))
    const named = entries.flatMap(({kind, step}) => (kind === 'done' && step ? [step] : []))
    // Each of these records what another run that was cut off has brought.
    const done = named.filter((step) => step !== 'toolchain.leftover')

    expect(stuck).toEqual([])
    expect(again.services.map(({state}) => state)).not.toContain('stopped')
    expect(again.plan).toEqual([])
    expect(done.length).toBeGreaterThan(20)
    expect(done.filter((step, at) => done.indexOf(step) !== at)).toEqual([])
  }, 900_000)

  test('killed with apt while it unpacks, it repairs dpkg first and knows what came', async () => {
    const machine = await open(toolchainOf('git', 'tree'))
    const before = await machine.packages()

    await machine.shell(cutOffAt('Unpacking perl'), {cwd})

    expect(await machine.shell('dpkg --audit')).not.toBe('')
    expect(await afterFixing(machine)).toEqual(undone)
    expect((await machine.mitra(['setup', '--undo', '--yes'], {cwd})).code).toBe(0)
    expect(await machine.packages()).toEqual(before)
  }, 300_000)

  test('without sudo it refuses before anything is changed, and says how', async () => {
    const machine = await open()
    const before = [await machine.packages(), await machine.shell('ls -A /home/ravi')]
    await machine.shell('mkdir /home/ravi/work; chown ravi:ravi /home/ravi/work')
    const as = {user: 'ravi', cwd: '/home/ravi/work', env: {MITRA_ENGINE: 'native'}} as const

    const refused = await machine.mitra(setup, as)

    expect(refused.code).toBe(6)
    expect(refused.stderr).toContain('needs root')
    expect(refused.stderr).toContain('sudo -v')
    expect(await machine.shell('ls -A /home/ravi/work')).toBe('.mitra\n')
    await machine.shell('rm -r /home/ravi/work')
    expect([await machine.packages(), await machine.shell('ls -A /home/ravi')]).toEqual(before)
  })

  test('without a network it says so, changes no package, and goes on when there is one', async () => {
    const machine = await open(toolchainOf('tree'))
    const before = await machine.packages()

    const failed = await machine.run(['unshare', '--net', 'mitra', ...tools], {cwd})

    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('Is there a network')
    expect(await machine.packages()).toEqual(before)
    expect(await afterFixing(machine)).toEqual(undone)
  })

  test('a proxy with a certificate of its own is named, and once it is trusted setup goes on', async () => {
    const machine = await open(toolchainOf('tree'))
    await machine.shell(proxy)

    const failed = await machine.mitra(tools, {cwd})

    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('update-ca-certificates')
    await machine.shell('update-ca-certificates')
    expect(await afterFixing(machine)).toEqual(undone)
  })

  test('with a full disk it says so, and goes on when there is room', async () => {
    const machine = await open(toolchainOf('git'), {diskMb: 400})
    const before = await machine.packages()
    await machine.shell('apt-get -qq update')
    const free = Number(await machine.shell('df --output=avail -m / | tail -1'))
    await machine.shell(`head -c ${free - 45}M /dev/zero > /srv/full`)

    const failed = await machine.mitra(tools, {cwd})

    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('disk space')
    await machine.shell('rm /srv/full')
    expect(await afterFixing(machine)).toEqual(undone)
    expect((await machine.mitra(['setup', '--undo', '--yes'], {cwd})).code).toBe(0)
    expect(await machine.packages()).toEqual(before)
  }, 300_000)

  test('an older tool first on PATH is left for a person, with the right one beside it', async () => {
    const toolchain = toolchainOf('tree').replace('title:', "minimum: '2'\n    title:")
    const machine = await open(toolchain)
    await machine.shell(
      "printf '#!/bin/sh\\necho tree 1.0\\n' > /usr/local/bin/tree; chmod +x /usr/local/bin/tree",
    )

    const first = await machine.json<Result>(tools, {cwd})
    const second = await machine.json<Result>([...tools, '--plan'], {cwd})

    expect(first.followUps.map(({todo}) => todo)).toEqual([
      'Put the folder of /usr/bin/tree before that of /usr/local/bin/tree in PATH.',
    ])
    expect([second.plan, second.followUps]).toEqual([[], first.followUps])
  })
})
