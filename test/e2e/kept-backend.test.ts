import {get} from 'node:http'
import {appendFileSync, readFileSync} from 'node:fs'
import {rename, rm, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {mitra, oddFolder} from '../support/cli.js'
import {enginesToTest} from '../support/engines.js'
import {gitToolchain} from '../support/git-toolchain.js'
import {hasGitAndVenv} from '../support/python.js'
import {bareRepository} from '../support/repository.js'
import {checkedJson} from '../support/run.js'
import {standInBackend} from '../support/stand-in-backend.js'
import {portsOf, removeWorkspace} from '../support/workspace.js'

interface Shown {
  readonly plan: readonly {readonly id: string; readonly why: string}[]
  readonly services: readonly {readonly name: string; readonly state: string}[]
  readonly backend?: string | null
}

describe.runIf(hasGitAndVenv).each(enginesToTest)('the backend on the $name engine', ({name}) => {
  const ports = portsOf(name === 'native' ? 25_970 : 25_980)
  const nginx = Number(ports['MITRA_PORTS_NGINX'])
  let cwd = ''
  let origin = ''

  const at = () => ({cwd, env: {...ports, MITRA_ENGINE: name}})
  const json = async (schema: string, ...argv: readonly string[]) => {
    const {stdout, stderr} = await mitra([...argv, '--json'], at())
    if (stdout === '') throw new Error(stderr)
    // It holds the schema.
    return checkedJson(stdout, schema) as Shown
  }
  const stateOf = async () =>
    (await json('status', 'status')).services.find((one) => one.name === 'backend')?.state
  const health = () =>
    new Promise<{readonly status: number; readonly text: string}>((resolve, reject) => {
      get(`http://127.0.0.1:${nginx}/api/health`, {agent: false}, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({status: response.statusCode ?? 0, text}))
      }).on('error', reject)
    })
  const pid = async () => Number(/"pid": (\d+)/.exec((await health()).text)?.[1])

  beforeAll(async () => {
    cwd = await oddFolder()
    origin = await oddFolder()
    await writeFile(join(cwd, 'toolchain.yml'), gitToolchain)
    const address = bareRepository(origin, standInBackend)
    await writeFile(join(cwd, 'mitra.yml'), `repositories:\n  backend: ${address}\n`)
    const {code, stderr} = await mitra(['setup', '--profile', 'backend', '--yes'], at())
    if (code !== 0) throw new Error(stderr)
  }, 600_000)

  afterAll(async () => {
    await removeWorkspace(at())
    await rm(origin, {recursive: true, force: true})
  })

  test('answers through Nginx after setup, which then has nothing to do', async () => {
    const again = await json('setup', 'setup', '--profile', 'backend', '--plan')

    expect((await health()).status).toBe(200)
    expect(again.plan).toEqual([])
    expect(again.services.map(({name: one, state}) => `${one} ${state}`)).toContain(
      'backend healthy',
    )
  })

  test('killed is failed, and up repairs it alone', async () => {
    process.kill(await pid(), 'SIGKILL')
    await sleep(1000)
    const failed = await stateOf()
    const {plan} = await json('up', 'up')

    expect([failed, await stateOf()]).toEqual(['failed', 'healthy'])
    expect(plan.map(({id}) => id)).toEqual(['backend.start'])
    expect((await health()).status).toBe(200)
  })

  test('is restarted by name, and by up when .env.local changed', async () => {
    const first = await pid()
    await json('restart', 'restart', 'backend')
    const second = await pid()
    appendFileSync(join(cwd, '.env.local'), 'MORE=1\n')
    const {plan} = await json('up', 'up')
    const third = await pid()

    expect(new Set([first, second, third]).size).toBe(3)
    expect(plan).toMatchObject([{why: 'requirements.txt or .env.local changed'}])
    expect((await json('up', 'up', '--plan')).plan).toEqual([])
  })

  test('gets a changed requirements.txt before it is started again', async () => {
    appendFileSync(join(cwd, 'python-backend/requirements.txt'), '# more\n')
    const {plan} = await json('up', 'up')

    expect(plan.map(({id}) => id)).toEqual(['projects.requirements', 'backend.start'])
    expect((await json('up', 'up', '--plan')).plan).toEqual([])
  })

  test('has a log of its own', async () => {
    const {stdout} = await mitra(['logs', 'backend', '--tail', '500'], at())

    expect(stdout).toContain('GET /health')
  })

  test('gives way to dev, and up brings it back', async () => {
    const kept = await pid()
    const {plan} = await json('dev', 'dev', '--only', 'backend', '--plan')
    let stopDev = () => {}
    const dev = mitra(['dev', '--only', 'backend'], {
      ...at(),
      onStart: (child) => {
        stopDev = () => child.kill('SIGINT')
      },
    })
    await expect.poll(pid, {timeout: 20_000, interval: 100}).not.toBeOneOf([kept, Number.NaN])
    const beside = await json('up', 'up', '--plan')
    const seen = await json('status', 'status')
    const second = await mitra(['dev', '--only', 'backend'], at())
    const restarted = await mitra(['restart', 'backend'], at())
    const doctor = await mitra(['doctor', '--only', 'backend.kept', '--json'], at())
    stopDev()
    const {code, stderr} = await dev
    const {plan: after} = await json('up', 'up')

    expect(plan.map(({id}) => id)).toEqual(['backend.stop'])
    expect([code, stderr]).toEqual([0, expect.stringContaining('mitra up starts it again')])
    const runsIt = expect.stringMatching(/^mitra dev runs it \(pid \d+\)$/)
    expect([beside.plan, beside.backend, seen.backend]).toEqual([[], runsIt, runsIt])
    expect(seen.services.at(-1)).toMatchObject({name: 'backend', state: 'healthy'})
    for (const refused of [second, restarted]) {
      expect([refused.code, refused.stderr]).toEqual([
        4,
        expect.stringContaining('mitra dev runs it'),
      ])
    }
    expect(doctor.stdout).toMatch(/"title": "mitra dev runs the backend/)
    expect(after.map(({id}) => id)).toEqual(['backend.start'])
  }, 60_000)

  test('is stopped by down with everything, and started by up with everything', async () => {
    const before = await pid()
    await mitra(['down'], at())
    const stopped = await stateOf()
    await mitra(['up'], at())

    expect(stopped).toBe('stopped')
    expect((await health()).status).toBe(200)
    expect(await pid()).not.toBe(before)
  })

  test('is left out while it is not prepared, and status says why', async () => {
    await mitra(['down', 'backend'], at())
    const stamp = join(cwd, 'python-backend/.venv/.mitra-requirements')
    const kept = readFileSync(stamp, 'utf8')
    await rm(stamp)
    const seen = await json('status', 'status')
    const named = await mitra(['up', 'backend'], at())
    await writeFile(stamp, kept)

    expect(seen.services.map((one) => one.name)).not.toContain('backend')
    expect(seen.backend).toBe('not prepared: mitra setup --profile backend')
    expect(named.code).toBe(4)
    expect(named.stderr).toContain('mitra setup --profile backend')
  })

  test.each(['.env.local', 'python-backend/.venv'])(
    'that runs while %s is gone is told so, and refused by name',
    async (path) => {
      await mitra(['up', 'backend'], at())
      const first = await pid()
      await rename(join(cwd, path), join(cwd, 'away'))
      const seen = await json('status', 'status')
      const named = [
        await mitra(['restart', 'backend'], at()),
        await mitra(['up', 'backend'], at()),
      ]
      const all = await mitra(['up'], at())
      const doctor = await mitra(['doctor', '--only', 'backend.kept', '--json'], at())
      await rename(join(cwd, 'away'), join(cwd, path))

      expect(seen.backend).toContain(`it runs without ${path}`)
      for (const {code, stderr} of named) {
        expect([code, stderr]).toEqual([4, expect.stringContaining(`it runs without ${path}`)])
      }
      expect([all.code, all.stdout]).toEqual([0, expect.stringContaining(`runs without ${path}`)])
      expect(doctor.stdout).toContain(`The backend runs without ${path}`)
      expect(await pid()).toBe(first)
    },
  )

  test('runs from a folder that python-backend is a link to', async () => {
    const elsewhere = join(origin, 'sources')
    await mitra(['down', 'backend'], at())
    await rename(join(cwd, 'python-backend'), elsewhere)
    await symlink(elsewhere, join(cwd, 'python-backend'))
    const {plan} = await json('setup', 'setup', '--profile', 'backend', '--yes')

    expect(plan.map(({id}) => id)).toContain('backend.start')
    expect((await health()).status).toBe(200)
  })
})
