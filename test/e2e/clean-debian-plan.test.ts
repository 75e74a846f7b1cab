import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {canMakeMachines, CleanMachine, makeDebian} from '../support/clean-machine.js'
import {readRecord, straceOptions, type RecordedRun} from '../support/recorded-run.js'
import {portsOf} from '../support/workspace.js'

interface Step {
  readonly id: string
  readonly detail?: {
    readonly commands?: readonly (readonly string[])[]
    readonly files?: readonly string[]
  }
}

/** They look and change nothing. */
const probes = [
  ['…', '--version'],
  ['…', '-v'],
  ['…', '-m', 'pip', '--version'],
  ['python3', '-c', 'import …'],
  ['dpkg-query', '-W', '…'],
  ['dpkg', '--audit'],
  ['apt-cache', 'policy', '…'],
  ['apt-get', '--simulate', '…'],
  ['git', 'rev-parse', '…'],
]

const cwd = '/srv/work'
const profile = ['setup', '--profile', 'backend']
const at = {cwd, env: {MITRA_ENGINE: 'native', ...portsOf(28_130)}}

/** The backend's keeper runs what comes after its own words. */
function kept(words: readonly string[]): readonly string[] {
  const own = words.indexOf('mitra-backend')
  return own === -1 ? words : words.slice(own + 2)
}

/** `…` as a word stands for any number of words, within one for any text. */
function isAs(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return words.length === 0
  if (first === '…') {
    const isRest = words.some((_, index) => isAs(rest, words.slice(index)))
    return isRest || isAs(rest, [])
  }
  const [word, ...others] = words
  return word !== undefined && isText(first, word) && isAs(rest, others)
}

function isText(pattern: string, text: string): boolean {
  const parts = pattern.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text)
}

/** The file itself, what is in it, its temporary neighbour, and the folders on the way to it. */
function isOf(planned: string, path: string): boolean {
  const temporary = /^(.*\/)\.([^/]+)\.\d+\.[0-9a-f]{8}\.tmp$/.exec(path)
  const whole = temporary === null ? path : `${temporary[1]}${temporary[2]}`
  const parts = planned.split('/')
  const isAbove = parts.some((_, count) => isText(parts.slice(0, count).join('/'), path))
  return isText(planned, whole) || isText(`${planned}/…`, whole) || isAbove
}

describe.runIf(canMakeMachines)('the plan of setup on a clean Debian', () => {
  let debian = ''
  let steps: readonly Step[] = []
  let recorded: RecordedRun = {commands: [], files: []}

  beforeAll(async () => {
    debian = await makeDebian()
    const machine = await CleanMachine.open(debian)
    const logs = await mkdtemp(join(tmpdir(), 'mitra-record-'))
    try {
      await machine.shell(`mkdir ${cwd}`)
      const {plan} = await machine.json<{plan: readonly Step[]}>([...profile, '--plan'], at)
      steps = plan
      recorded = await record(machine, logs)
    } finally {
      await machine.close()
      await rm(logs, {recursive: true, force: true})
    }
  }, 600_000)

  afterAll(async () => {
    await rm(debian, {recursive: true, force: true})
  })

  /** The services would keep strace: once mitra has ended they are stopped, out of its sight. */
  async function record(machine: CleanMachine, logs: string): Promise<RecordedRun> {
    const [log, code] = [join(logs, 'log'), join(logs, 'code')]
    const ended = ['sh', '-c', `"$@"; echo $? > '${code}'`, 'sh']
    const under = ['strace', ...straceOptions, '-o', log, ...ended]
    const traced = machine.mitra([...profile, '--yes', '--json'], {...at, under})
    const until = Date.now() + 400_000
    const codeNow = () => readFile(code, 'utf8').catch(() => '')
    while ((await codeNow()) === '' && Date.now() < until) await sleep(100)
    const ending = await codeNow()
    await machine.mitra(['down'], at)
    const {stderr} = await traced
    if (ending !== '0\n') throw new Error(`setup ended with ${ending}: ${stderr}`)
    const isMitra = ([program = '', file = '']: readonly string[]) =>
      program === 'node' && file.endsWith('/mitra')
    return readRecord(await readFile(log, 'utf8'), isMitra)
  }

  test('names every command that was run, and all that it names were run', () => {
    const planned = steps.flatMap(({detail}) => detail?.commands ?? [])
    const commands = recorded.commands.map(kept)
    const run = commands.filter((words) => !probes.some((probe) => isAs(probe, words)))

    expect(planned.length).toBeGreaterThan(15)
    expect(run.filter((words) => !planned.some((one) => isAs(one, words)))).toEqual([])
    expect(planned.filter((one) => !run.some((words) => isAs(one, words)))).toEqual([])
  })

  test('names every file that was written, and all that it names were written', () => {
    const planned = steps.flatMap(({detail}) => detail?.files ?? [])
    // Journal, locks, passwords and what mitra remembers: its own.
    const isKept = (path: string) => `${path}/`.startsWith(`${cwd}/.mitra/`)
    const written = recorded.files.filter((path) => !isKept(path))
    const own = planned.filter((path) => !isKept(path))

    expect(own.length).toBeGreaterThan(30)
    expect(written.filter((path) => !own.some((one) => isOf(one, path)))).toEqual([])
    expect(own.filter((one) => !written.some((path) => isOf(one, path)))).toEqual([])
  })
})
