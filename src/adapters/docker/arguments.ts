import type {ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'

/** Names everything that a workspace owns in the engine. */
export function projectName({layout}: Pick<StackSettings, 'layout'>): string {
  return `mitra-${layout.id}`
}

interface Creation {
  readonly project: string
  readonly files: readonly string[]
  readonly services: readonly ServiceName[]
}

/** Networks, volumes and containers as the files say, not started: one that fails stops no other. */
export function createArguments({project, files, services}: Creation): readonly string[] {
  const named = files.flatMap((file) => ['--file', file])
  // Images were got before, with progress; compose would pull in silence.
  const options = ['--no-start', '--no-deps', '--no-build', '--pull', 'never']
  return ['compose', '--project-name', project, ...named, 'up', ...options, ...services]
}

export function volumeName(
  settings: Pick<StackSettings, 'layout'>,
  service: ServiceName,
  generation: number,
): string {
  return `${projectName(settings)}-${service}-g${generation}`
}

/** The services whose containers read passwords. */
export type SecretReader = Exclude<ServiceName, 'nginx'>

export interface ComposeFolders {
  readonly secrets: string
  readonly site: string
  readonly initdb: string
}

/** What compose.yaml is filled with; paths, names and fingerprints, never a password. */
export function composeVariables(
  settings: StackSettings,
  folders: ComposeFolders,
  fingerprints: Readonly<Record<SecretReader, string>>,
): Readonly<Record<string, string>> {
  const {layout, ports, generation, databaseName, images} = settings
  return {
    MITRA_PROJECT: projectName(settings),
    MITRA_ID: layout.id,
    MITRA_GENERATION: String(generation),
    MITRA_DATABASE: databaseName,
    MITRA_SECRETS: folders.secrets,
    MITRA_SITE: folders.site,
    MITRA_INITDB: folders.initdb,
    MITRA_SECRETS_POSTGRES: fingerprints.postgres,
    MITRA_SECRETS_REDIS: fingerprints.redis,
    MITRA_SECRETS_OBJECT_STORE: fingerprints['object-store'],
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
