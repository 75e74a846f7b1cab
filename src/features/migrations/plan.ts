import {MitraError} from '../../errors.js'
import type {Step} from '../../ports/journal.js'
import type {Migration, MigrationPhase, Migrations} from './files.js'
import {planStages, stageStep, type Stage, type TenantMigrations} from './stages.js'
import type {DatabaseState, Unfinished} from './state.js'

export interface MigrationPlan {
  readonly steps: readonly Step[]
  readonly needsBootstrap: boolean
  readonly shared: readonly Migration[]
  readonly tenants: readonly TenantMigrations[]
  /** What of `tenants` runs with what, in this order. */
  readonly stages: readonly Stage[]
}

/** Nothing to do, or nothing known. */
export const emptyPlan: MigrationPlan = {
  steps: [],
  needsBootstrap: false,
  shared: [],
  tenants: [],
  stages: [],
}

export interface MigrationWish {
  /** `expand` leaves files of the phase `contract` waiting; `contract` runs those alone. */
  readonly phase?: MigrationPhase | undefined
  /** So many tenants first; the others only when these went well. */
  readonly canary?: number | undefined
}

/**
 * What is missing, in the order of versions: shared_schema first, then the tenants. An applied file
 * that was edited, is missing or would come late is an error before anything is changed.
 */
export function planMigrations(
  migrations: Migrations,
  state: DatabaseState,
  {phase, canary}: MigrationWish = {},
): MigrationPlan {
  if (migrations.shared.length === 0) throw noMigrations()
  const pendingIn = (files: readonly Migration[], id: string, name: string) =>
    ofPhase(pendingOf(files, appliedTo(state, id), name), phase, name)
  const shared = pendingIn(migrations.shared, '', 'shared_schema')
  const tenants = [...state.tenants, ...state.spares]
    .map((tenant) => ({tenant, pending: pendingIn(migrations.tenant, tenant.id, tenant.name)}))
    .filter(({pending}) => pending.length > 0)
  const stages = planStages(tenants, migrations.tenant, canary)
  return {
    steps: [...bootstrapSteps(state), ...shared.map(sharedStep), ...stages.map(stageStep)],
    needsBootstrap: bootstrapReason(state) !== undefined,
    shared,
    tenants,
    stages,
  }
}

/** Versions that shared_schema or a tenant still misses; spares are no tenants yet. */
export function countPending({shared, tenants}: MigrationPlan): number {
  return tenants
    .filter(({tenant}) => tenant.state !== 'spare')
    .reduce((sum, {pending}) => sum + pending.length, shared.length)
}

/** "1 migration is pending in 4 tenants": each file once; undefined when nothing is. */
export function pendingTitle({shared, tenants}: MigrationPlan): string | undefined {
  const behind = tenants.filter(({tenant}) => tenant.state !== 'spare')
  const paths = new Set(behind.flatMap(({pending}) => pending.map(({path}) => path)))
  const files = shared.length + paths.size
  if (files === 0) return undefined
  const what = files === 1 ? '1 migration is pending' : `${files} migrations are pending`
  if (behind.length === 0) return what
  return `${what} in ${behind.length === 1 ? '1 tenant' : `${behind.length} tenants`}`
}

/** All that is pending as files, each once, in the order in which they run. */
export function pendingFiles({shared, tenants}: MigrationPlan): readonly Migration[] {
  const byPath = new Map(tenants.flatMap(({pending}) => pending.map((file) => [file.path, file])))
  const ofTenants = [...byPath.values()].toSorted((a, b) => (a.version < b.version ? -1 : 1))
  return [...shared, ...ofTenants]
}

interface Applied {
  readonly done: ReadonlyMap<string, string>
  readonly begun: readonly Unfinished[]
}

function appliedTo(state: DatabaseState, id: string): Applied {
  const done = id === '' ? state.shared : (state.byTenant.get(id) ?? new Map())
  return {done, begun: state.unfinished.get(id) ?? []}
}

function pendingOf(
  files: readonly Migration[],
  {done, begun}: Applied,
  target: string,
): readonly Migration[] {
  const known = new Map(files.map((file) => [file.version, file]))
  const fileOf = (version: string): Migration => {
    const file = known.get(version)
    if (file === undefined) throw missing(version, target)
    return file
  }
  for (const [version, checksum] of done) {
    const file = fileOf(version)
    if (file.checksum !== checksum) throw edited(file, target)
  }
  for (const one of begun) {
    const file = fileOf(one.version)
    if (one.isUndoing) throw halfUndone(file, target)
    if (one.statements > 0 && !file.isAlone) throw edited(file, target)
  }
  const latest = [...done.keys()].toSorted().at(-1) ?? ''
  const pending = files.filter((file) => !done.has(file.version))
  const late = pending.find((file) => file.version < latest && !mayBeLate(file))
  if (late !== undefined) throw outOfOrder(late, latest, target)
  return pending
}

/**
 * A file that waits for the end of a deploy is overtaken on purpose; one that a newer mitra brings is
 * older than what the workspace has written in the meantime.
 */
export function mayBeLate({phase, isBrought}: Migration): boolean {
  return phase === 'contract' || isBrought
}

function ofPhase(
  pending: readonly Migration[],
  phase: MigrationPhase | undefined,
  target: string,
): readonly Migration[] {
  if (phase === undefined) return pending
  const contract = pending.filter((file) => file.phase === 'contract')
  if (phase === 'expand') return pending.filter((file) => file.phase !== 'contract')
  const [first] = pending.filter((file) => file.phase !== 'contract')
  if (first !== undefined && contract.length > 0) throw phaseOrder(first, target)
  return contract
}

function bootstrapSteps(state: DatabaseState): readonly Step[] {
  const reason = bootstrapReason(state)
  if (reason === undefined) return []
  const detail = {
    roles: ['mitra_migrator', 'mitra_tenant', 'mitra_auditor'],
    schema: 'shared_schema',
  }
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
    detail: {checksum: file.checksum, ...(file.phase === undefined ? {} : {phase: file.phase})},
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

function phaseOrder(file: Migration, target: string): MitraError {
  return new MitraError(
    'config',
    'MIGRATION_PHASE',
    `${file.path} comes before the contract phase, and ${target} does not have it.`,
    {hints: ['mitra db migrate --phase expand', 'Or run all of it: mitra db migrate']},
  )
}

function halfUndone(file: Migration, target: string): MitraError {
  const message = `${file.path} was being taken back in ${target}, and not all of it is.`
  return new MitraError('failed', 'MIGRATION_HALF_UNDONE', message, {
    hints: ['mitra db rollback goes on with it.'],
  })
}
