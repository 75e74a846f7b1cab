import type {ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'

/** Names everything that a workspace owns in the engine. */
export function projectName({layout}: Pick<StackSettings, 'layout'>): string {
  return `mitra-${layout.id}`
}

export function upArguments(file: string, services: readonly ServiceName[]): readonly string[] {
  // Images were got before, with progress; compose would pull in silence.
  return ['compose', '--file', file, 'up', '--detach', '--no-deps', '--pull', 'never', ...services]
}

export function stopArguments(file: string, services: readonly ServiceName[]): readonly string[] {
  // Not `down`: stopped containers keep their logs.
  return ['compose', '--file', file, 'stop', '--timeout', '10', ...services]
}

export function volumeName(
  settings: StackSettings,
  service: ServiceName,
  generation: number,
): string {
  return `${projectName(settings)}-${service}-g${generation}`
}

/** What compose.yaml is filled with; paths and names only, never a password. */
export function composeVariables(
  settings: StackSettings,
  folders: {readonly secrets: string; readonly site: string},
): Readonly<Record<string, string>> {
  const {layout, ports, generation, databaseName, images} = settings
  return {
    MITRA_PROJECT: projectName(settings),
    MITRA_ID: layout.id,
    MITRA_GENERATION: String(generation),
    MITRA_DATABASE: databaseName,
    MITRA_SECRETS: folders.secrets,
    MITRA_SITE: folders.site,
    MITRA_IMAGE_POSTGRES: images.postgres,
    MITRA_IMAGE_REDIS: images.redis,
    MITRA_IMAGE_OBJECT_STORE: images['object-store'],
    MITRA_IMAGE_NGINX: images.nginx,
    MITRA_PORT_POSTGRES: String(ports.postgres),
    MITRA_PORT_REDIS: String(ports.redis),
    MITRA_PORT_OBJECT_STORE: String(ports.objectStore),
    MITRA_PORT_OBJECT_STORE_CONSOLE: String(ports.objectStoreConsole),
    MITRA_PORT_NGINX: String(ports.nginx),
  }
}
