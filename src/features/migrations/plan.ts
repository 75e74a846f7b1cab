import {MitraError} from '../../errors.js'
import type {Step} from '../../ports/journal.js'
import type {Migration, Migrations} from './files.js'
import type {DatabaseState, TenantRecord} from './state.js'

export interface TenantMigrations {
  readonly tenant: TenantRecord
  readonly pending: readonly Migration[]
}

export interface MigrationPlan {
  readonly steps: readonly Step[]
  readonly needsBootstrap: boolean
  readonly shared: readonly Migration[]
  readonly tenants: readonly TenantMigrations[]
}

/**
 * What is missing, in the order of versions: shared_schema first, then each tenant. An applied file
 * that was edited, is missing or would come late is an error before anything is changed.
 */
export function planMigrations(migrations: Migrations, state: DatabaseState): MigrationPlan {
  if (migrations.shared.length === 0) throw noMigrations()
  const shared = pendingOf(migrations.shared, state.shared, 'shared_schema')
  const tenants = [...state.tenants, ...state.spares]
    .map((tenant) => {
      const applied = state.byTenant.get(tenant.id) ?? new Map()
      return {tenant, pending: pendingOf(migrations.tenant, applied, tenant.name)}
    })
    .filter(({pending}) => pending.length > 0)
  const needsBootstrap = bootstrapReason(state) !== undefined
  const steps = [...bootstrapSteps(state), ...shared.map(sharedStep), ...tenants.map(tenantStep)]
  return {steps, needsBootstrap, shared, tenants}
}

/** Versions that shared_schema or a tenant still misses; spares are no tenants yet. */
export function countPending({shared, tenants}: MigrationPlan): number {
  return tenants
    .filter(({tenant}) => tenant.state !== 'spare')
    .reduce((sum, {pending}) => sum + pending.length, shared.length)
}

/** The same as files, each once, in the order in which they run. */
export function pendingFiles({shared, tenants}: MigrationPlan): readonly Migration[] {
  const byPath = new Map(tenants.flatMap(({pending}) => pending.map((file) => [file.path, file])))
  const ofTenants = [...byPath.values()].toSorted((a, b) => (a.version < b.version ? -1 : 1))
  return [...shared, ...ofTenants]
}

function pendingOf(
  files: readonly Migration[],
  applied: ReadonlyMap<string, string>,
  target: string,
): readonly Migration[] {
  const known = new Map(files.map((file) => [file.version, file]))
  for (const [version, checksum] of applied) {
    const file = known.get(version)
    if (file === undefined) throw missing(version, target)
    if (file.checksum !== checksum) throw edited(file, target)
  }
  const latest = [...applied.keys()].toSorted().at(-1) ?? ''
  const pending = files.filter((file) => !applied.has(file.version))
  const late = pending.find((file) => file.version < latest)
  if (late !== undefined) throw outOfOrder(late, latest, target)
  return pending
}

function bootstrapSteps(state: DatabaseState): readonly Step[] {
  const reason = bootstrapReason(state)
  if (reason === undefined) return []
  const detail = {roles: ['mitra_migrator', 'mitra_tenant'], schema: 'shared_schema'}
  return [{id: 'db.bootstrap', ...reason, undo: 'no', detail}]
}

/** One step, whatever of it is missing: all of it can be run again. */
function bootstrapReason(state: DatabaseState): Pick<Step, 'title' | 'why'> | undefined {
  if (!state.isBootstrapped) {
    const title = 'Make the roles, shared_schema and the ledger of migrations'
    return {title, why: 'the database is empty'}
  }
  if (!state.acceptsMigrator) {
    const why = 'the password of mitra_migrator is not the one that this workspace keeps'
    return {title: 'Set the password of mitra_migrator', why}
  }
  if (state.hasCurrentLedger) return undefined
  const why = 'it is of another version of mitra'
  return {title: 'Bring the ledger of migrations up to date', why}
}

function sharedStep(file: Migration): Step {
  return {
    id: `db.shared.${file.version}`,
    title: `Run ${file.path}`,
    why: 'shared_schema does not have it',
    undo: 'no',
    detail: {checksum: file.checksum},
  }
}

function tenantStep({tenant, pending}: TenantMigrations): Step {
  const names = pending.map((file) => `${file.version}_${file.name}`)
  return {
    id: `db.tenant.${tenant.name}`,
    title: `Migrate ${tenant.schema}: ${names.join(', ')}`,
    why: `${tenant.name} does not have ${pending.length === 1 ? 'it' : 'them'}`,
    undo: 'no',
    detail: {files: pending.map((file) => file.path)},
  }
}

function noMigrations(): MitraError {
  return new MitraError('config', 'NO_MIGRATIONS', 'There are no migrations in database/shared.', {
    hints: ['mitra init puts back those that mitra brings.', 'Or get them from git.'],
  })
}

function edited(file: Migration, target: string): MitraError {
  return new MitraError(
    'config',
    'MIGRATION_EDITED',
    `${file.path} was changed after it ran in ${target}.`,
    {hints: ['Put its text back; write what you want changed as a new migration: mitra db new.']},
  )
}

function missing(version: string, target: string): MitraError {
  return new MitraError(
    'config',
    'MIGRATION_MISSING',
    `Migration ${version} ran in ${target}, but its file is gone.`,
    {hints: ['Get the file back, from git for example.', 'Or take the branch that has it.']},
  )
}

function outOfOrder(file: Migration, latest: string, target: string): MitraError {
  return new MitraError(
    'config',
    'MIGRATION_ORDER',
    `${file.path} is older than ${latest}, which ${target} already has.`,
    {hints: ['Rename the file to a later time, so that it runs in the same order everywhere.']},
  )
}
