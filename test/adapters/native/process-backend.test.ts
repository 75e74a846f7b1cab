import {spawn} from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ProcessBackend} from '../../../src/adapters/native/process-backend.js'
import {isAlive} from '../../../src/adapters/process-identity/identity.js'
import {requirement} from '../../support/requirements.js'
import {standInBackend} from '../../support/stand-in-backend.js'

const hasPython = await requirement('python3', async () => {
  const {runProgram} = await import('../../../src/adapters/process/run.js')
  return runProgram('python3', ['--version']).then(
    ({code}) => code === 0,
    () => false,
  )
})

const port = 25_960

describe.runIf(hasPython)('the kept backend', () => {
  let root = ''
  const project = () => join(root, 'python-backend')
  const opened = () =>
    new ProcessBackend({
      layout: {root, state: join(root, '.mitra'), id: '0123456789ab'},
      port,
      startTimeoutMs: 10_000,
    })
  const words = `-m uvicorn main:app --host 127.0.0.1 --port ${port} --env-file ../.env.local`
  const argv = ['python3', ...words.split(' ')] as const
  const start = (inputs = 'a') => opened().start(argv, inputs)
  const lines = async () => {
    const found: string[] = []
    for await (const {text} of opened().logs({tail: 50, follow: false})) found.push(text)
    return found
  }
  const pids = () => {
    const text = readFileSync(join(root, '.mitra/run/backend.pid'), 'utf8').split('\n')
    const [service = '', keepers = ''] = text
    return {service: Number(service.split(' ')[0]), keepers: keepers.split(' ').map(Number)}
  }
  const state = async () => (await opened().status()).state
  const untilState = async (wanted: string) => {
    for (let turn = 0; turn < 200 && (await state()) !== wanted; turn += 1) await sleep(20)
    return state()
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mitra-kept मित्र '))
    for (const [path, text] of Object.entries(standInBackend)) {
      mkdirSync(dirname(join(project(), path)), {recursive: true})
      writeFileSync(join(project(), path), text)
    }
    writeFileSync(join(root, '.env.local'), '')
  })

  afterEach(async () => {
    await opened().stop()
    rmSync(root, {recursive: true, force: true})
  })

  test('is stopped, then healthy, then stopped without a process or a file of it', async () => {
    const before = await state()
    await start()
    const {service, keepers} = pids()
    const running = await opened().status()
    await opened().stop()

    expect([before, running.state, await state()]).toEqual(['stopped', 'healthy', 'stopped'])
    expect(running).toMatchObject({url: `http://127.0.0.1:${port}`, inputs: 'a'})
    expect(running.memoryBytes).toBeGreaterThan(1_000_000)
    // Its keepers go last, a moment after they have cleaned up.
    await expect.poll(() => [service, ...keepers].filter(isAlive)).toEqual([])
    expect(readdirSync(join(root, '.mitra/run'))).toEqual([])
    expect(existsSync(join(project(), '__pycache__'))).toBe(false)
  })

  test('is left alone by a second start, and started anew with other inputs', async () => {
    await start()
    const first = pids().service
    await start()
    const second = pids().service
    await start('b')

    expect(second).toBe(first)
    expect(pids().service).not.toBe(first)
    expect(isAlive(first)).toBe(false)
  })

  test('killed says so, and the next start repairs it', async () => {
    await start()
    process.kill(pids().service, 'SIGKILL')
    const cause = async () => (await opened().status()).failure?.cause
    await expect.poll(cause).toBe('it was ended by signal 9')
    await start()

    expect(await state()).toBe('healthy')
  })

  test('ends with its keeper, and the next start repairs it', async () => {
    await start()
    const {service, keepers} = pids()
    process.kill(keepers[0] ?? 0, 'SIGKILL')
    const seen = await untilState('failed')
    await start()

    expect([seen, isAlive(service), await state()]).toEqual(['failed', false, 'healthy'])
  })

  test('leaves a shell that stands in its folder alone', async () => {
    const shell = spawn('sleep', ['60'], {cwd: project(), stdio: 'ignore'})
    await start()
    process.kill(pids().service, 'SIGKILL')
    await untilState('failed')
    await opened().stop()

    expect(isAlive(shell.pid ?? 0)).toBe(true)
    shell.kill('SIGKILL')
  })

  test('that cannot start fails at once with what Python says', async () => {
    writeFileSync(join(project(), 'main.py'), 'import nothing_of_that_name\n')

    await expect(start()).rejects.toMatchObject({
      code: 'SERVICE_FAILED',
      message:
        "backend failed: main.py:1: ModuleNotFoundError: No module named 'nothing_of_that_name'.",
      hints: ['mitra logs backend', 'Mend it, then: mitra up backend'],
    })
  })

  test('that Python cannot read fails with the place in one line, and status knows it too', async () => {
    writeFileSync(join(project(), 'main.py'), 'import os\n\nx = (\n')

    const cause = "main.py:3: SyntaxError: '(' was never closed"
    await expect(start()).rejects.toMatchObject({message: `backend failed: ${cause}.`})
    expect((await opened().status()).failure).toMatchObject({cause, lastLines: []})
  })

  test('belongs to dev until that gives it back or is gone', async () => {
    const giveBack = await opened().leaveToDev()
    const during = await opened().status()
    const file = join(root, '.mitra/run/dev.json')
    const claim = readFileSync(file, 'utf8')
    await giveBack()
    const after = await opened().status()
    writeFileSync(file, claim.replace(/"startTime":"[^"]*"/, '"startTime":"1"'))
    const stale = await opened().status()

    expect([during.devPid, during.state]).toEqual([process.pid, 'starting'])
    expect([after.devPid, after.state]).toEqual([undefined, 'stopped'])
    expect(stale.devPid).toBeUndefined()
  })

  test('names the holder of its port', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve))

    await expect(start()).rejects.toMatchObject({
      message: expect.stringContaining(`port ${port} is taken by`),
    })
    await new Promise((resolve) => holder.close(resolve))
  })

  test('keeps its log through stop and kill', async () => {
    await start()
    process.kill(pids().service, 'SIGKILL')
    await untilState('failed')
    await start()
    await opened().stop()

    const said = await lines()
    expect(said.filter((line) => line === 'serving')).toHaveLength(2)
    expect(said.filter((line) => line.includes('mitra-reaper'))).toEqual([])
  })
})
