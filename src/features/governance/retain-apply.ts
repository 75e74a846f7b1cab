import {join} from 'node:path'
import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {Archives} from '../../ports/archives.js'
import type {Clock} from '../../ports/clock.js'
import type {Database, Session} from '../../ports/database.js'
import type {Files} from '../../ports/files.js'
import type {Json, RunWriter} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {RetentionRules} from '../../ports/retention-rules.js'
import {anchorRecord} from './anchors.js'
import {expireBatch} from './expire-rows.js'
import {sideBySide} from './fleet-work.js'
import {
  retainFailure,
  type FailedTenant,
  type RetainPlan,
  type TenantRetention,
} from './retain-plan.js'
import {retainStepId, type RetainTask} from './retain-steps.js'
import {archivedRows, archiveMonth, retireMonth} from './retire-months.js'
import {sealChain} from './seal.js'
import {observeTableMap} from './table-map.js'
import {inTenant, type GovernedTenant} from './tenant-work.js'

export interface RetainApplyTools {
  readonly database: Database
  readonly rules: RetentionRules
  readonly archives: Archives
  readonly files: Files
  /** Where archived months go, a folder for each tenant. */
  readonly folder: string
  readonly clock: Clock
  readonly now: Date
  readonly connections: number
  readonly run: RunWriter
  readonly progress: Progress
}

/** Tenants side by side, the tasks of each in order; a tenant that fails does not stop the others. */
export async function applyRetain(
  {tenants, unseen}: RetainPlan,
  tools: RetainApplyTools,
): Promise<void> {
  const failures = await sideBySide(tenants, tools.connections, (one) => retainTenant(one, tools))
  const failed = failures.flatMap((failure) => (failure === undefined ? [] : [failure]))
  const failure = retainFailure([...unseen, ...failed], tenants.length + unseen.length)
  if (failure !== undefined) throw failure
}

async function retainTenant(
  {tenant, tasks}: TenantRetention,
  tools: RetainApplyTools,
): Promise<FailedTenant | undefined> {
  if (tasks.length === 0) return undefined
  let step = ''
  let session: Session | undefined
  try {
    session = await tools.database.connect({role: 'migrator'})
    for (const task of tasks) {
      step = retainStepId(tenant, task)
      tools.progress.started(step)
      await tools.run.done(step, await applyPatiently(session, tenant, task, tools))
    }
    return undefined
  } catch (error) {
    const known = error instanceof MitraError
    const code = known ? error.code : 'UNEXPECTED'
    if (step !== '') await tools.run.failed(step, code, messageOf(error))
    if (!known) throw error
    return {name: tenant.name, error}
  } finally {
    await session?.close()
  }
}

const lockNotAvailable = '55P03'
const mostTries = 4

/** Somebody's long query holds the table: asked again a few times, never waited for in the server. */
async function applyPatiently(
  session: Session,
  tenant: GovernedTenant,
  task: RetainTask,
  tools: RetainApplyTools,
): Promise<Json | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await applyTask(session, tenant, task, tools)
    } catch (error) {
      if (codeOf(error) !== lockNotAvailable || attempt === mostTries) throw error
      const ceilingMs = Math.min(4000, 200 * 2 ** attempt)
      await tools.clock.sleep(ceilingMs / 2 + (Math.random() * ceilingMs) / 2)
    }
  }
}

// What people's rows said must not be written down once more by the record of their end.
const quiet = {'mitra.erasure': 'on', statement_timeout: '10min'}

async function applyTask(
  session: Session,
  tenant: GovernedTenant,
  task: RetainTask,
  tools: RetainApplyTools,
): Promise<Json | undefined> {
  const write = <T>(work: () => Promise<T>, settings: Readonly<Record<string, string>> = {}) =>
    inTenant(session, tenant, {mode: 'write', settings}, work)
  switch (task.kind) {
    case 'seal': {
      const anchor = await write(() => sealChain(session, tenant))
      return anchor === undefined ? undefined : anchorRecord(anchor)
    }
    case 'month':
      await write(() =>
        session.query('SELECT shared_schema.make_month_partitions($1::regclass, $2, 1)', [
          task.table,
          task.month,
        ]),
      )
      return undefined
    case 'provider':
      await write(() =>
        session.query("SELECT shared_schema.make_provider_partition('insurance_policies', $1)", [
          task.provider,
        ]),
      )
      return undefined
    case 'rows':
      return {rows: await expireRows(session, tenant, task, tools)}
    case 'archive':
      await inTenant(session, tenant, {mode: 'read'}, () =>
        archiveMonth(session, task, {...tools, path: archivePath(tenant, task, tools)}),
      )
      return {path: archivePath(tenant, task, tools)}
    case 'drop':
    case 'detach':
      await retire(session, tenant, task, tools)
      return undefined
  }
}

async function expireRows(
  session: Session,
  tenant: GovernedTenant,
  {table}: {readonly table: string},
  {rules, now}: RetainApplyTools,
): Promise<number> {
  const rule = rules.tables.get(table)
  if (rule === undefined) return 0
  let total = 0
  for (;;) {
    const rows = await inTenant(session, tenant, {mode: 'write', settings: quiet}, async () => {
      const key = (await observeTableMap(session)).tables.get(table)?.key ?? ''
      return expireBatch(session, {table, key, rule, now})
    })
    total += rows
    if (rows === 0) return total
  }
}

async function retire(
  session: Session,
  tenant: GovernedTenant,
  task: Extract<RetainTask, {readonly kind: 'drop' | 'detach'}>,
  tools: RetainApplyTools,
): Promise<void> {
  const isArchived = tools.rules.tables.get(task.table)?.retain?.action === 'archive'
  const archived = isArchived
    ? await archivedRows(tools.archives, archivePath(tenant, task, tools))
    : undefined
  if (isArchived && archived === undefined) {
    throw new MitraError('failed', 'NO_ARCHIVE', `${task.partition} is in no whole archive.`, {
      hints: ['Nothing was dropped. Run the command again: it archives it first.'],
    })
  }
  const isDropped = task.kind === 'drop'
  const settings = {'mitra.retention': 'on', statement_timeout: '10min'}
  await inTenant(session, tenant, {mode: 'write', settings}, () =>
    retireMonth(session, tenant, {...task, isDropped, archived}),
  )
}

function archivePath(
  {name}: GovernedTenant,
  {partition}: {readonly partition: string},
  {folder}: {readonly folder: string},
): string {
  return join(folder, name, `${partition}.tar.gz`)
}
