import {MitraError} from '../../errors.js'
import type {Database, Session} from '../../ports/database.js'
import type {Step} from '../../ports/journal.js'
import type {RetainRule, RetentionRules} from '../../ports/retention-rules.js'
import {checkRules} from './check-rules.js'
import {expiredRowsSql} from './expire-rows.js'
import {sideBySide} from './fleet-work.js'
import {
  monthsFrom,
  observeMonthTables,
  type MonthPartition,
  type MonthTable,
} from './month-partitions.js'
import {retainStep, type RetainTask} from './retain-steps.js'
import {observeUnsealed} from './seal.js'
import {observeTableMap} from './table-map.js'
import {inTenant, type GovernedTenant} from './tenant-work.js'
import {textRows} from './text-rows.js'
import {refuseWithoutChain} from './verify.js'

/** Something that no step can mend. */
export interface RetainFinding {
  readonly tenant: string
  readonly table: string
  readonly rows: number
  readonly message: string
}

export interface TenantRetention {
  readonly tenant: GovernedTenant
  readonly tasks: readonly RetainTask[]
  readonly findings: readonly RetainFinding[]
}

export interface RetainPlan {
  readonly steps: readonly Step[]
  readonly tenants: readonly TenantRetention[]
  readonly findings: readonly RetainFinding[]
  /** Tenants that could not be looked at. */
  readonly unseen: readonly FailedTenant[]
}

export interface FailedTenant {
  readonly name: string
  readonly error: MitraError
}

interface RetainTools {
  readonly database: Database
  readonly rules: RetentionRules
  readonly now: Date
  readonly connections: number
}

/** What the rules ask for in each tenant at this time; nothing is changed. */
export async function planRetain(
  tenants: readonly GovernedTenant[],
  tools: RetainTools,
): Promise<RetainPlan> {
  const seen = await sideBySide(tenants, tools.connections, (tenant) =>
    observeOrFail(tenant, tools),
  )
  const retentions = seen.flatMap((one) => ('error' in one ? [] : [one]))
  return {
    steps: retentions.flatMap(({tenant, tasks}) => tasks.map((task) => retainStep(tenant, task))),
    tenants: retentions,
    findings: retentions.flatMap(({findings}) => findings),
    unseen: seen.flatMap((one) => ('error' in one ? [one] : [])),
  }
}

/** One tenant whose tables are held, or that misses migrations, does not stop the others. */
async function observeOrFail(
  tenant: GovernedTenant,
  tools: RetainTools,
): Promise<TenantRetention | FailedTenant> {
  try {
    return await observeRetention(tenant, tools)
  } catch (error) {
    const isItsOwn = error instanceof MitraError && ['failed', 'notReady'].includes(error.kind)
    if (!isItsOwn) throw error
    return {name: tenant.name, error}
  }
}

/** The error for tenants that are not done; undefined when all are. */
export function retainFailure(
  failed: readonly FailedTenant[],
  count: number,
): MitraError | undefined {
  if (failed.length === 0) return undefined
  const names = failed.slice(0, 20).map(({name}) => name)
  const message = `${failed.length} of ${count} tenants are not done: ${names.join(', ')}.`
  return new MitraError('failed', 'RETAIN_FAILED', message, {
    hints: [
      ...failed.slice(0, 10).map(({name, error}) => `${name}: ${error.message}`),
      'The others are done. The same command goes on with what is missing.',
    ],
    cause: failed[0]?.error,
  })
}

async function observeRetention(
  tenant: GovernedTenant,
  {database, rules, now}: RetainTools,
): Promise<TenantRetention> {
  const session = await database.connect({role: 'migrator'})
  try {
    return await inTenant(session, tenant, {mode: 'read'}, async () => {
      await refuseWithoutChain(session, tenant)
      checkRules(rules, await observeTableMap(session))
      const tables = await observeMonthTables(session)
      const {records} = await observeUnsealed(session)
      const work: RetainTask[] = [
        ...monthTasks(tables, rules, now),
        ...(await providerTasks(session)),
        ...(await rowTasks(session, rules, now)),
        ...(await pastMonthTasks(session, {tables, rules, now})),
      ]
      // The last task, so that the seal names what the others wrote down.
      const isSealed = records <= 0 && !work.some(({kind}) => recordedKinds.has(kind))
      const tasks = isSealed ? work : [...work, {kind: 'seal' as const, records}]
      return {tenant, tasks, findings: strayFindings(tenant, tables, now)}
    })
  } finally {
    await session.close()
  }
}

/** Tasks that leave records in the evidence. */
const recordedKinds: ReadonlySet<string> = new Set(['rows', 'drop', 'detach'])

