import * as v from 'valibot'
import {objectStoreChoices} from '../ports/stack-settings.js'
import {preferredPorts} from '../ports/workspace.js'
import {costPlanSettings} from './cost-settings.js'
import {awsSettings} from './aws-settings.js'
import {reportSettings} from './report-settings.js'
import {repositorySettings} from './repository-settings.js'
import {billSettings} from './bill-settings.js'
import {notifySettings} from './notify-settings.js'

const port = v.pipe(
  v.number('expected a port number'),
  v.integer('expected a whole number'),
  v.minValue(1, 'expected a port from 1 to 65535'),
  v.maxValue(65_535, 'expected a port from 1 to 65535'),
)
const image = v.pipe(
  v.string('expected an image name in quotes'),
  v.regex(/^[\w.\-/:@]+$/, 'expected an image name such as postgres:16'),
)
const databaseName = v.pipe(
  v.string('expected a name'),
  v.regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected lower-case letters, digits and _ (63 at most)'),
)
const words = v.array(v.pipe(v.string('expected a word'), v.minLength(1, 'expected a word')))
const seconds = v.pipe(v.number('expected seconds'), v.minValue(1), v.maxValue(3600))

/**
 * The one table of settings. The key is the path in mitra.yml, `MITRA_` + that path in capitals the
 * environment variable; types, messages, `config show` and the reference page come from here.
 */
export const settings = {
  engine: {
    schema: v.picklist(['auto', 'docker', 'native'], 'expected auto, docker or native'),
    fallback: 'auto',
    about: 'What runs the services; auto takes docker when its daemon answers within a second.',
  },
  'database.name': {
    schema: databaseName,
    fallback: 'agent_mitra_local',
    about: 'The database that holds shared_schema and one schema per tenant.',
  },
  'database.connections': {
    schema: v.pipe(v.number('expected a number'), v.integer(), v.minValue(1), v.maxValue(32)),
    fallback: 4,
    about: 'How many tenants are migrated side by side.',
  },
  'migrations.command': {
    schema: words,
    fallback: [],
    about:
      "The backend's own migrations, run after ours: [alembic, upgrade, head]. It gets DATABASE_URL.",
  },
  'migrations.check': {
    schema: words,
    fallback: [],
    about: 'Ends with 0 when migrations.command has nothing to do; without it that is always run.',
  },
  'migrations.folder': {
    schema: v.pipe(v.string('expected a folder'), v.minLength(1, 'expected a folder')),
    fallback: '.',
    about: 'Where both are run, from the folder of mitra.yml.',
  },
  'database.patienceSeconds': {
    schema: seconds,
    fallback: 60,
    about: 'How long a migration tries again when somebody holds a table.',
  },
  'objectStore.provider': {
    schema: v.picklist(objectStoreChoices, 'expected auto, minio or versitygw'),
    fallback: 'auto',
    about: 'The S3 server of the native engine; auto takes MinIO when it is installed.',
  },
  'objectStore.bucket': {
    schema: v.pipe(
      v.string('expected a name'),
      v.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'expected 3 to 63 of a-z, 0-9 and -'),
    ),
    fallback: 'agent-mitra-local',
    about: 'The bucket that setup makes.',
  },
  'ports.nginx': {schema: port, fallback: preferredPorts.nginx, about: 'The reverse proxy.'},
  'ports.backend': {schema: port, fallback: preferredPorts.backend, about: 'The FastAPI backend.'},
  'ports.postgres': {schema: port, fallback: preferredPorts.postgres, about: 'Postgres 16.'},
  'ports.redis': {schema: port, fallback: preferredPorts.redis, about: 'Redis 7.'},
  'ports.objectStore': {schema: port, fallback: preferredPorts.objectStore, about: 'S3.'},
  'ports.objectStoreConsole': {
    schema: port,
    fallback: preferredPorts.objectStoreConsole,
    about: "MinIO's console.",
  },
  'images.postgres': {schema: image, fallback: 'postgres:16', about: 'Docker image.'},
  'images.redis': {schema: image, fallback: 'redis:7', about: 'Docker image.'},
  'images.objectStore': {
    schema: image,
    fallback: 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z',
    about: 'Docker image; MinIO has left Docker Hub.',
  },
  'images.nginx': {schema: image, fallback: 'nginx:1', about: 'Docker image.'},
  'tenants.demo': {
    schema: v.pipe(v.array(v.string('expected a tenant name')), v.maxLength(50)),
    fallback: ['lic', 'hdfc', 'icici'],
    about: 'The tenants that setup makes and fills with sample rows.',
  },
  'tenants.spares': {
    schema: v.pipe(v.number('expected a number'), v.integer(), v.minValue(0), v.maxValue(100)),
    fallback: 1,
    about: 'Schemas kept ready ahead, so that the next tenant is there at once; 0 for none.',
  },
  startTimeoutSeconds: {
    schema: seconds,
    fallback: 60,
    about: 'How long a service may take to answer.',
  },
  ...repositorySettings,
  ...costPlanSettings,
  ...awsSettings,
  ...billSettings,
  ...notifySettings,
  ...reportSettings,
} as const

export type SettingKey = keyof typeof settings

type Wide<T> = T extends readonly string[] ? readonly string[] : T

export type Settings = {
  readonly [K in SettingKey]: Wide<v.InferOutput<(typeof settings)[K]['schema']>>
}

export const settingKeys = Object.keys(settings).filter(isSettingKey)

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settings, key)
}

/** `ports.objectStore` -> `MITRA_PORTS_OBJECT_STORE`. */
export function environmentName(key: SettingKey): string {
  const words = key.replaceAll(/([a-z])([A-Z])/g, '$1_$2').replaceAll('.', '_')
  return `MITRA_${words.toUpperCase()}`
}
