import {once} from 'node:events'
import {mkdir, readFile, stat, writeFile} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {HostLan} from '../../src/adapters/sockets/lan.js'
import {mitra, oddFolder} from '../support/cli.js'
import {FlutterPrograms} from '../support/flutter-programs.js'
import {requirement} from '../support/requirements.js'
import {checkedJson} from '../support/run.js'
import {RunningDev} from '../support/running-dev.js'
import {portsOf, removeWorkspace} from '../support/workspace.js'

const lanAddress = await new HostLan().address()
const hasLan = await requirement('an address on a network', async () => lanAddress !== undefined)

const ports = portsOf(27_320)
const nginx = ports['MITRA_PORTS_NGINX'] ?? ''
const backend = Number(ports['MITRA_PORTS_BACKEND'])

interface Planned {
  readonly plan: readonly {readonly id: string; readonly detail: {readonly command?: string[]}}[]
  readonly programs: readonly {readonly command: readonly string[]}[]
  readonly apiUrl: string | null
}

describe('mitra dev with an app, on recorded flutter and adb', () => {
  let cwd = ''
  let count = 0
  let flutter: FlutterPrograms
  let running: RunningDev | undefined

  const at = async (devices: string, options = {}) => ({
    cwd,
    env: {MITRA_ENGINE: 'native', ...ports, ...(await flutter.make(devices, options))},
  })
  const dev = async (devices: string, argv: readonly string[], options = {}) =>
    mitra(['dev', ...argv], await at(devices, options))
  const start = async (
    devices: string,
    argv: readonly string[],
    isOnTerminal = false,
    options = {},
  ) => {
    const place = await at(devices, options)
    running = new RunningDev(['--only', 'app', ...argv], {...place, isOnTerminal})
    return running
  }
  const planned = async (devices: string, argv: readonly string[] = []): Promise<Planned> => {
    const {stdout} = await dev(devices, ['--only', 'app', '--plan', '--json', ...argv])
    return checkedJson(stdout, 'dev') as Planned
  }

  beforeAll(async () => {
    cwd = await oddFolder()
    await mitra(['init', '--with-backend'], {cwd, env: {MITRA_ENGINE: 'native', ...ports}})
    await mkdir(join(cwd, 'flutter-app'))
    await writeFile(join(cwd, 'flutter-app/pubspec.yaml'), 'name: agent_mitra\n')
  })

  beforeEach(() => {
    count += 1
    flutter = new FlutterPrograms(join(cwd, `programs-${count}`))
  })

  afterEach(async () => {
    running?.signal('SIGTERM')
    await running?.ended
    running = undefined
  })

  afterAll(() => removeWorkspace({cwd, env: {MITRA_ENGINE: 'native', ...ports}}))

  test('tells the emulator its way to the API and runs what the plan says', async () => {
    const plan = await planned('emulator')
    const app = await start('emulator', [])
    await app.says(/app \| flutter: http:\/\/10\.0\.2\.2/)
    const code = await app.stop()

    expect(plan.apiUrl).toBe(`http://10.0.2.2:${nginx}/api`)
    expect(plan.plan.map(({id}) => id)).toEqual(['projects.defines'])
    expect(await flutter.calls()).toEqual(plan.programs.map(({command}) => command.join(' ')))
    expect(code).toBe(0)
    const path = join(cwd, '.mitra/dart-defines.json')
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({API_BASE_URL: plan.apiUrl})
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await planned('emulator')).plan).toEqual([])
  })

  test('carries the port to an Android phone by adb, once', async () => {
    const {plan, apiUrl} = await planned('android')
    const app = await start('android', [])
    await app.says(/Flutter run key commands/)
    await app.stop()

    expect(apiUrl).toBe(`http://127.0.0.1:${nginx}/api`)
    expect(plan.at(-1)).toMatchObject({id: 'projects.reverse'})
    expect(await flutter.calls()).toEqual([
      `adb -s 38281FDJH00A2B reverse tcp:${nginx} tcp:${nginx}`,
      expect.stringContaining('flutter run --device-id 38281FDJH00A2B'),
    ])
    expect((await planned('android')).plan).toEqual([])
  })

  test('without adb says where it is, and starts nothing', async () => {
    const {code, stderr} = await dev('android', ['--only', 'app'], {hasAdb: false})

    expect(code).toBe(1)
    expect(stderr).toMatch(/NO_ADB/)
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('platform-tools of the Android SDK')
    expect(await flutter.calls()).toEqual([])
  })

  test('opens nothing for an iPhone unless it is told to', async () => {
    const {code, stderr} = await dev('iphone', ['--only', 'app'])

    expect(code).toBe(6)
    expect(stderr).toContain('mitra dev --lan')
    expect(await flutter.calls()).toEqual([])
  })

  test.runIf(hasLan)('opens the backend on the network for as long as it runs', async () => {
    const server: Server = createServer((_, answer) => answer.end('backend')).listen(
      backend,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const url = `http://${lanAddress}:${backend}`
    const app = await start('iphone', ['--lan'])
    await app.says(new RegExp(`flutter: ${url}`))
    const answered = await (await fetch(url)).text()
    const code = await app.stop()
    const after = await fetch(url).then(
      () => 'open',
      () => 'closed',
    )
    server.close()

    expect([answered, code, after]).toEqual(['backend', 0, 'closed'])
    expect(app.stderr).toContain(`Open to everyone on the network: the backend on ${lanAddress}`)
  })

  test('passes keys to the app on a terminal, and q ends with 0', async () => {
    const app = await start('emulator', [], true)
    await app.says(/Flutter run key commands/)
    app.type('r')
    await app.says(/app \|.* Reloaded 1 of 735 libraries/)
    app.type('R')
    await app.says(/Restarted application/)
    app.type('q')

    expect(await app.ended).toBe(0)
    expect(app.stdout).toContain('Application finished.')
  })

  test('takes Ctrl-C for itself on a terminal, and the prefix has a colour there', async () => {
    const app = await start('emulator', [], true)
    await app.says(/Flutter run key commands/)
    app.type('\u0003')

    expect(await app.ended).toBe(0)
    expect(app.stdout).toContain('\u001B[36mapp |\u001B[39m')
    expect(app.stdout).not.toContain('ended by itself')
  })

  test('asks on a terminal which of two devices', async () => {
    const app = await start('two', [], true)
    await app.says(/Run the app on:/)
    app.type('\u001B[B\r')
    await app.says(/Launching lib\/main\.dart on 6A00D6B8/)
    app.type('q')

    expect(await app.ended).toBe(0)
  })

  test('names --device where nobody can be asked', async () => {
    const {code, stderr} = await dev('two', ['--only', 'app'])

    expect(code).toBe(2)
    expect(stderr).toContain('mitra dev --device 38281FDJH00A2B')
  })

  test.each([
    ['none', 'no phone, emulator or simulator is there'],
    ['desk', '--device takes macos or chrome'],
  ])('plans the backend alone with a line why: %s', async (devices, why) => {
    const {stdout, stderr} = await dev(devices, ['--plan'])

    expect(stderr).toContain(`Only the backend is run: `)
    expect(stderr).toContain(why)
    expect(stdout).not.toContain('flutter')
  })

  test('is refused with --only app where there is no flutter', async () => {
    const {env} = await at('none')
    const {code, stderr} = await mitra(['dev', '--only', 'app'], {
      cwd,
      env: {...env, PATH: '/usr/bin:/bin'},
    })

    expect(code).toBe(1)
    expect(stderr).toContain('flutter is not on PATH')
  })

  test('loses no line of a burst, and --grep looks at all of them', async () => {
    const burst = {lines: 30_000, appEnds: 3}
    const {stdout} = await dev('emulator', ['--only', 'app'], burst)
    const filtered = await dev('emulator', ['--only', 'app', '--grep', 'योजना \\d+000$'], burst)

    const numbers = [...stdout.matchAll(/^app \| flutter: योजना (\d+)$/gm)].map(([, one]) => one)
    expect(numbers).toEqual(Array.from({length: burst.lines}, (_, index) => String(index + 1)))
    expect(filtered.stdout.trimEnd().split('\n')).toHaveLength(30)
  })

  test('ends when the reader of its log has gone', async () => {
    const app = await start('emulator', [], false, {lines: 3_000_000})
    await app.says(/^app \|/m)
    app.closeOutput()

    expect(await app.ended).toBe(0)
  })

  test('has no colour on a terminal against the wish of NO_COLOR', async () => {
    const {env} = await at('emulator')
    running = new RunningDev(['--only', 'app'], {
      cwd,
      env: {...env, NO_COLOR: '1'},
      isOnTerminal: true,
    })
    await running.says(/^app \| Flutter run key commands/m)

    expect(running.stdout).not.toContain('\u001B[36m')
  })

  test.each([
    [['--only', 'app', '--grep', '('], 'BAD_PATTERN'],
    [['--only', 'backend', '--lan'], 'NO_APP_WANTED'],
    [['--only', 'app', '--json'], 'DEV_JSON'],
    [['--only', 'app', '--device', 'pixel'], 'UNKNOWN_DEVICE'],
  ])('refuses %j before anything is made', async (argv, errorCode) => {
    const {code, stdout, stderr} = await dev('emulator', argv)

    expect(code).toBe(2)
    expect(stdout + stderr).toContain(errorCode)
    expect(await flutter.calls()).toEqual([])
  })

  test('ends with the exit code of the app', async () => {
    const {code, stdout, stderr} = await dev('emulator', ['--only', 'app'], {appEnds: 3})

    expect(code).toBe(3)
    expect(stdout).not.toContain('\u001B[')
    expect(stderr).toContain('The app ended by itself with 3.')
  })
})
