import {codeOf} from '../../errors.js'
import type {Database, Session} from '../../ports/database.js'
import {ledgerDefinition} from './bootstrap.js'

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
  /** The same by tenant id. */
  readonly byTenant: ReadonlyMap<string, ReadonlyMap<string, string>>
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
  const ledger = await session.query(
    "SELECT coalesce(tenant_id::text, ''), string_agg(version || ':' || checksum, ',')" +
      ' FROM shared_schema.schema_migrations GROUP BY 1',
  )
  const applied = new Map(ledger.rows.map(([target, pairs]) => [String(target), parsePairs(pairs)]))
  const all = hasTenants === 't' ? await readTenants(session, hasStates === 't') : []
  return {
    isBootstrapped: true,
    hasCurrentLedger: definition === ledgerDefinition,
    acceptsMigrator: true,
    shared: applied.get('') ?? new Map(),
    byTenant: applied,
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

function parsePairs(text: unknown): ReadonlyMap<string, string> {
  const pairs = String(text).split(',')
  return new Map(pairs.map((pair) => [pair.slice(0, 14), pair.slice(15)]))
}
