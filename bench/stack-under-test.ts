import {execFile} from 'node:child_process'
import {mkdtemp, readFile, realpath, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {projectName} from '../src/adapters/docker/arguments.js'
import {answeringEndpoint} from '../src/adapters/docker/endpoint.js'
import {FileSecrets} from '../src/adapters/secrets/file-secrets.js'
import type {ServiceName} from '../src/ports/stack.js'
import type {StackSettings} from '../src/ports/stack-settings.js'
import {mitra, mitraJson} from '../test/support/cli.js'
import {portsOf, removeWorkspace} from '../test/support/workspace.js'
import {NotHere} from './case.js'

export type BenchEngine = 'native' | 'docker'

export interface BenchService {
  readonly name: ServiceName
  readonly kind: string
  readonly port: number
  readonly version: string | null
  readonly memoryBytes: number | null
}

/** A workspace of the bench's own, set up and running. */
export interface StackUnderTest {
  readonly cwd: string
  readonly id: string
  readonly env: Readonly<Record<string, string>>
  /** Milliseconds of the whole command, process start to end; throws when it fails. */
  time(...argv: string[]): Promise<number>
  services(): Promise<readonly BenchService[]>
}

// Read at every start of Node 20; the start-up case shows what that costs, the others leave it out.
const withoutCertificates = {NODE_EXTRA_CA_CERTS: ''}

/** Sets a stack up, lends it to the work and leaves nothing behind. */
export async function withStack<T>(
  {engine, objectStore = 'auto'}: {readonly engine: BenchEngine; readonly objectStore?: string},
  work: (stack: StackUnderTest) => Promise<T>,
): Promise<T> {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), 'mitra-bench-')))
  let project: string | undefined
  const env = {...portsOf(24_300), ...withoutCertificates, MITRA_OBJECT_STORE_PROVIDER: objectStore}
  const at = {cwd, env}
  try {
    const {code, stderr} = await mitra(['setup', '--yes', '--engine', engine], at)
    if (code !== 0) throw new Error(`mitra setup ended with ${code}: ${stderr}`)
    const text = await readFile(join(cwd, '.mitra/workspace.json'), 'utf8')
    const {id}: {id: string} = JSON.parse(text)
    if (engine === 'docker') project = projectName({layout: {root: cwd, state: '', id}})
    const services = async () =>
      (await mitraJson<{services: readonly BenchService[]}>(['status'], at)).services
    return await work({cwd, id, env, services, time: (...argv) => timeCommand(argv, at)})
  } finally {
    await removeWorkspace(at)
    if (project !== undefined) await removeProject(project)
  }
}

/** Containers, volumes and network of the bench's own project. */
async function removeProject(project: string): Promise<void> {
  const endpoint = await answeringEndpoint()
  const env = {...process.env, ...(endpoint === undefined ? {} : {DOCKER_HOST: endpoint})}
  const argv = ['compose', '--project-name', project, 'down', '--volumes']
  await promisify(execFile)('docker', argv, {env})
}

async function timeCommand(
  argv: readonly string[],
  at: {readonly cwd: string; readonly env: Readonly<Record<string, string>>},
): Promise<number> {
  const from = performance.now()
  const {code, stderr} = await mitra(argv, at)
  const ms = performance.now() - from
  if (code !== 0) throw new Error(`mitra ${argv.join(' ')} ended with ${code}: ${stderr}`)
  return ms
}

/** Throws NotHere unless the object store can be had without building it. */
export async function requireObjectStore(provider: string): Promise<void> {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), 'mitra-bench-')))
  const env = {...withoutCertificates, MITRA_OBJECT_STORE_PROVIDER: provider}
  const argv = ['setup', '--plan', '--engine', 'native']
  const {plan} = await mitraJson<{plan: readonly {id: string}[]}>(argv, {cwd, env})
  await rm(cwd, {recursive: true})
  if (!plan.some(({id}) => id === 'stack.get.object-store')) return
  throw new NotHere(
    `${provider} is not on this machine (mitra setup --object-store ${provider} gets it).`,
  )
}

/** What mitra would tell an adapter of this stack. */
export async function settingsOf({cwd, env, id}: StackUnderTest): Promise<StackSettings> {
  const {settings} = await mitraJson<{
    settings: readonly {key: string; value: string | number}[]
  }>(['config', 'show'], {cwd, env})
  const valueOf = (key: string) => settings.find((one) => one.key === key)?.value ?? ''
  const state = join(cwd, '.mitra')
  return {
    layout: {root: cwd, state, id},
    ports: {
      nginx: Number(valueOf('ports.nginx')),
      backend: Number(valueOf('ports.backend')),
      postgres: Number(valueOf('ports.postgres')),
      redis: Number(valueOf('ports.redis')),
      objectStore: Number(valueOf('ports.objectStore')),
      objectStoreConsole: Number(valueOf('ports.objectStoreConsole')),
    },
    generation: 1,
    databaseName: String(valueOf('database.name')),
    objectStore: 'auto',
    images: {
      postgres: String(valueOf('images.postgres')),
      redis: String(valueOf('images.redis')),
      'object-store': String(valueOf('images.objectStore')),
      nginx: String(valueOf('images.nginx')),
    },
    secrets: new FileSecrets(join(state, 'secrets.json')),
    startTimeoutMs: 60_000,
  }
}
