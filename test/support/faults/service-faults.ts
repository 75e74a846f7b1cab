import {once} from 'node:events'
import {mkdirSync, readFileSync, rmSync} from 'node:fs'
import {createServer as createHttpServer} from 'node:http'
import {connect, createServer, type Server, type Socket} from 'node:net'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {exchange} from '../../../src/adapters/probes/wire.js'
import {HostSockets} from '../../../src/adapters/sockets/ports.js'
import type {SickWorkspace} from '../sick-workspace.js'
import type {Fault} from './fault.js'

type Service = 'nginx' | 'postgres' | 'redis' | 'object_store'

const settleMs = 1200

async function pidOf(place: SickWorkspace, service: Service): Promise<number> {
  const {pid} = (await new HostSockets().portHolder(place.port(service))) ?? {}
  if (pid === undefined) throw new Error(`Nobody listens for ${service}.`)
  return pid
}

/** It and its children: the workers of nginx answer without their master. */
function family(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return [pid, ...children.split(' ').filter(Boolean).map(Number)]
}

function up(place: SickWorkspace) {
  return async () => void (await place.mitra('up'))
}

function stopped(service: 'nginx' | 'redis'): Fault {
  return {
    what: `${service} is stopped, the others run`,
    names: 'stack.services',
    alone: true,
    heals: {},
    async inject(place) {
      await place.mitra('down', service)
      return {undo: up(place)}
    },
  }
}

function killed(service: Service): Fault {
  return {
    what: `${service} was killed`,
    names: 'stack.services',
    alone: true,
    heals: {},
    async inject(place) {
      process.kill(await pidOf(place, service), 'SIGKILL')
      await sleep(settleMs)
      return {undo: up(place)}
    },
  }
}

/** Its process lives, takes connections in the kernel and never answers. */
function hangs(service: Service): Fault {
  return {
    what: `${service} hangs`,
    names: 'stack.services',
    alone: true,
    async inject(place) {
      const pids = family(await pidOf(place, service))
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      return {
        undo() {
          for (const pid of pids) process.kill(pid, 'SIGCONT')
        },
      }
    },
  }
}

const nobodyCleanedUp: Fault = {
  what: 'a service was killed with all that watches it',
  names: 'stack.services',
  alone: true,
  heals: {},
  async inject(place) {
    killWithKeepers(place)
    await sleep(settleMs)
    return {undo: up(place)}
  },
}

const leftPidFile: Fault = {
  what: 'a file of a dead service is left',
  names: 'leftovers.processes',
  alone: true,
  heals: {},
  async inject(place) {
    killWithKeepers(place)
    rmSync(runFile(place, 'redis.json'))
    await sleep(settleMs)
    return {undo: up(place)}
  },
}

/** Redis, its keeper and its reaper: nobody is left to clean up. */
function killWithKeepers(place: SickWorkspace): void {
  const words = readFileSync(runFile(place, 'redis.pid'), 'utf8').split(/\s/)
  const [service = '', , keeper = '', reaper = ''] = words
  for (const pid of [reaper, keeper, service]) process.kill(Number(pid), 'SIGKILL')
}

function runFile(place: SickWorkspace, name: string): string {
  const identity: {id: string} = JSON.parse(
    readFileSync(join(place.state, 'workspace.json'), 'utf8'),
  )
  const shared = join('/var/lib/mitra', identity.id, 'run')
  const folder = process.getuid?.() === 0 ? shared : join(place.state, 'run')
  return join(folder, name)
}

const changedRedisPassword: Fault = {
  what: 'a password that was changed in Redis itself',
  names: 'redis.response',
  alone: true,
  heals: {restarts: ['redis']},
  async inject(place) {
    const says = (password: string, next: string) =>
      exchange({
        port: place.port('redis'),
        send: `AUTH ${password}\r\nCONFIG SET requirepass ${next}\r\n`,
        isWhole: (answer) => answer.toString().split('\r\n').length > 2,
      })
    const {redis = ''} = place.secrets()
    await says(redis, 'another-password')
    return {undo: () => says('another-password', redis)}
  },
}

const takenPort: Fault = {
  what: 'another program on the port of redis',
  names: 'ports.taken',
  alone: true,
  async inject(place) {
    await place.mitra('down', 'redis')
    const server = createServer().listen(place.port('redis'), '127.0.0.1')
    await once(server, 'listening')
    return {
      async undo() {
        await closed(server)
        await place.mitra('up')
      },
    }
  },
}

async function closed(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}

/** A backend that answers so; undefined: it takes requests and says nothing. */
function backend(what: string, answer: {status: number; afterMs: number} | undefined): Fault {
  return {
    what,
    names: 'api.response',
    alone: true,
    async inject(place) {
      mkdirSync(place.path('python-backend/.venv'), {recursive: true})
      const server = createHttpServer((_, response) => {
        if (answer === undefined) return
        setTimeout(() => response.writeHead(answer.status).end(), answer.afterMs)
      }).listen(place.port('backend'), '127.0.0.1')
      await once(server, 'listening')
      return {
        async undo() {
          server.closeAllConnections()
          await closed(server)
          rmSync(place.path('python-backend'), {recursive: true})
        },
      }
    },
  }
}

/** Another server in front of Postgres that holds every answer back. */
const slowDatabase: Fault = {
  what: 'a slow Postgres',
  names: 'database.response',
  alone: true,
  async inject(place) {
    const open: Socket[] = []
    const server = createServer((client) => {
      const upstream = connect(place.port('postgres'), '127.0.0.1')
      open.push(client, upstream)
      for (const socket of [client, upstream]) socket.on('error', () => undefined)
      client.pipe(upstream)
      upstream.on('data', (chunk) => setTimeout(() => client.write(chunk), 30))
      upstream.on('close', () => client.end())
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return {
      env: {MITRA_PORTS_POSTGRES: `${port}`},
      async undo() {
        for (const socket of open) socket.destroy()
        await closed(server)
      },
    }
  },
}

export const serviceFaults: readonly Fault[] = [
  stopped('nginx'),
  stopped('redis'),
  ...(['nginx', 'postgres', 'redis', 'object_store'] as const).flatMap((service) => [
    killed(service),
    hangs(service),
  ]),
  nobodyCleanedUp,
  changedRedisPassword,
  leftPidFile,
  takenPort,
  backend('a backend that fails', {status: 500, afterMs: 0}),
  backend('a slow backend', {status: 200, afterMs: 90}),
  backend('a backend that hangs', undefined),
  slowDatabase,
]
