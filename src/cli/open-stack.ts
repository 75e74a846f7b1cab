import type {Config} from '../config/load.js'
import {chooseEngine, type ChosenEngine} from '../features/stack/engine.js'
import {portsInForce} from '../features/stack/ports.js'
import type {KeptBackend} from '../ports/kept-backend.js'
import type {Secrets} from '../ports/secrets.js'
import type {Stack} from '../ports/stack.js'
import type {StackSettings} from '../ports/stack-settings.js'
import type {Ports, WorkspaceMemory} from '../ports/workspace.js'
import type {Workspace} from './tools.js'

export async function openEngine(config: Config, memory: WorkspaceMemory): Promise<ChosenEngine> {
  const configured = config.values.engine
  const remembered = await memory.engine()
  const isDecided = configured === 'native' || (configured === 'auto' && remembered === 'native')
  const found = isDecided
    ? {why: 'docker was not looked for'}
    : await (await import('../adapters/docker/endpoint.js')).findEngine()
  return chooseEngine({configured, remembered, found})
}

export async function openPorts(config: Config, memory: WorkspaceMemory): Promise<Ports> {
  return portsInForce(
    configuredPorts(config),
    (name) => config.isChosen(`ports.${name}`),
    await memory.ports(),
  )
}

function configuredPorts({values}: Config): Ports {
  return {
    nginx: values['ports.nginx'],
    backend: values['ports.backend'],
    postgres: values['ports.postgres'],
    redis: values['ports.redis'],
    objectStore: values['ports.objectStore'],
    objectStoreConsole: values['ports.objectStoreConsole'],
  }
}

interface StackParts {
  readonly workspace: Workspace
  readonly ports: Ports
  readonly memory: WorkspaceMemory
  readonly secrets: Secrets
  readonly engine: 'docker' | 'native'
}

export async function openStack(parts: StackParts): Promise<Stack> {
  const settings = await stackSettings(parts)
  if (parts.engine === 'native') {
    const {NativeStack} = await import('../adapters/native/stack.js')
    return new NativeStack(settings)
  }
  const {DockerStack} = await import('../adapters/docker/stack.js')
  return new DockerStack(settings)
}

/** Beside either engine. */
export async function openBackend(
  {layout, config}: Workspace,
  {backend: port}: Ports,
): Promise<KeptBackend> {
  const {ProcessBackend} = await import('../adapters/native/process-backend.js')
  const startTimeoutMs = config.values.startTimeoutSeconds * 1000
  return new ProcessBackend({layout, port, startTimeoutMs})
}

async function stackSettings({
  workspace,
  ports,
  memory,
  secrets,
}: StackParts): Promise<StackSettings> {
  const {values} = workspace.config
  return {
    layout: workspace.layout,
    ports,
    generation: await memory.generation(),
    databaseName: values['database.name'],
    objectStore: values['objectStore.provider'],
    images: {
      postgres: values['images.postgres'],
      redis: values['images.redis'],
      'object-store': values['images.objectStore'],
      nginx: values['images.nginx'],
    },
    secrets,
    startTimeoutMs: values.startTimeoutSeconds * 1000,
  }
}
