import {SqlError, type Session} from '../../ports/database.js'
import {identifier as quoted, literal as text} from '../../ports/sql-text.js'
import type {MitraError} from '../../errors.js'

/** A schema with a login and a row in the registry, all names decided. */
export interface TenantSchema {
  readonly id: string
  readonly name: string
  readonly schema: string
  readonly login: string
  readonly displayName: string
}

/** All tenant migrations and their ledger rows; the migrations feature makes it. */
export interface BuiltSchema {
  /** To be sent inside a transaction. */
  readonly sql: string
  /** The server's error as one that names file and line; undefined when it came before the SQL. */
  readonly placed: (error: SqlError, at: FailurePlace) => MitraError | undefined
}

export type SchemaBuilder = (tenant: TenantSchema, runId: string) => BuiltSchema

export interface FailurePlace {
  /** Length of what was sent ahead of the builder's SQL. */
  readonly ahead: number
  readonly notices: readonly string[]
}

/** How the row and the login of a new schema begin. */
export type BuildAs =
  | {readonly state: 'active'; readonly verifier: string}
  | {readonly state: 'spare' | 'restoring'}

/**
 * Login, registry row, schema and everything in it in one message and one transaction. Only an
 * `active` one can log in. Throws what the server says, with file and line where it has one.
 */
export async function buildTenant(
  session: Session,
  tenant: TenantSchema,
  as: BuildAs,
  schema: BuiltSchema,
): Promise<void> {
  try {
    await openBuilt(session, tenant, as, schema)
    await session.script('COMMIT')
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/** The same without its end: the transaction is open, also when it failed. */
export async function openBuilt(
  session: Session,
  tenant: TenantSchema,
  as: BuildAs,
  schema: BuiltSchema,
): Promise<void> {
  const head = `BEGIN;\n${headSql(tenant, as)}`
  session.notices()
  try {
    await session.script(`${head}${schema.sql}`)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    throw schema.placed(error, {ahead: head.length, notices: session.notices()}) ?? error
  }
}

/** Two makers of one name wait for each other; the second then meets the row of the first. */
export function nameLockSql(name: string): string {
  return `SELECT pg_advisory_xact_lock(hashtextextended('mitra tenant ' || ${text(name)}, 0));\n`
}

/** Names were checked and are quoted all the same; the registry row comes with the schema. */
function headSql({id, name, schema, login, displayName}: TenantSchema, as: BuildAs): string {
  const attributes = 'NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE'
  const opening =
    as.state === 'active'
      ? `ALTER ROLE ${quoted(login)} LOGIN PASSWORD ${text(as.verifier)};\n`
      : `ALTER ROLE ${quoted(login)} NOLOGIN PASSWORD NULL;\n`
  return `SET LOCAL lock_timeout = '5s';
${nameLockSql(name)}DO $role$ BEGIN
  IF to_regrole(${text(quoted(login))}) IS NULL THEN
    CREATE ROLE ${quoted(login)} ${attributes};
  END IF;
END $role$;
${opening}ALTER ROLE ${quoted(login)} SET search_path = ${quoted(schema)}, shared_schema;
GRANT mitra_tenant TO ${quoted(login)};
INSERT INTO shared_schema.tenants (tenant_id, name, schema_name, login_name, display_name, state)
VALUES (${text(id)}, ${text(name)}, ${text(schema)}, ${text(login)}, ${text(displayName)}, ${text(as.state)});
CREATE SCHEMA ${quoted(schema)};
`
}
