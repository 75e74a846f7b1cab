import {MitraError} from '../../../errors.js'
import type {Database, Session} from '../../../ports/database.js'
import {identifier, literal} from '../../../ports/sql-text.js'
import type {IsolationFinding} from '../finding.js'
import type {RegisteredTenant} from '../registry.js'
import {inTransaction, type ProbeOutcome} from './probe-tenant.js'
import {tryAll, type Answer, type Attempt} from './trial.js'

const auditor = 'mitra_auditor'
const rule = 'probe.auditor'
const options = {applicationName: 'mitra tenant check'}

interface AuditorTools {
  readonly database: Database
  /** Whom it might want to be. */
  readonly roles: readonly string[]
}

/** The auditor's own login: it reads the evidence of each tenant chosen, and tries what it must not do. */
export async function probeAuditor(
  chosen: readonly RegisteredTenant[],
  {database, roles}: AuditorTools,
): Promise<ProbeOutcome> {
  let session: Session | undefined
  try {
    session = await database.connect({role: 'auditor'}, options)
    // Its sessions begin read-only: that would hide what its grants allow.
    await session.script('SET default_transaction_read_only = off')
    const held = await relationsOf(session, chosen)
    const platform = await judge(session, platformAttempts(roles, chosen[0]))
    const outcomes = [platform]
    for (const [tenant, relations] of held) {
      outcomes.push(await judge(session, tenantAttempts(tenant, relations), tenant))
    }
    return {
      attempts: outcomes.reduce((sum, {attempts}) => sum + attempts, 0),
      findings: outcomes.flatMap(({findings}) => findings),
      untried: [],
    }
  } catch (error) {
    if (!(error instanceof MitraError)) throw error
    const fix = error.hints[0] ?? 'mitra db migrate'
    const what = error.message
    return {
      attempts: 0,
      findings: [{rule: 'probe.untried', object: auditor, what, fix}],
      untried: [],
    }
  } finally {
    await session?.close()
  }
}

interface Relation {
  readonly name: string
  readonly isPartition: boolean
}

/** Names are no secret: the catalogue tells them to everybody. */
async function relationsOf(
  session: Session,
  tenants: readonly RegisteredTenant[],
): Promise<ReadonlyMap<RegisteredTenant, readonly Relation[]>> {
  const {rows} = await session.query(
    `SELECT n.nspname, c.relname, c.relispartition FROM pg_namespace n
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      WHERE n.nspname = ANY ($1::text[]) ORDER BY 1, 2`,
    [tenants.map(({schema}) => schema)],
  )
  const bySchema = new Map<string, Relation[]>()
  for (const [schema, name, isPartition] of rows) {
    const list = bySchema.get(String(schema)) ?? []
    list.push({name: String(name), isPartition: isPartition === 't'})
    bySchema.set(String(schema), list)
  }
  return new Map(tenants.map((tenant) => [tenant, bySchema.get(tenant.schema) ?? []]))
}

async function judge(
  session: Session,
  attempts: readonly Attempt[],
  tenant?: RegisteredTenant,
): Promise<ProbeOutcome> {
  const answers = await inTransaction(session, (open) => tryAll(open, attempts))
  const findings = attempts.flatMap(({object, shows}, place): readonly IsolationFinding[] => {
    const answer = answers[place]
    const what = answer === undefined ? undefined : shows(answer)
    if (what === undefined) return []
    const cause = `mitra tenant check ${tenant === undefined ? '' : `${tenant.name} `}--static`
    const fix = `Close the login until the cause is mended: ALTER ROLE ${auditor} NOLOGIN; the cause: ${cause}`
    return [{...(tenant === undefined ? {} : {tenant: tenant.name}), rule, object, what, fix}]
  })
  return {attempts: attempts.length, findings, untried: []}
}

/** Evidence is read and not written; everything else is not even opened. */
function tenantAttempts(
  {schema}: RegisteredTenant,
  relations: readonly Relation[],
): readonly Attempt[] {
  return relations.flatMap(({name, isPartition}) => {
    const object = `${schema}.${name}`
    const target = `${identifier(schema)}.${identifier(name)}`
    const isEvidence = name.startsWith('audit_') && !isPartition
    const reads = `SELECT FROM ${target} LIMIT 1`
    if (!isEvidence) return [refused(object, [reads])]
    return [
      allowed(object, reads),
      refused(object, [`INSERT INTO ${target} (tenant_id) SELECT NULL::uuid WHERE false`]),
      refused(object, [`UPDATE ${target} SET tenant_id = NULL WHERE false`]),
      refused(object, [`DELETE FROM ${target} WHERE false`]),
      refused(object, [`TRUNCATE ${target}`]),
    ]
  })
}

/** What is no tenant's: other roles, the registry, the ledger, the server. */
function platformAttempts(
  roles: readonly string[],
  tenant: RegisteredTenant | undefined,
): readonly Attempt[] {
  const others = [...roles.filter((name) => name !== auditor), 'mitra_tenant']
  if (tenant !== undefined) others.push(tenant.login)
  const statements = [
    'SELECT FROM shared_schema.tenants LIMIT 1',
    'SELECT FROM shared_schema.schema_migrations LIMIT 1',
    'SELECT FROM shared_schema.countries LIMIT 1',
    'UPDATE shared_schema.tenants SET name = name WHERE false',
    'CREATE TABLE shared_schema.mitra_probe ()',
    'CREATE TEMPORARY TABLE mitra_probe ()',
    'CREATE SCHEMA mitra_probe',
    'CREATE ROLE mitra_probe',
    `ALTER ROLE ${auditor} BYPASSRLS`,
    "SET LOCAL session_replication_role = 'replica'",
    "SELECT pg_read_file('PG_VERSION')",
    'SELECT FROM pg_authid LIMIT 1',
  ]
  return [
    ...others.map((name) => refused(auditor, [`SET LOCAL ROLE ${identifier(name)}`])),
    ...statements.map((sql) => refused(auditor, [sql])),
    isNothing('SELECT shared_schema.current_tenant_id()', 'it is the tenant'),
    isNothing(
      `SELECT string_agg(datname, ', ') FROM pg_database
        WHERE datallowconn AND datname <> current_database() AND has_database_privilege(oid, 'CONNECT')`,
      'it may connect to other databases',
    ),
    isNothing(
      `SELECT string_agg(DISTINCT usename, ', ') FROM pg_stat_activity
        WHERE usename <> ${literal(auditor)} AND query NOT IN ('', '<insufficient privilege>')`,
      'it reads statements of others',
    ),
  ]
}

function allowed(object: string, sql: string): Attempt {
  const shows = ({code, message}: Answer) =>
    code === undefined ? undefined : `it cannot read this evidence: ${message ?? code}`
  return {rule, object, sql: [sql], isQuery: false, shows}
}

function refused(object: string, sql: readonly string[]): Attempt {
  const shows = ({code}: Answer) => (code === undefined ? `it may: ${sql.join('; ')}` : undefined)
  return {rule, object, sql, isQuery: false, shows}
}

function isNothing(sql: string, what: string): Attempt {
  const shows = ({value}: Answer) => (value === undefined ? undefined : `${what}: ${value}`)
  return {rule, object: auditor, sql: [sql], isQuery: true, shows}
}
