import {execFile} from 'node:child_process'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {promisify} from 'node:util'
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'
import {HostSockets} from '../../src/adapters/sockets/ports.js'
import {mitra, mitraJson, oddFolder, repositoryRoot} from '../support/cli.js'
import {FlutterPrograms} from '../support/flutter-programs.js'
import {requirement} from '../support/requirements.js'
import {processesOf, RunningDev} from '../support/running-dev.js'
import {portsOf, removeWorkspace} from '../support/workspace.js'

const execute = promisify(execFile)

/** One of what the generated backend needs. */
async function somePin(): Promise<string> {
  const pins = await readFile(join(repositoryRoot, 'templates/backend/requirements.txt'), 'utf8')
  return pins.split('\n').find((pin) => pin.startsWith('python-dotenv==')) ?? 'python-dotenv'
}

const hasPython = await requirement(
  'Python 3.11 or newer with venv, and an index that pip reaches',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mitra-pip-'))
    try {
      const isNew = 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))'
      await execute('python3', ['-c', isNew])
      await execute('python3', ['-m', 'venv', folder])
      const pip = ['-m', 'pip', 'download', '--no-deps', '--dest', folder, await somePin()]
      await execute(join(folder, 'bin/python'), pip)
      return true
    } catch {
      return false
    } finally {
      await rm(folder, {recursive: true, force: true})
    }
  },
)

/** An application that is up in a moment; the one that `init` writes is run by the tests that need it. */
function smallApp(answer: string): string {
  return `
import time
from fastapi import FastAPI

app = FastAPI()

@app.get("/health")
def health():
    return {"answer": "${answer}"}

@app.get("/slow")
def slow():
    time.sleep(60)
`
}

