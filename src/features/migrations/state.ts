import {codeOf} from '../../errors.js'
import type {Database, Session} from '../../ports/database.js'

export interface TenantRecord {
  readonly id: string
  readonly name: string
  readonly schema: string
  readonly login: string
  readonly displayName: string
  readonly createdAt: string
}

/** What the database holds of migrations and tenants. */
export interface DatabaseState {
  /** Roles, shared_schema and the ledger are there. */
  readonly isBootstrapped: boolean
  /** The migrator can log in with the password that this workspace keeps. */
  readonly acceptsMigrator: boolean
  /** Checksum by version of what ran in shared_schema. */
  readonly shared: ReadonlyMap<string, string>
  /** The same by tenant id. */
  readonly byTenant: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly tenants: readonly TenantRecord[]
}

/** A machine without a database yet. */
export const emptyDatabase: DatabaseState = {
  isBootstrapped: false,
  acceptsMigrator: false,
  shared: new Map(),
  byTenant: new Map(),
  tenants: [],
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
      " to_regclass('shared_schema.tenants') IS NOT NULL",
  )
  const [hasLedger, hasTenants] = there.rows[0] ?? []
  if (hasLedger !== 't') return emptyDatabase
  const ledger = await session.query(
    "SELECT coalesce(tenant_id::text, ''), string_agg(version || ':' || checksum, ',')" +
      ' FROM shared_schema.schema_migrations GROUP BY 1',
  )
  const applied = new Map(ledger.rows.map(([target, pairs]) => [String(target), parsePairs(pairs)]))
  const tenants = hasTenants === 't' ? await readTenants(session) : []
  return {
    isBootstrapped: true,
    acceptsMigrator: true,
    shared: applied.get('') ?? new Map(),
    byTenant: applied,
    tenants,
  }
}

async function readTenants(session: Session): Promise<readonly TenantRecord[]> {
  const {rows} = await session.query(
    'SELECT tenant_id, name, schema_name, login_name, display_name, created_at' +
      ' FROM shared_schema.tenants ORDER BY name',
  )
  return rows.map(([id, name, schema, login, displayName, createdAt]) => ({
    id: String(id),
    name: String(name),
    schema: String(schema),
    login: String(login),
    displayName: String(displayName),
    createdAt: String(createdAt),
  }))
}

function parsePairs(text: unknown): ReadonlyMap<string, string> {
  const pairs = String(text).split(',')
  return new Map(pairs.map((pair) => [pair.slice(0, 14), pair.slice(15)]))
}
