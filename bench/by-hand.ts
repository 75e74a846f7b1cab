import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {chownSync, existsSync, mkdirSync, readFileSync, readlinkSync, statSync} from 'node:fs'
import {connect} from 'node:net'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {askHttp} from '../src/adapters/probes/http.js'
import {doesPostgresAccept} from '../src/adapters/probes/postgres.js'

/** A running service's own command line, to be started again without mitra. */
export interface CapturedService {
  readonly name: string
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly uid: number
  readonly gid: number
  readonly runFolder: string
  readonly port: number
}

const stopSignals: Readonly<Record<string, NodeJS.Signals>> = {postgres: 'SIGINT', nginx: 'SIGQUIT'}

/** Where the native engine of a workspace keeps its run files. */
export function runFolderOf(cwd: string, id: string): string {
  const shared = join('/var/lib/mitra', id, 'run')
  return process.getuid?.() === 0 ? shared : join(cwd, '.mitra/run')
}

/** Process ids as the run files state them: the service, its keeper, its reaper. */
export function recordedPids(runFolder: string, name: string): readonly number[] {
  const text = readFileSync(join(runFolder, `${name}.pid`), 'utf8')
  const [own = '', watchers = ''] = text.split('\n')
  const pids = [own.split(' ')[0], ...watchers.split(' ')]
  return pids.map(Number).filter((pid) => pid > 0)
}

export function captureService(runFolder: string, name: string, port: number): CapturedService {
  const pid = recordedPids(runFolder, name)[0] ?? 0
  const parts = (file: string) =>
    readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter(Boolean)
  const {uid, gid} = statSync(`/proc/${pid}`)
  const pairs = parts('environ').map((line) => line.split(/=(.*)/s, 2))
  // A server may rewrite what it shows of itself: the first part is then a title, not a program.
  const program = readlinkSync(`/proc/${pid}/exe`)
  return {
    name,
    argv: [program, ...argumentsOf(name, parts('cmdline'))],
    cwd: readlinkSync(`/proc/${pid}/cwd`),
    env: Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value])),
    uid,
    gid,
    runFolder: join(runFolder, `${name}.run`),
    port,
  }
}

function argumentsOf(name: string, cmdline: readonly string[]): readonly string[] {
  if (name !== 'nginx') return cmdline.slice(1)
  // `nginx: master process PROGRAM -e stderr ...` in one piece.
  const title = cmdline.join(' ').trim()
  return title.slice(title.indexOf(' -e ') + 1).split(' ')
}

/** Milliseconds from its start until it answers its own protocol; it is ended again afterwards. */
export async function timeByHand(service: CapturedService): Promise<number> {
  const {name, argv, cwd, env, uid, gid, runFolder} = service
  if (!existsSync(runFolder)) {
    mkdirSync(runFolder, {mode: 0o700})
    chownSync(runFolder, uid, gid)
  }
  const [program = '', ...rest] = argv
  const from = performance.now()
  const child = spawn(program, rest, {cwd, env, stdio: 'ignore', uid, gid})
  const ended = once(child, 'exit')
  while (!(await answers(service))) {
    if (child.exitCode !== null) throw new Error(`${name} by hand ended with ${child.exitCode}`)
    await sleep(2)
  }
  const ms = performance.now() - from
  child.kill(stopSignals[name] ?? 'SIGTERM')
  await ended
  return ms
}

async function answers({name, port}: CapturedService): Promise<boolean> {
  if (name === 'postgres') return doesPostgresAccept(port)
  if (name === 'redis') return answersPing(port)
  const paths = name === 'nginx' ? ['/-/health'] : ['/minio/health/ready', '/health']
  const seen = await Promise.all(paths.map((path) => askHttp(port, path)))
  return seen.some((answer) => answer?.status === 200)
}

// It wants a password, and says so: that is its protocol's answer.
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
