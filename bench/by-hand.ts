import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {connect} from 'node:net'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {nginxProgram} from '../src/adapters/native/nginx.js'
import {objectStoreProgram} from '../src/adapters/native/object-store.js'
import {nativePlace} from '../src/adapters/native/place.js'
import {postgresProgram} from '../src/adapters/native/postgres.js'
import type {Launch} from '../src/adapters/native/program.js'
import {redisProgram} from '../src/adapters/native/redis.js'
import {RuntimeChoice} from '../src/adapters/native/runtimes.js'
import {askHttp} from '../src/adapters/probes/http.js'
import {doesPostgresAccept} from '../src/adapters/probes/postgres.js'
import type {StackSettings} from '../src/ports/stack-settings.js'
import type {ServiceName} from '../src/ports/stack.js'

const programs = [postgresProgram, redisProgram, objectStoreProgram, nginxProgram]

/** How a service is started, to be done without mitra: no keeper, no lock, no plan, no journal. */
export interface HandStart {
  readonly name: ServiceName
  readonly launch: Launch
  readonly env: Readonly<Record<string, string>>
  readonly account: {readonly uid: number; readonly gid: number} | undefined
  readonly port: number
}

/** The very programs, arguments and data that mitra uses. */
export async function handStarts(settings: StackSettings): Promise<readonly HandStart[]> {
  const runtimes = new RuntimeChoice(settings)
  const place = nativePlace(settings)
  return Promise.all(
    programs.map(async (program) => {
      const runtime = await runtimes.find(program.service)
      if (runtime === undefined) throw new Error(`${program.service} is not on this machine`)
      const launch = await program.launch({settings, place, runtime})
      const env = {PATH: process.env['PATH'] ?? '', ...runtime.env, ...launch.env}
      const port = program.port(settings)
      return {name: program.service, launch, env, account: place.account, port}
    }),
  )
}

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

/** Milliseconds from its start until it answers its own protocol; it is ended again afterwards. */
export async function timeByHand({name, launch, env, account, port}: HandStart): Promise<number> {
  const [program = '', ...rest] = launch.argv
  const from = performance.now()
  const child = spawn(program, rest, {cwd: launch.folder, env, stdio: 'ignore', ...account})
  const ended = once(child, 'exit')
  while (!(await answersProtocol(name, port))) {
    if (child.exitCode !== null) throw new Error(`${name} by hand ended with ${child.exitCode}`)
    await sleep(2)
  }
  const ms = performance.now() - from
  child.kill(`SIG${launch.stopSignal}`)
  await ended
  return ms
}

/** True when the service on that port answers its own protocol. */
export async function answersProtocol(name: ServiceName, port: number): Promise<boolean> {
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
