import {join} from 'node:path'
import {
  observeDatabase,
  type DatabaseState,
  type TenantRecord,
} from '../features/migrations/state.js'
import type {ArchiveTools} from '../features/tenants/archive/write.js'
import {noSuchTenant} from '../features/tenants/login.js'
import {refuseClosed} from './closed-tenants.js'
import {migrationsOf, type MigrationWorld} from './tenant-archives.js'
import type {Tools} from './tools.js'

/** What archives and restores are made of: the files of the workspace and the state of the database. */
export async function migrationWorld(tools: Tools, state?: DatabaseState): Promise<MigrationWorld> {
  return {
    texts: await (await tools.migrationFiles()).read(),
    state: state ?? (await observeDatabase(await tools.database())),
    toolVersion: tools.version,
  }
}

/** For one tenant; throws what would make its archive incomplete. */
export async function archiveToolsOf(
  tools: Tools,
  tenant: TenantRecord,
  world: MigrationWorld,
): Promise<ArchiveTools> {
  return {
    database: await tools.database(),
    archives: await tools.archives(),
    clock: tools.clock(),
    toolVersion: tools.version,
    migrations: migrationsOf(tenant, world),
  }
}

/** The tenant of that name that can be used; another is refused with the way out. */
export function usableTenant(name: string, state: DatabaseState): TenantRecord {
  const tenant = state.tenants.find((one) => one.name === name)
  if (tenant !== undefined) return tenant
  refuseClosed(name, state)
  throw noSuchTenant(
    name,
    state.tenants.map((one) => one.name),
  )
}

/**
 * `<workspace>/.mitra/archives/lic-20261124T101502123Z.tar.gz`, or the file asked for. To the millisecond: a
 * command that is run again at once must not find the file of the one that was cut off in its way.
 */
export async function archivePath(
  tools: Tools,
  name: string,
  file: string | undefined,
): Promise<string> {
  if (file !== undefined) return absolutePath(file)
  const {layout} = await tools.workspace()
  const stamp = tools.clock().now().toISOString().replaceAll(/[-:.]/g, '')
  return join(layout.state, 'archives', `${name}-${stamp}.tar.gz`)
}

/** From the folder that the command was called in. */
export function absolutePath(file: string): string {
  return join(file.startsWith('/') ? '' : process.cwd(), file)
}

/** For a command line that can be copied, whatever the file is called. */
export function restoreCommand(path: string): string {
  const isPlain = /^[\w./:@%+-]+$/.test(path)
  return `mitra tenant restore ${isPlain ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`}`
}

/** What an archive does not hold, for people. */
export const notInArchives = [
  'files in the object store',
  'the password of its login: it stays in .mitra/secrets.json',
] as const
