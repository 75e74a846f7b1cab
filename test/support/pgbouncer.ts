import {execFile, execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {chownSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {connect, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {promisify} from 'node:util'
import {requirement} from './requirements.js'

const places = fileURLToPath(new URL('../../scripts/ci/places.sh', import.meta.url))

/** The program and the folder of its libraries, as scripts/ci/pgbouncer.sh left them. */
async function unpacked(): Promise<readonly [program: string, libraries: string]> {
  const script =
    'source "$1" && program="$pgbouncer_home/usr/sbin/pgbouncer" && test -x "$program" && echo "$program" && echo "$pgbouncer_libraries"'
  const {stdout} = await promisify(execFile)('bash', ['-c', script, 'bash', places])
  const [program = '', libraries = ''] = stdout.trim().split('\n')
  return [program, libraries]
}

export const isPgBouncerThere = await requirement(
  'PgBouncer (scripts/ci/pgbouncer.sh gets it)',
  () =>
    unpacked().then(
      () => true,
      () => false,
    ),
)

/** PgBouncer in transaction mode before a server, on a free port of loopback. */
export interface PgBouncer {
  readonly port: number
  stop(): Promise<void>
}

/** Few connections to the server, so that sessions share them from one transaction to the next. */
export async function startPgBouncer(server: {
  readonly port: number
  readonly adminPassword: string
}): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'mitra-pgbouncer-'))
  const [program, libraries] = await unpacked()
  // Below the home of root nobody else can start it, and root may not.
  execFileSync('cp', ['-L', program, join(folder, 'pgbouncer')])
  execFileSync('cp', ['-R', libraries, join(folder, 'lib')])
  const port = await freePort()
  const files = {
    'users.txt': `"mitra_admin" "${server.adminPassword}"\n`,
    'pgbouncer.ini': settings({port, serverPort: server.port, folder}),
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text, {mode: 0o600})
  }
  const account = process.getuid?.() === 0 ? nobody() : undefined
  if (account !== undefined) {
    const owned = ['.', ...Object.keys(files)]
    for (const name of owned) chownSync(join(folder, name), account.uid, account.gid)
  }
  const child = spawn(join(folder, 'pgbouncer'), [join(folder, 'pgbouncer.ini')], {
    ...account,
    cwd: folder,
    env: {LD_LIBRARY_PATH: join(folder, 'lib')},
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  const until = Date.now() + 20_000
  while (!(await answers(port))) {
    if (Date.now() > until || child.exitCode !== null) throw new Error('PgBouncer did not start')
    await sleep(50)
  }
  return {
    port,
    async stop() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, {recursive: true, force: true})
    },
  }
}

function settings({
  port,
  serverPort,
  folder,
}: Readonly<{port: number; serverPort: number; folder: string}>): string {
  return `[databases]
* = host=127.0.0.1 port=${serverPort} auth_user=mitra_admin
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
auth_query = SELECT usename, passwd FROM pg_shadow WHERE usename = $1
pool_mode = transaction
default_pool_size = 2
`
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const over = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => over(true))
    socket.once('error', () => over(false))
  })
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

function nobody(): {uid: number; gid: number} {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], {encoding: 'utf8'}))
  return {uid: id('-u'), gid: id('-g')}
}
