import {MitraError} from '../errors.js'
import {readMigrations} from '../features/migrations/files.js'
import {planMigrations} from '../features/migrations/plan.js'
import {type DatabaseState, type TenantRecord} from '../features/migrations/state.js'
import type {VerifiedArchive} from '../features/tenants/archive/verify.js'
import type {MigrationSource} from '../features/tenants/archive/write.js'
import type {SchemaBuilder, TenantSchema} from '../features/tenants/build.js'
import type {Json} from '../ports/journal.js'
import type {MigrationText} from '../ports/migration-files.js'
import {schemaBuilder, sharedPending} from './database-work.js'

/**
 * The migrations that ran in a tenant, with their exact text. Throws when a file was edited or is gone:
 * what made the schema can then not be told, and neither archived nor replayed.
 */
export function migrationsOf(
  tenant: TenantRecord,
  {texts, state, toolVersion}: MigrationWorld,
): MigrationSource {
  const all = readMigrations(texts)
  if ((state.unfinished.get(tenant.id) ?? []).length > 0) throw halfMigrated(tenant.name)
  const plan = planMigrations(all, {...state, tenants: [{...tenant, state: 'active'}], spares: []})
  if (plan.needsBootstrap || plan.shared.length > 0) throw sharedPending()
  const applied = state.byTenant.get(tenant.id) ?? new Map<string, string>()
  const ran = all.tenant.filter(({version}) => applied.has(version))
  const files = ran.map(({version, name, checksum, path}) => ({
    version,
    fileName: `${version}_${name}.sql`,
    checksum,
    text: texts.find((one) => one.path === path)?.text ?? '',
  }))
  return {files, build: schemaBuilder({shared: [], tenant: ran}, toolVersion)}
}

export interface MigrationWorld {
  readonly texts: readonly MigrationText[]
  readonly state: DatabaseState
  readonly toolVersion: string
}

/**
 * Builds with the archived migrations. They are run as the migrator, so they must be the very files of
 * this workspace; an archive that brings others of its own is refused before anything is changed.
 */
export function archivedBuilder(
  {manifest, migrations, file}: VerifiedArchive,
  tenant: TenantSchema,
  {texts, state, toolVersion}: MigrationWorld,
): SchemaBuilder {
  const ledger = manifest.ledger.map(
    ({version, checksum}) => [textIn(version), textIn(checksum)] as const,
  )
  const record = {...tenant, createdAt: '', state: 'active'} as const
  const byTenant = new Map([[tenant.id, new Map(ledger)]])
  const world = {...state, tenants: [record], spares: [], byTenant}
  const plan = planMigrations(readMigrations(texts), world)
  if (plan.needsBootstrap || plan.shared.length > 0) throw sharedPending()
  const listed = manifest.migrations.map(({version, checksum}) => `${version} ${checksum}`)
  if (listed.join() !== ledger.map((pair) => pair.join(' ')).join()) {
    const message = `${file.path} cannot be used: its migrations are not those of its history.`
    throw new MitraError('failed', 'ARCHIVE_DAMAGED', message, {
      hints: ['Take another copy of it. Nothing was changed.'],
    })
  }
  const archived = manifest.migrations.map(({version, fileName}) => ({
    scope: 'tenant' as const,
    fileName,
    path: `database/tenant/${fileName}`,
    text: migrations.get(version) ?? '',
  }))
  const {tenant: files} = readMigrations(archived)
  return schemaBuilder({shared: [], tenant: files}, toolVersion)
}

function halfMigrated(name: string): MitraError {
  return new MitraError('notReady', 'HALF_MIGRATED', `A migration of ${name} is not through.`, {
    hints: ['mitra db migrate goes on with it.'],
  })
}

/** What is no text in a row of the history fits no migration. */
function textIn(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
