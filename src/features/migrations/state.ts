import {codeOf} from '../../errors.js'
import type {Database, Session} from '../../ports/database.js'
import {ledgerDefinition} from './ledger.js'

/** As the registry has it; only an `active` one is a tenant to anybody but the lifecycle. */
export type TenantState = 'active' | 'spare' | 'dropping' | 'restoring'

export interface TenantRecord {
  readonly id: string
  readonly name: string
  readonly schema: string
  readonly login: string
  readonly displayName: string
  readonly createdAt: string
  readonly state: TenantState
}

/** A file outside a transaction that is not through. */
export interface Unfinished {
  readonly version: string
  /** How many of its statements are done. */
  readonly statements: number
  readonly isUndoing: boolean
}

/** What the database holds of migrations and tenants. */
export interface DatabaseState {
  /** Roles, shared_schema and the ledger are there. */
  readonly isBootstrapped: boolean
  /** The ledger and its functions are those of this mitra. */
  readonly hasCurrentLedger: boolean
  /** The migrator can log in with the password that this workspace keeps. */
  readonly acceptsMigrator: boolean
  /** Checksum by version of what ran in shared_schema. */
  readonly shared: ReadonlyMap<string, string>
  /** The same by tenant id, '' for shared_schema; tenants that are alike share one map. */
  readonly byTenant: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** By tenant id. */
  readonly unfinished: ReadonlyMap<string, readonly Unfinished[]>
  /** Those that can be used. */
  readonly tenants: readonly TenantRecord[]
  /** Schemas made ahead: migrated like tenants, counted and shown nowhere as such. */
  readonly spares: readonly TenantRecord[]
  /** Half dropped or half restored: their names are taken, nothing else is done with them. */
  readonly closed: readonly TenantRecord[]
}

/** A machine without a database yet. */
export const emptyDatabase: DatabaseState = {
  isBootstrapped: false,
  hasCurrentLedger: false,
  acceptsMigrator: false,
  shared: new Map(),
  byTenant: new Map(),
  unfinished: new Map(),
  tenants: [],
  spares: [],
  closed: [],
}

/** Looks at the whole fleet in three round trips and two logins, whatever the number of tenants. */
export async function observeDatabase(database: Database): Promise<DatabaseState> {
  const session = await database.connect({role: 'admin'})
  try {
    const state = await readState(session)
    return state.isBootstrapped
      ? {...state, acceptsMigrator: await acceptsMigrator(database)}
      : state
  } finally {
    await session.close()
  }
}

async function acceptsMigrator(database: Database): Promise<boolean> {
  try {
    const session = await database.connect({role: 'migrator'})
    await session.close()
    return true
  } catch (error) {
    if (codeOf(error) === 'AUTH_FAILED') return false
    throw error
  }
}

async function readState(session: Session): Promise<DatabaseState> {
  const there = await session.query(
    "SELECT to_regclass('shared_schema.schema_migrations') IS NOT NULL," +
      " to_regclass('shared_schema.tenants') IS NOT NULL," +
      " EXISTS (SELECT FROM pg_attribute WHERE attname = 'state'" +
      " AND attrelid = to_regclass('shared_schema.tenants') AND NOT attisdropped)," +
      " obj_description(to_regclass('shared_schema.schema_migrations'), 'pg_class')",
  )
  const [hasLedger, hasTenants, hasStates, definition] = there.rows[0] ?? []
  if (hasLedger !== 't') return emptyDatabase
  const hasCurrentLedger = definition === ledgerDefinition
  const ledger = await readLedger(session, hasCurrentLedger)
  const all = hasTenants === 't' ? await readTenants(session, hasStates === 't') : []
  return {
    isBootstrapped: true,
    hasCurrentLedger,
    acceptsMigrator: true,
    shared: ledger.byTenant.get('') ?? new Map(),
    ...ledger,
    tenants: all.filter(({state}) => state === 'active'),
    spares: all.filter(({state}) => state === 'spare'),
    closed: all.filter(isClosed),
  }
}

async function readTenants(session: Session, hasStates: boolean): Promise<readonly TenantRecord[]> {
  const {rows} = await session.query(
    'SELECT tenant_id, name, schema_name, login_name, display_name, created_at,' +
      ` ${hasStates ? 'state' : "'active'"} FROM shared_schema.tenants ORDER BY name`,
  )
  return rows.map(([id, name, schema, login, displayName, createdAt, state]) => ({
    id: String(id),
    name: String(name),
    schema: String(schema),
    login: String(login),
    displayName: String(displayName),
    createdAt: String(createdAt),
    state: stateOf(String(state)),
  }))
}

/** A spare that is being removed is nobody's business but that of the next removal. */
function isClosed({name, state}: TenantRecord): boolean {
  return (state === 'dropping' || state === 'restoring') && !name.startsWith('mitra_spare_')
}

const states: readonly TenantState[] = ['active', 'spare', 'dropping', 'restoring']

/** A state that a newer mitra made is none that this one may work with. */
function stateOf(text: string): TenantState {
  return states.find((state) => state === text) ?? 'dropping'
}

/** One row for each set of migrations that some targets have in common, not one for each target. */
async function readLedger(
  session: Session,
  isCurrent: boolean,
): Promise<Pick<DatabaseState, 'byTenant' | 'unfinished'>> {
  const begun = isCurrent
    ? "CASE WHEN state <> 'done' THEN ':' || statements_done || ':' || state END"
    : 'NULL'
  const {rows} = await session.query(
    `SELECT applied, string_agg(target, ',') FROM (
       SELECT coalesce(tenant_id::text, '') AS target,
         string_agg(concat(version, ':', checksum, ${begun}), ',' ORDER BY version) AS applied
         FROM shared_schema.schema_migrations GROUP BY tenant_id) one
      GROUP BY applied`,
  )
  const byTenant = new Map<string, ReadonlyMap<string, string>>()
  const unfinished = new Map<string, readonly Unfinished[]>()
  for (const [applied, targets] of rows) {
    const entries = String(applied).split(',').map(parseEntry)
    const done = new Map(
      entries.flatMap(({version, checksum, statements}) =>
        statements === undefined ? [[version, checksum] as const] : [],
      ),
    )
    const begunHere = entries.flatMap(({version, statements, state}) =>
      statements === undefined ? [] : [{version, statements, isUndoing: state === 'undoing'}],
    )
    for (const target of String(targets).split(',')) {
      byTenant.set(target, done)
      if (begunHere.length > 0) unfinished.set(target, begunHere)
    }
  }
  return {byTenant, unfinished}
}

function parseEntry(text: string) {
  const [version = '', checksum = '', count, state] = text.split(':')
  return {version, checksum, state, statements: count === undefined ? undefined : Number(count)}
}
