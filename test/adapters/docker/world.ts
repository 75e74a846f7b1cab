import {execFileSync} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {rm} from 'node:fs/promises'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {DockerStack} from '../../../src/adapters/docker/stack.js'
import {FileSecrets} from '../../../src/adapters/secrets/file-secrets.js'
import type {Generation, ServiceName} from '../../../src/ports/stack.js'
import type {StackSettings} from '../../../src/ports/stack-settings.js'
import type {StackUnderTest} from '../../contracts/stack.js'
import {oddFolder} from '../../support/cli.js'
import {requirement} from '../../support/requirements.js'

export const hasEngine = await requirement('a docker engine with the compose plugin', async () => {
  const {findEngine} = await import('../../../src/adapters/docker/endpoint.js')
  return 'endpoint' in (await findEngine())
})

export interface DockerWorld extends StackUnderTest {
  readonly settings: StackSettings
  /** The same workspace with some settings changed. */
  openWith(changes: Partial<StackSettings>): DockerStack
}

/** A workspace of its own, in a folder with an odd name, on ports from `first` on. */
export async function openDockerWorld(first: number): Promise<DockerWorld> {
  const root = await oddFolder()
  const state = join(root, '.mitra')
  const settings: StackSettings = {
    layout: {root, state, id: randomBytes(6).toString('hex')},
    ports: {
      nginx: first,
      backend: first + 1,
      postgres: first + 2,
      redis: first + 3,
      objectStore: first + 4,
      objectStoreConsole: first + 5,
    },
    generation: 1,
    databaseName: 'agent_mitra_local',
    objectStore: 'auto',
    images: {
      postgres: 'postgres:16',
      redis: 'redis:7',
      'object-store': 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z',
      nginx: 'nginx:1',
    },
    secrets: new FileSecrets(join(state, 'secrets.json')),
    startTimeoutMs: 60_000,
  }
  const openWith = (changes: Partial<StackSettings>) => new DockerStack({...settings, ...changes})
  return {
    settings,
    openWith,
    open: (generation: Generation = 1) => openWith({generation}),
    async kill(service) {
      docker('kill', '--signal', 'KILL', containerOf(settings, service))
    },
    async obstruct(service) {
      const ports = {...settings.ports, 'object-store': settings.ports.objectStore}
      const server = createServer()
      await new Promise<void>((resolve) =>
        server.listen(ports[service], '127.0.0.1', () => resolve()),
      )
      return () => new Promise((resolve) => server.close(() => resolve()))
    },
    async passwords() {
      const names = await settings.secrets.names()
      const values = await Promise.all(names.map((name) => settings.secrets.get(name)))
      return values.flatMap((value) => (value === undefined ? [] : [value.reveal()]))
    },
    async close() {
      removeAll(settings)
      await rm(root, {recursive: true, force: true})
    },
  }
}

/** The docker CLI; what it printed. */
export function docker(...argv: readonly string[]): string {
  return execFileSync('docker', argv, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}).trim()
}

export function containerOf({layout}: StackSettings, service: ServiceName): string {
  const [found = ''] = ours('container', layout.id, `com.docker.compose.service=${service}`)
  return found
}

function ours(kind: string, id: string, ...labels: readonly string[]): readonly string[] {
  const filters = [`dev.mitra.workspace=${id}`, ...labels].flatMap((label) => [
    '--filter',
    `label=${label}`,
  ])
  const all = kind === 'container' ? ['--all'] : []
  return docker(kind, 'ls', '--quiet', ...all, ...filters)
    .split('\n')
    .filter((line) => line !== '')
}

function removeAll({layout}: StackSettings): void {
  const remove = (kind: string, force: readonly string[]) => {
    const found = ours(kind, layout.id)
    if (found.length > 0) docker(kind, 'rm', ...force, ...found)
  }
  remove('container', ['--force', '--volumes'])
  remove('volume', ['--force'])
  remove('network', [])
}
