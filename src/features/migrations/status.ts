import {MitraError} from '../../errors.js'
import type {Database, Session} from '../../ports/database.js'
import type {Migration, MigrationPhase, Migrations} from './files.js'
import {ledgerDefinition} from './ledger.js'

export interface VersionStatus {
  readonly scope: 'shared' | 'tenant'
  readonly version: string
  readonly name: string
  readonly phase: MigrationPhase | null
  /** Targets that have it; `unfinished` ones have a part of it and are missing as well. */
  readonly applied: number
  readonly missing: number
  readonly unfinished: number
  /** Some tenants that miss it. */
  readonly examples: readonly string[]
}

export interface FleetStatus {
  readonly tenants: number
  readonly versions: readonly VersionStatus[]
  /** Over all targets. */
  readonly pendingMigrations: number
}

/** Looks at the ledger in three round trips and one login, whatever the number of tenants. */
export async function fleetStatus(
  database: Database,
  migrations: Migrations,
): Promise<FleetStatus> {
  const session = await database.connect({role: 'admin'})
  try {
    const counts = await readCounts(session)
    const versions = [
      ...migrations.shared.map((file) => statusOf(file, counts, 1)),
      ...migrations.tenant.map((file) => statusOf(file, counts, counts.tenants)),
    ]
    const behind = versions.filter(({scope, missing}) => scope === 'tenant' && missing > 0)
    const examples = await readExamples(
      session,
      behind.map(({version}) => version),
    )
    return {
      tenants: counts.tenants,
      versions: versions.map((one) => ({
        ...one,
        examples: one.scope === 'tenant' ? (examples.get(one.version) ?? []) : [],
      })),
      pendingMigrations: versions.reduce((sum, {missing}) => sum + missing, 0),
    }
  } finally {
    await session.close()
  }
}

interface Counts {
  readonly tenants: number
  /** By scope and version. */
  readonly done: ReadonlyMap<string, number>
  readonly unfinished: ReadonlyMap<string, number>
}

const nothing: Counts = {tenants: 0, done: new Map(), unfinished: new Map()}

async function readCounts(session: Session): Promise<Counts> {
  const there = await lookAround(session)
  if (!there.hasLedger) return nothing
  const active = there.hasTenants
    ? `JOIN shared_schema.tenants t USING (tenant_id)${there.hasStates ? " WHERE t.state = 'active'" : ''}`
    : 'WHERE false'
  const state = there.isCurrent ? 'state' : "'done'"
  const tenants = there.hasTenants
    ? `(SELECT count(*) FROM shared_schema.tenants${there.hasStates ? " WHERE state = 'active'" : ''})`
    : '0'
  const {rows} = await session.query(
    `SELECT 'tenant', m.version, m.state, count(*) FROM (
       SELECT tenant_id, version, ${state} AS state FROM shared_schema.schema_migrations) m ${active} GROUP BY 2, 3
     UNION ALL
     SELECT 'shared', version, ${state}, 1 FROM shared_schema.schema_migrations WHERE tenant_id IS NULL
     UNION ALL
     SELECT 'tenants', '', '', ${tenants}`,
  )
  const of = (isDone: boolean) =>
    new Map(
      rows.flatMap(([scope, version, found, count]) =>
        (found === 'done') === isDone
          ? [[`${String(scope)} ${String(version)}`, Number(count)] as const]
          : [],
      ),
    )
  const [, , , fleet] = rows.find(([scope]) => scope === 'tenants') ?? []
  return {tenants: Number(fleet ?? 0), done: of(true), unfinished: of(false)}
}

async function lookAround(session: Session) {
  const {rows} = await session.query(
    `SELECT to_regclass('shared_schema.schema_migrations') IS NOT NULL,
       to_regclass('shared_schema.tenants') IS NOT NULL,
       EXISTS (SELECT FROM pg_attribute WHERE attname = 'state' AND NOT attisdropped
         AND attrelid = to_regclass('shared_schema.tenants')),
       obj_description(to_regclass('shared_schema.schema_migrations'), 'pg_class')`,
  )
  const [ledger, tenants, states, definition] = rows[0] ?? []
  return {
    hasLedger: ledger === 't',
    hasTenants: tenants === 't',
    hasStates: states === 't',
    isCurrent: definition === ledgerDefinition,
  }
}

function statusOf(
  {scope, version, name, phase}: Migration,
  {done, unfinished}: Counts,
  targets: number,
): VersionStatus {
  const key = `${scope} ${version}`
  const applied = done.get(key) ?? 0
  return {
    scope,
    version,
    name,
    phase: phase ?? null,
    applied,
    missing: Math.max(0, targets - applied),
    unfinished: unfinished.get(key) ?? 0,
    examples: [],
  }
}

async function readExamples(
  session: Session,
  versions: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (versions.length === 0) return new Map()
  const {rows} = await session.query(
    `SELECT v.version, (SELECT string_agg(name, ',') FROM (
         SELECT t.name FROM shared_schema.tenants t
          WHERE coalesce(to_jsonb(t) ->> 'state', 'active') = 'active' AND NOT EXISTS (
            SELECT FROM shared_schema.schema_migrations m
             WHERE m.tenant_id = t.tenant_id AND m.version = v.version)
          ORDER BY t.name LIMIT 5) few)
       FROM unnest($1::text[]) AS v (version)`,
    [[...versions]],
  )
  return new Map(
    rows.map(([version, names]) => [
      String(version),
      typeof names === 'string' ? names.split(',') : [],
    ]),
  )
}

export interface TenantVersion {
  readonly version: string
  readonly name: string
  readonly state: 'done' | 'pending' | 'running' | 'undoing'
  readonly appliedAt: string | null
  readonly milliseconds: number | null
  readonly fingerprint: string | null
}

/** One tenant, file by file; throws NO_TENANT. */
export async function tenantStatus(
  database: Database,
  {tenant: files}: Migrations,
  name: string,
): Promise<readonly TenantVersion[]> {
  const session = await database.connect({role: 'admin'})
  try {
    const {rows} = await session.query(
      `SELECT m.version, to_jsonb(m) ->> 'state', m.applied_at, m.milliseconds,
         to_jsonb(m) ->> 'fingerprint_after'
         FROM shared_schema.tenants t LEFT JOIN shared_schema.schema_migrations m USING (tenant_id)
        WHERE t.name = $1`,
      [name],
    )
    if (rows.length === 0) throw noSuchTenant(name)
    const ran = new Map(rows.map((row) => [String(row[0]), row]))
    return files.map((file) => tenantVersion(file, ran.get(file.version)))
  } finally {
    await session.close()
  }
}

function tenantVersion(
  {version, name}: Migration,
  row: readonly unknown[] | undefined,
): TenantVersion {
  const [, state, appliedAt, milliseconds, fingerprint] = row ?? []
  const known = (['running', 'undoing'] as const).find((one) => one === state)
  return {
    version,
    name,
    state: row === undefined ? 'pending' : (known ?? 'done'),
    appliedAt: typeof appliedAt === 'string' ? appliedAt : null,
    milliseconds: milliseconds === undefined ? null : Number(milliseconds),
    fingerprint: typeof fingerprint === 'string' ? fingerprint : null,
  }
}

function noSuchTenant(name: string): MitraError {
  return new MitraError('usage', 'NO_TENANT', `No such tenant: ${name}.`, {
    hints: ['mitra tenant list'],
  })
}
