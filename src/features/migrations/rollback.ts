import {MitraError} from '../../errors.js'
import type {Session} from '../../ports/database.js'
import type {Step} from '../../ports/journal.js'
import {runAlone} from './alone.js'
import {aloneScript, aloneText} from './alone-sql.js'
import {applyStages, recorded, type MigrateTools} from './apply.js'
import type {Migration, Migrations} from './files.js'
import {stageSql, type SqlOfTarget, type StepSql} from './plan-sql.js'
import {rollbackScript} from './sql.js'
import {groupsOf, tenantsText, withIds, type Stage, type TenantMigrations} from './stages.js'
import {statementsOf} from './statements.js'
import type {DatabaseState, TenantRecord} from './state.js'
import {runTarget} from './target.js'

export interface RollbackWish {
  /** Of shared_schema instead of the tenants. */
  readonly isShared: boolean
  /** The newest version that stays. */
  readonly to?: string | undefined
  /** How many versions, the newest first; one where neither is given. */
  readonly steps?: number | undefined
}

export interface RollbackPlan {
  readonly steps: readonly Step[]
  /** Newest first. */
  readonly shared: readonly Migration[]
  readonly stages: readonly Stage[]
}

/** The newest versions that any target has, each taken back where it is. */
export function planRollback(
  migrations: Migrations,
  state: DatabaseState,
  wish: RollbackWish,
): RollbackPlan {
  const files = wish.isShared ? migrations.shared : migrations.tenant
  const targets = targetsOf(state, wish)
  const chosen = chosenVersions(new Set(targets.flatMap(({has}) => [...has.keys()])), wish)
  const known = new Map(files.map((file) => [file.version, file]))
  const back = chosen.map((version) => undoable(version, known.get(version), targets))
  if (wish.isShared) {
    return {steps: back.map(sharedStep), shared: back, stages: []}
  }
  const tenants = targets.flatMap(({tenant, has}): readonly TenantMigrations[] =>
    tenant === undefined ? [] : [{tenant, pending: back.filter(({version}) => has.has(version))}],
  )
  const stages = stagesBack(back, tenants)
  return {steps: stages.map(stageStepBack), shared: [], stages}
}

function targetsOf(state: DatabaseState, {isShared}: RollbackWish): readonly RollbackTarget[] {
  if (isShared) return [{name: 'shared_schema', has: versionsIn(state, ''), tenant: undefined}]
  return [...state.tenants, ...state.spares].map((tenant) => ({
    name: tenant.name,
    has: versionsIn(state, tenant.id),
    tenant,
  }))
}

/** Checksum by version; '' for what is begun and not through. */
function versionsIn(state: DatabaseState, id: string): ReadonlyMap<string, string> {
  const done = id === '' ? state.shared : (state.byTenant.get(id) ?? new Map<string, string>())
  const begun = (state.unfinished.get(id) ?? []).map(({version}) => [version, ''] as const)
  return new Map([...done, ...begun])
}

function chosenVersions(
  applied: ReadonlySet<string>,
  {to, steps = 1}: RollbackWish,
): readonly string[] {
  const newestFirst = [...applied].toSorted().toReversed()
  if (to === undefined) return newestFirst.slice(0, steps)
  if (!applied.has(to)) throw unknownVersion(to, newestFirst)
  return newestFirst.filter((version) => version > to)
}

interface RollbackTarget {
  readonly name: string
  readonly has: ReadonlyMap<string, string>
  /** Undefined for shared_schema. */
  readonly tenant: TenantRecord | undefined
}

function undoable(
  version: string,
  file: Migration | undefined,
  targets: readonly RollbackTarget[],
): Migration {
  const holder = targets.find(({has}) => has.has(version))?.name ?? ''
  if (file === undefined) throw fileGone(version, holder)
  if (statementsOf(file.down).length === 0) throw noWayBack(file)
  const other = targets.find(({has}) => {
    const checksum = has.get(version) ?? ''
    return checksum !== '' && checksum !== file.checksum
  })
  if (other !== undefined) throw editedSince(file, other.name)
  return file
}

