import {spawn, type SpawnOptions} from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {mkdtemp} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {serviceAccount} from '../../../src/adapters/native/place.js'
import {isReachable} from '../../../src/adapters/runtimes/reach.js'
import {PgDatabase} from '../../../src/adapters/postgres/database.js'
import {serviceNames, type ServiceName} from '../../../src/ports/stack.js'
import {requirement} from '../../support/requirements.js'
import {nativeWorkspace, openedWorkspace, servicePid, type NativeWorkspace} from './workspace.js'

const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url))

// As root the test runs mitra as another user, who has to read it.
const canOthersEnter = await requirement('a checkout that other accounts can enter', async () =>
  isReachable(join(repositoryRoot, 'src')),
)

let workspace: NativeWorkspace

const nobodyWaits = async () => undefined

beforeEach(async () => {
  workspace = await nativeWorkspace(21_300)
})

afterEach(async () => {
  await workspace.close()
})

function connected() {
  const {settings} = workspace
  const {secrets, databaseName: name, ports} = settings
  const address = {host: '127.0.0.1', port: ports.postgres, name, adminUser: 'mitra_admin', secrets}
  return new PgDatabase(address).connect({role: 'admin'})
}

interface UpOutcome {
  readonly states?: Readonly<Record<ServiceName, string>>
  readonly prepared?: readonly {service: string; state: string; hints: readonly string[]}[]
  readonly error?: string
}

/** A start in another process. */
function upProcess(
  services: readonly ServiceName[],
  options: SpawnOptions = {},
  where = workspace.where,
) {
  const script = join(repositoryRoot, 'test/adapters/native/up-process.ts')
  // One process, not the two of the `tsx` command: a kill must reach the one that works.
  const loader = new URL('../../../node_modules/tsx/dist/loader.mjs', import.meta.url).href
  const argv = ['--import', loader, script, JSON.stringify(where), JSON.stringify(services)]
  const child = spawn(process.execPath, argv, {stdio: ['ignore', 'pipe', 'inherit'], ...options})
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const outcome = new Promise<UpOutcome>((resolve) => {
    child.on('close', () => {
      const parsed: UpOutcome = text === '' ? {} : JSON.parse(text)
      resolve(parsed)
    })
  })
  return {child, outcome}
}

test('two processes that start at once end with one healthy stack', async () => {
  const both = [upProcess(serviceNames), upProcess(serviceNames)]

  const outcomes = await Promise.all(both.map(({outcome}) => outcome))

  const healthy = Object.fromEntries(serviceNames.map((service) => [service, 'healthy']))
  expect(outcomes.map(({states}) => states)).toEqual([healthy, healthy])
})

test('a start killed while it makes the data folder is healed by the next', async () => {
  await workspace.stack.prepare(['postgres'], () => undefined)
  const folder = join(workspace.place.data('postgres'), '..')
  const halfMade = () =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.includes('making')) : []
  const {child, outcome} = upProcess(['postgres'])
  while (halfMade().length === 0) await sleep(5)
  await sleep(150)
  child.kill('SIGKILL')
  await outcome

  await workspace.stack.up(['postgres'], nobodyWaits)

  expect(halfMade()).toEqual([])
  const session = await connected()
  expect((await session.query('select 1 as one')).rows).toEqual([['1']])
  await session.close()
})

test('rows survive SIGKILL of every process at once', async () => {
  await workspace.stack.up(['postgres'], nobodyWaits)
  const session = await connected()
  await session.query('create table kept as select n from generate_series(1, 5000) n')
  await session.close()
  const {service, keeper, reaper} = await workspace.pids('postgres')
  for (const pid of [reaper, keeper, service]) process.kill(pid, 'SIGKILL')

  await workspace.stack.up(['postgres'], nobodyWaits)

  const again = await connected()
  expect((await again.query('select count(*) from kept')).rows).toEqual([['5000']])
  await again.close()
})

test('a postmaster killed over a busy backend starts again at once', async () => {
  await workspace.stack.up(['postgres'], nobodyWaits)
  const session = await connected()
  const busy = session
    .query('select count(*) from generate_series(1, 1000000000)')
    .catch(() => 'ended')
  await sleep(300)
  process.kill(servicePid(workspace, 'postgres'), 'SIGKILL')
  const startedAt = performance.now()

  await workspace.stack.up(['postgres'], nobodyWaits)

  expect(performance.now() - startedAt).toBeLessThan(5000)
  expect(await busy).toBe('ended')
  await session.close().catch(() => undefined)
})