describe.runIf(hasPython)('mitra dev', () => {
  const ports = portsOf(27_300)
  const env = {MITRA_ENGINE: 'native', ...ports}
  const nginx = Number(ports['MITRA_PORTS_NGINX'])
  const backend = Number(ports['MITRA_PORTS_BACKEND'])
  let cwd = ''
  let generated = ''
  let running: RunningDev | undefined

  const start = (...argv: readonly string[]) => (running = new RunningDev(argv, {cwd, env}))
  const api = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${nginx}/api${path}`, {
      signal: AbortSignal.timeout(30_000),
    })
    return {status: answer.status, body: await answer.text()}
  }
  const main = () => join(cwd, 'python-backend/main.py')
  const edit = (text: string) => writeFile(main(), text)
  const venv = () => join(cwd, 'python-backend/.venv')

  async function answers(body: string): Promise<void> {
    for (let turn = 0; turn < 200; turn += 1) {
      if ((await api('/health').catch(() => undefined))?.body.includes(body)) return
      await sleep(100)
    }
    throw new Error(`No ${body}:\n${running?.stdout}`)
  }

  beforeAll(async () => {
    cwd = await oddFolder()
    await mitra(['init', '--with-backend'], {cwd, env})
    generated = await readFile(main(), 'utf8')
  })

  afterEach(async () => {
    running?.signal('SIGINT')
    running?.signal('SIGINT')
    await running?.ended
    running = undefined
  })

  afterAll(() => removeWorkspace({cwd, env}))

  test('of a stopped stack is refused before anything is prepared', async () => {
    const {code, stderr} = await mitra(['dev'], {cwd, env})

    expect(code).toBe(4)
    expect(stderr).toMatch(/Not running: .*postgres.*\n.*NO_SERVICES\n.*mitra up/)
    expect(existsSync(venv())).toBe(false)
  })

  test('of a taken port names who has it, before anything is prepared', async () => {
    await mitra(['up'], {cwd, env})
    const server = createServer().listen(backend, '127.0.0.1')
    await once(server, 'listening')

    const {code, stderr} = await mitra(['dev'], {cwd, env})

    server.close()
    expect(code).toBe(4)
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`is taken by node (pid ${process.pid})`)
    expect(existsSync(venv())).toBe(false)
  })

  test('--plan shows each command that it would run, and changes nothing', async () => {
    const {code, stdout} = await mitra(['dev', '--plan'], {cwd, env})
    const {plan, programs} = await mitraJson<{
      plan: readonly {id: string}[]
      programs: readonly {command: readonly string[]}[]
    }>(['dev', '--plan'], {cwd, env})

    expect(code).toBe(2)
    expect(stdout).toContain('  python3 -m venv .venv\n')
    expect(stdout).toMatch(/backend: .*-m uvicorn main:app --reload --host 127\.0\.0\.1/)
    expect(plan.map(({id}) => id)).toEqual([
      'projects.venv',
      'projects.requirements',
      'workspace.environments',
      'environment.file.local',
    ])
    expect(programs.map(({command}) => command.at(-1))).toEqual([join(cwd, '.env.local')])
    expect(existsSync(venv())).toBe(false)
  })

  test('without a way to the index says so, and the next run goes on and serves', async () => {
    const offline = {PIP_INDEX_URL: 'http://127.0.0.1:9/', PIP_FIND_LINKS: '', PIP_RETRIES: '1'}

    const failed = await mitra(['dev'], {cwd, env: {...env, ...offline}})
    const dev = start()
    await dev.says(/Application startup complete/, 110_000)

    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('BACKEND_NOT_READY')
    expect(failed.stderr.replaceAll(/\s+/g, ' ')).toContain('pip reached no package index')
    expect(dev.stderr).not.toContain('Make python-backend/.venv')
    expect(dev.stderr).toContain('done    Install requirements.txt')
    expect((await api('/health')).status).toBe(200)
    expect((await api('/ready')).body).toContain('postgres')
  })

  test('reloads what is changed, and Ctrl-C leaves no process and a free port', async () => {
    const dev = start()
    await dev.says(/Application startup complete/)
    await sleep(1000)
    const before = await api('/health')
    await edit(`${generated}\n\n@app.get("/edited")\ndef edited():\n    return "edited"\n`)
    await dev.says(/backend \| .*Reloading/)
    await dev.says(/(startup complete[^]*){2}/)
    const after = await api('/edited')

    const code = await dev.stop()

    expect([before.status, after.body, code]).toEqual([200, '"edited"', 0])
    expect(processesOf(venv())).toEqual([])
    expect(await new HostSockets().isPortFree(backend)).toBe(true)
  })

  test('shows an error of syntax and recovers when it is mended', async () => {
    await edit(smallApp('whole'))
    const dev = start()
    await answers('whole')

    await edit('def broken(:\n')
    await dev.says(/backend \| SyntaxError: invalid syntax/)
    // The reloader looks four times a second, and first learns how old the files are.
    await sleep(1000)
    await edit(smallApp('mended'))
    await answers('mended')

    expect(dev.stdout).toMatch(/main\.py", line 1/)
  })

  test('the second Ctrl-C kills a backend that waits for a request', async () => {
    await edit(smallApp('slow'))
    const dev = start()
    await answers('slow')
    const open = api('/slow').catch(() => undefined)
    await sleep(300)

    dev.signal('SIGINT')
    await dev.says(/Waiting for connections to close|Shutting down/)
    const waited = await Promise.race([dev.ended, sleep(1000).then(() => 'waits')])
    dev.signal('SIGINT')

    expect(waited).toBe('waits')
    expect(await dev.ended).toBe(0)
    await open
    expect(processesOf(venv())).toEqual([])
  })

  test('--grep shows only the lines that match', async () => {
    await edit(smallApp('grep'))
    const dev = start('--grep', 'GET /health')
    await answers('grep')
    await dev.says(/GET \/health/)
    await dev.stop()

    const lines = dev.stdout.trimEnd().split('\n')
    expect(lines.filter((line) => !/^backend \| .*GET \/health/.test(line))).toEqual([])
  })

  test('runs the app beside it in one log, and ends it when the app ends', async () => {
    await edit(smallApp('both'))
    await mkdir(join(cwd, 'flutter-app'))
    await writeFile(join(cwd, 'flutter-app/pubspec.yaml'), 'name: agent_mitra\n')
    const programs = new FlutterPrograms(join(cwd, 'programs'))
    const {PATH} = await programs.make('emulator', {appEnds: 3})
    const path = `${PATH}:${process.env['PATH']}`

    const dev = (running = new RunningDev([], {cwd, env: {...env, PATH: path}}))
    const code = await dev.ended
    await rm(join(cwd, 'flutter-app'), {recursive: true})

    expect(dev.stdout).toMatch(/^backend \| .*Uvicorn running on/m)
    expect(dev.stdout).toMatch(/^app     \| Flutter run key commands/m)
    expect(dev.stderr).toContain('The app ended by itself with 3.')
    expect(code).toBe(3)
    expect(processesOf(venv())).toEqual([])
  })

  test('runs pip again for a changed requirements.txt, and then no more', async () => {
    const path = join(cwd, 'python-backend/requirements.txt')
    await writeFile(path, `${await readFile(path, 'utf8')}\n# changed\n`)

    const {stdout} = await mitra(['dev', '--plan'], {cwd, env})
    const dev = start()
    await dev.says(/Application startup complete/)
    await dev.stop()
    const second = await mitra(['dev', '--plan'], {cwd, env})

    expect(stdout).toContain('requirements.txt changed')
    expect(dev.stderr).toContain('done    Install requirements.txt')
    expect(second.stdout).toContain('Nothing to do.')
    expect(second.code).toBe(0)
  })
})
