import {randomBytes, randomInt} from 'node:crypto'
import {rmSync} from 'node:fs'
import {mkdtemp, readFile} from 'node:fs/promises'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {nativePlace} from '../../../src/adapters/native/place.js'
import {readRecorded} from '../../../src/adapters/native/registry.js'
import {NativeStack} from '../../../src/adapters/native/stack.js'
import {FileSecrets} from '../../../src/adapters/secrets/file-secrets.js'
import type {StackSettings} from '../../../src/ports/stack-settings.js'
import {serviceNames, type Generation, type ServiceName} from '../../../src/ports/stack.js'

/** A native stack in a folder with a space and letters of other scripts, on ports of its own. */
export async function nativeWorkspace(fromPort: number) {
  const root = await mkdtemp(join(tmpdir(), 'mitra मित्र nativ '))
  // The same tests may run beside these in another checkout: one of ten places for the ports.
  const firstPort = fromPort + 10 * randomInt(10)
  return openedWorkspace({root, id: randomBytes(6).toString('hex'), firstPort})
}

export type NativeWorkspace = Awaited<ReturnType<typeof nativeWorkspace>>

export function openedWorkspace(where: {root: string; id: string; firstPort: number}) {
  const settings = settingsOf(where, 1)
  const place = nativePlace(settings)
  const stack = new NativeStack(settings)
  return {
    where,
    settings,
    place,
    stack,
    open: (generation: Generation = 1) => new NativeStack(settingsOf(where, generation)),

    /** The process ids that the run files of a service name. */
    async pids(service: ServiceName) {
      const text = await readFile(`${place.run(service)}.pid`, 'utf8')
      const [first = '', second = ''] = text.split('\n')
      const [keeper, reaper] = second.split(' ').map(Number)
      return {service: Number(first.split(' ')[0]), keeper: keeper ?? 0, reaper: reaper ?? 0}
    },

    async close() {
      await stack.down(serviceNames)
      rmSync(where.root, {recursive: true, force: true})
      rmSync(place.base, {recursive: true, force: true})
    },
  }
}

function settingsOf(
  {root, id, firstPort}: {root: string; id: string; firstPort: number},
  generation: Generation,
): StackSettings {
  const state = join(root, '.mitra')
  return {
    layout: {root, state, id},
    ports: {
      nginx: firstPort,
      backend: firstPort + 1,
      postgres: firstPort + 2,
      redis: firstPort + 3,
      objectStore: firstPort + 4,
      objectStoreConsole: firstPort + 5,
    },
    generation,
    databaseName: 'agent_mitra_local',
    objectStore: 'auto',
    images: {postgres: '', redis: '', 'object-store': '', nginx: ''},
    secrets: new FileSecrets(join(state, 'secrets.json')),
    startTimeoutMs: 20_000,
  }
}

/** Listens on a port until the returned function is called. */
export async function occupied(port: number): Promise<() => Promise<void>> {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return () => new Promise((resolve) => server.close(() => resolve()))
}

export function servicePid(workspace: NativeWorkspace, service: ServiceName): number {
  const {pid} = readRecorded(workspace.place.run(service))
  if (pid === undefined) throw new Error(`${service} does not run.`)
  return pid
}