test('passwords that were changed on disk are the ones in force after the next start', async () => {
  await workspace.stack.prepare(serviceNames, () => undefined)
  await workspace.stack.up(serviceNames, nobodyWaits)
  await workspace.stack.down(serviceNames)
  const before = (await workspace.settings.secrets.ensure('postgres.admin')).reveal()
  rmSync(join(workspace.settings.layout.state, 'secrets.json'))

  await workspace.open().up(serviceNames, nobodyWaits)

  const after = (await workspace.settings.secrets.ensure('postgres.admin')).reveal()
  expect(after).not.toBe(before)
  const session = await connected()
  expect((await session.query('select current_user')).rows).toEqual([['mitra_admin']])
  await session.close()
})

test('data of another major version are refused and left as they are', async () => {
  await workspace.stack.up(['postgres'], nobodyWaits)
  await workspace.stack.down(['postgres'])
  const data = workspace.place.data('postgres')
  writeFileSync(join(data, 'PG_VERSION'), '15\n')
  const before = namesBelow(data)

  await expect(workspace.stack.up(['postgres'], nobodyWaits)).rejects.toMatchObject({
    kind: 'notReady',
    code: 'DATA_VERSION',
    message: expect.stringContaining('Postgres 15'),
  })

  expect(namesBelow(data)).toEqual(before)
})

test('without network and cache, what cannot be had is missing and says how to get it', async () => {
  const closed = 'http://127.0.0.1:9'
  // Where the services' account may enter: else that is what would be said.
  const cache = await mkdtemp(join(tmpdir(), 'mitra-cache-'))
  const env = {
    // Neither a server nor Go: Node and the system's own tools are all there is.
    PATH: '/usr/bin:/bin',
    MITRA_CACHE_DIR: cache,
    http_proxy: closed,
    https_proxy: closed,
    HTTP_PROXY: closed,
    HTTPS_PROXY: closed,
    GOPROXY: closed,
    PIP_INDEX_URL: `${closed}/simple`,
    HOME: workspace.where.root,
  }

  const {prepared = []} = await upProcess(['object-store'], {env}).outcome

  expect(prepared).toMatchObject([{service: 'object-store', state: 'missing'}])
  expect(prepared[0]?.hints.join(' ')).toContain('mitra setup')
  expect(readdirSync(cache).filter((name) => name.includes('making'))).toEqual([])
  rmSync(cache, {recursive: true, force: true})
}, 120_000)

test.skipIf(serviceAccount() === undefined || !canOthersEnter)(
  'an ordinary user starts the services in a folder that only he enters',
  async () => {
    const account = serviceAccount()
    const home = join(workspace.where.root, 'home')
    mkdirSync(home, {mode: 0o700})
    for (const path of [workspace.where.root, home]) {
      chownSync(path, account?.uid ?? 0, account?.gid ?? 0)
    }
    const where = {...workspace.where, root: home}
    const env = {...process.env, HOME: home, MITRA_CACHE_DIR: join(home, 'cache'), TMPDIR: home}
    const options = {...account, env, cwd: '/'}

    const {states} = await upProcess(['postgres', 'redis', 'nginx'], options, where).outcome

    expect(states).toMatchObject({postgres: 'healthy', redis: 'healthy', nginx: 'healthy'})
    const asRoot = openedWorkspace(where)
    expect(existsSync(asRoot.place.base)).toBe(false)
    const pids = ['postgres', 'redis', 'nginx'].map((service) =>
      Number(pidText(join(home, '.mitra/run', `${service}.pid`))),
    )
    for (const pid of pids) process.kill(pid, 'SIGTERM')
    await expect
      .poll(() => readdirSync(join(home, '.mitra/run')).filter((name) => name.endsWith('.pid')))
      .toEqual([])
  },
  180_000,
)

function namesBelow(folder: string): readonly string[] {
  return readdirSync(folder, {recursive: true})
    .map(String)
    .toSorted((a, b) => a.localeCompare(b))
}

function pidText(path: string): string {
  return readFileSync(path, 'utf8').split(' ')[0] ?? ''
}