/** Months that will be needed, and months whose rows lie in the default partition. */
function monthTasks(
  tables: readonly MonthTable[],
  rules: RetentionRules,
  now: Date,
): readonly RetainTask[] {
  return tables.flatMap(({name, partitions, strays}) => {
    const present = new Set(partitions.map(({month}) => month))
    const ahead = monthsFrom(now, rules.monthsAhead + 1)
    const moved = strays.flatMap(({month}) =>
      month !== undefined && isPlausible(month, now) ? [month] : [],
    )
    const missing = [...new Set([...ahead, ...moved])].filter((month) => !present.has(month))
    return missing.toSorted().map((month) => ({
      kind: 'month' as const,
      table: name,
      month,
      rows: strays.find((one) => one.month === month)?.rows ?? 0,
    }))
  })
}

// A device whose clock says 1970 gets no partition.
const yearsBehind = 20
const yearsAhead = 5

function isPlausible(month: string, now: Date): boolean {
  const year = Number(month.slice(0, 4))
  const thisYear = now.getUTCFullYear()
  return year >= thisYear - yearsBehind && year <= thisYear + yearsAhead
}

function strayFindings(
  {name: tenant}: GovernedTenant,
  tables: readonly MonthTable[],
  now: Date,
): readonly RetainFinding[] {
  return tables.flatMap(({name, strays}) =>
    strays
      .filter(({month}) => month === undefined || !isPlausible(month, now))
      .map(({month, rows}) => ({
        tenant,
        table: name,
        rows,
        message: `${rows} rows of ${name} in ${tenant} are of ${month?.slice(0, 7) ?? 'no month'}: no partition is made for that; look at who writes them.`,
      })),
  )
}

/** Providers whose policies have no partition yet. */
async function providerTasks(session: Session): Promise<readonly RetainTask[]> {
  const there = await session.query(
    "SELECT to_regclass('insurance_providers') IS NOT NULL AND EXISTS (SELECT FROM pg_partitioned_table" +
      " WHERE partrelid = to_regclass('insurance_policies') AND partstrat = 'l')",
  )
  if (textRows(there)[0]?.[0] !== 't') return []
  const found = await session.query(
    `SELECT p.provider_id, (SELECT count(*) FROM insurance_policies i WHERE i.provider_id = p.provider_id)
       FROM insurance_providers p
      WHERE to_regclass('insurance_policies_p_' || replace(p.provider_id::text, '-', '')) IS NULL
      ORDER BY 1`,
  )
  return textRows(found).map(([provider = '', rows]) => ({
    kind: 'provider',
    provider,
    rows: Number(rows),
  }))
}

async function rowTasks(
  session: Session,
  rules: RetentionRules,
  now: Date,
): Promise<readonly RetainTask[]> {
  const tasks: RetainTask[] = []
  for (const [table, rule] of rules.tables) {
    const action = rule.retain?.action
    if (action !== 'delete' && action !== 'redact') continue
    const sql = `SELECT count(*) FROM (${expiredRowsSql(table, rule)}) x`
    const rows = Number(textRows(await session.query(sql, [now.toISOString()]))[0]?.[0])
    if (rows > 0) tasks.push({kind: 'rows', table, action, rows, keep: rule.retain?.keep ?? ''})
  }
  return tasks
}

async function pastMonthTasks(
  session: Session,
  {
    tables,
    rules,
    now,
  }: {
    readonly tables: readonly MonthTable[]
    readonly rules: RetentionRules
    readonly now: Date
  },
): Promise<readonly RetainTask[]> {
  const tasks: RetainTask[] = []
  for (const {name, partitions} of tables) {
    const retain = rules.tables.get(name)?.retain
    if (retain === undefined || retain.from !== undefined) continue
    const limit = await session.query(
      'SELECT extract(epoch FROM $1::timestamptz - $2::interval) * 1000',
      [now.toISOString(), retain.keep],
    )
    const before = Number(textRows(limit)[0]?.[0])
    const past = partitions.filter(({until}) => Date.parse(until) <= before)
    tasks.push(...past.flatMap((partition) => pastTasks(name, partition, retain)))
  }
  return tasks
}

function pastTasks(
  table: string,
  {name: partition, until}: MonthPartition,
  {action, keep}: RetainRule,
): readonly RetainTask[] {
  const month = {table, partition, keep}
  const archive = action === 'archive' ? [{kind: 'archive' as const, ...month}] : []
  return [...archive, {kind: action === 'detach' ? 'detach' : 'drop', ...month, until}]
}
