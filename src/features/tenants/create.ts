import {randomUUID} from 'node:crypto'
import type {Clock} from '../../ports/clock.js'
import {SqlError, type Database, type Session} from '../../ports/database.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {Secrets} from '../../ports/secrets.js'
import {messageOf, MitraError} from '../../errors.js'
import {identifier as quoted, literal as text} from '../../ports/sql-text.js'
import {loginOf, schemaOf, secretOf, type TenantName} from './names.js'

/** A tenant to be made, all its names decided. */
export interface NewTenant {
  readonly id: string
  readonly name: TenantName
  readonly schema: string
  readonly login: string
  readonly displayName: string
}

export interface CreatePlan {
  readonly steps: readonly Step[]
  readonly create: readonly NewTenant[]
}

/** Those of the wanted that are not there yet. */
export function planTenants(
  wanted: readonly {readonly name: TenantName; readonly displayName?: string | undefined}[],
  existing: ReadonlySet<string>,
): CreatePlan {
  const create = wanted
    .filter(({name}) => !existing.has(name))
    .map(({name, displayName}) => newTenant(name, displayName))
  return {create, steps: create.map(createStep)}
}

function newTenant(name: TenantName, displayName: string | undefined): NewTenant {
  return {
    id: randomUUID(),
    name,
    schema: schemaOf(name),
    login: loginOf(name),
    displayName: displayName ?? name.toUpperCase().replaceAll('_', ' '),
  }
}

function createStep({name, schema, login}: NewTenant): Step {
  return {
    id: `tenant.create.${name}`,
    title: `Create tenant ${name}: schema ${schema}, login ${login}`,
    why: 'there is no such tenant',
    undo: 'no',
    detail: {schema, login},
  }
}

/** All tenant migrations and their ledger rows; the migrations feature makes it. */
export interface BuiltSchema {
  /** To be sent inside a transaction. */
  readonly sql: string
  /** The server's error as one that names file and line; undefined when it came before the SQL. */
  readonly placed: (error: SqlError, at: FailurePlace) => MitraError | undefined
}

export type SchemaBuilder = (tenant: NewTenant, runId: string) => BuiltSchema

export interface FailurePlace {
  /** Length of what was sent ahead of the builder's SQL. */
  readonly ahead: number
  readonly notices: readonly string[]
}

export interface CreateTools {
  readonly database: Database
  readonly secrets: Secrets
  readonly clock: Clock
  readonly verifierOf: (password: string) => string
  readonly buildSchema: SchemaBuilder
  readonly run: RunWriter
  readonly progress: Progress
}

/** One after the other on one connection; each is whole or not there. */
export async function applyCreate(create: readonly NewTenant[], tools: CreateTools): Promise<void> {
  if (create.length === 0) return
  const session = await tools.database.connect({role: 'migrator'})
  try {
    for (const tenant of create) {
      const id = `tenant.create.${tenant.name}`
      tools.progress.started(id)
      try {
        await createOne(session, tenant, tools)
      } catch (error) {
        const code = error instanceof MitraError ? error.code : 'UNEXPECTED'
        await tools.run.failed(id, code, messageOf(error))
        throw error
      }
      await tools.run.done(id, {tenant: tenant.name, id: tenant.id})
    }
  } finally {
    await session.close()
  }
}

async function createOne(session: Session, tenant: NewTenant, tools: CreateTools): Promise<void> {
  // Kept before the role is made: a kill in between leaves a password without a role, not the reverse.
  const password = (await tools.secrets.ensure(secretOf(tenant.name))).reveal()
  const verifier = tools.verifierOf(password)
  const head = `BEGIN;\n${roleSql(tenant, verifier)}`
  const schema = tools.buildSchema(tenant, tools.run.id)
  session.notices()
  try {
    await session.script(`${head}${schema.sql}COMMIT;`)
  } catch (error) {
    const notices = session.notices()
    await session.script('ROLLBACK').catch(() => undefined)
    if (!(error instanceof SqlError)) throw error
    const placed = schema.placed(error, {ahead: head.length, notices})
    throw placed ?? alreadyThere(error, tenant) ?? error
  }
}

/** Names were checked and are quoted all the same; the registry row comes with the schema. */
function roleSql({id, name, schema, login, displayName}: NewTenant, verifier: string): string {
  return `SET LOCAL lock_timeout = '5s';
SELECT pg_advisory_xact_lock(hashtextextended('mitra tenant ' || ${text(name)}, 0));
DO $role$ BEGIN
  IF to_regrole(${text(quoted(login))}) IS NULL THEN
    CREATE ROLE ${quoted(login)} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
END $role$;
ALTER ROLE ${quoted(login)} PASSWORD ${text(verifier)};
ALTER ROLE ${quoted(login)} SET search_path = ${quoted(schema)}, shared_schema;
GRANT mitra_tenant TO ${quoted(login)};
INSERT INTO shared_schema.tenants (tenant_id, name, schema_name, login_name, display_name)
VALUES (${text(id)}, ${text(name)}, ${text(schema)}, ${text(login)}, ${text(displayName)});
CREATE SCHEMA ${quoted(schema)};
`
}

function alreadyThere(error: SqlError, {name, schema}: NewTenant): MitraError | undefined {
  if (error.code === '42P06') {
    const message = `Schema ${schema} is there already, and not as the schema of ${name}.`
    return new MitraError('failed', 'SCHEMA_EXISTS', message, {
      hints: ['Look at what it holds; rename it or choose another name for the tenant.'],
      cause: error,
    })
  }
  if (error.code !== '23505') return undefined
  const message = `Tenant ${name} was made by somebody else meanwhile.`
  return new MitraError('failed', 'TENANT_EXISTS', message, {
    hints: [`mitra tenant show ${name}`],
    cause: error,
  })
}