/** Newest first; one that cannot run in a transaction is a stage of its own. */
function stagesBack(
  back: readonly Migration[],
  tenants: readonly TenantMigrations[],
): readonly Stage[] {
  const segments: Set<string>[] = [new Set()]
  for (const {version, isDownAlone} of back) {
    if (isDownAlone) segments.push(new Set([version]), new Set())
    else segments.at(-1)?.add(version)
  }
  return withIds(
    segments.flatMap((segment) =>
      groupsOf(tenants, segment).map((group) => {
        const kind = group.files.some((file) => file.isDownAlone) ? 'alone' : 'together'
        return {...group, kind, isCanary: false, direction: 'down'} as const
      }),
    ),
  )
}

function sharedStep(file: Migration): Step {
  return {
    id: `db.rollback.shared.${file.version}`,
    title: `Take ${file.path} back`,
    why: 'shared_schema has it',
    undo: 'no',
    detail: {checksum: file.checksum},
  }
}

function stageStepBack({id, kind, files, tenants}: Stage): Step {
  const names = files.map((file) => `${file.version}_${file.name}`).join(', ')
  const how = kind === 'alone' ? ', outside a transaction' : ''
  return {
    id,
    title: `Take ${names} back in ${tenantsText(tenants)}${how}`,
    why: `${tenants.length === 1 ? 'it has' : 'they have'} ${files.length === 1 ? 'it' : 'them'}`,
    undo: 'no',
    detail: {
      files: files.map((file) => file.path),
      tenants: tenants.map((tenant) => tenant.name),
    },
  }
}

const marks = {runId: '', toolVersion: ''}

/** The exact SQL by step. */
export function rollbackSql({shared, stages}: RollbackPlan): readonly StepSql[] {
  const sqlOf: SqlOfTarget = (files, tenant) => {
    const [file] = files
    return file?.isDownAlone === true
      ? aloneText(aloneScript({file, tenant, direction: 'down'}, marks))
      : rollbackScript(files, tenant).sql
  }
  return [
    ...shared.map((file) => ({
      step: sharedStep(file).id,
      text: sqlOf([file], undefined),
      tenants: [],
    })),
    ...stages.map((stage) => stageSql(stage, sqlOf)),
  ]
}

/** Each target in one transaction with its ledger rows; one that fails does not stop the rest. */
export async function applyRollback(plan: RollbackPlan, tools: MigrateTools): Promise<void> {
  if (plan.shared.length > 0) {
    const session = await tools.database.connect({role: 'migrator'})
    try {
      for (const file of plan.shared) {
        await recorded(sharedStep(file).id, tools, () =>
          takeBack(session, [file], undefined, tools),
        )
      }
    } finally {
      await session.close()
    }
  }
  await applyStages(plan.stages, tools, {
    words: {done: 'taken back', again: 'mitra db rollback'},
    work: (session, {files}, tenant) => takeBack(session, files, tenant, tools),
  })
}

async function takeBack(
  session: Session,
  files: readonly Migration[],
  tenant: TenantRecord | undefined,
  tools: MigrateTools,
): Promise<void> {
  const [file] = files
  if (file?.isDownAlone === true) {
    return runAlone(session, {file, tenant, direction: 'down'}, {...tools, marks})
  }
  return runTarget(
    session,
    {tenant, files, scriptOf: (some) => rollbackScript(some, tenant)},
    tools,
  )
}

function unknownVersion(to: string, newestFirst: readonly string[]): MitraError {
  const known = newestFirst.slice(0, 5).join(', ')
  return new MitraError('usage', 'NO_SUCH_VERSION', `No target has version ${to}.`, {
    hints: [known === '' ? 'Nothing has run yet.' : `The newest that ran: ${known}.`],
  })
}

function fileGone(version: string, target: string): MitraError {
  const message = `Migration ${version} ran in ${target}, but its file is gone.`
  return new MitraError('config', 'MIGRATION_MISSING', message, {
    hints: ['Get the file back, from git for example: what takes it back stands in it.'],
  })
}

function noWayBack({path, downLine}: Migration): MitraError {
  const message = `${path}:${downLine} has nothing under \`-- migrate:down\`.`
  return new MitraError('config', 'MIGRATION_NO_DOWN', message, {
    hints: [
      'What cannot be taken back is corrected by a new migration: mitra db new.',
      'An applied file is not changed, not even to add the missing half.',
    ],
  })
}

function editedSince({path}: Migration, target: string): MitraError {
  const message = `${path} was changed after it ran in ${target}.`
  return new MitraError('config', 'MIGRATION_EDITED', message, {
    hints: ['Put its text back: what is taken back must be what ran.'],
  })
}
