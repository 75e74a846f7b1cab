import {codeOf, MitraError} from '../../errors.js'
import type {Database, Session} from '../../ports/database.js'
import type {Json, RunWriter, Step} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {Secrets} from '../../ports/secrets.js'
import {identifier as quoted, literal as text} from '../../ports/sql-text.js'
import {nameLockSql, type TenantSchema} from './build.js'
import {recordedFailure} from './create.js'
import {asTenantName, loginOf, schemaOf, secretOf} from './names.js'
import {objectsNaming} from './named-text.js'
import {countSessions, endSessions} from './sessions.js'

/** One tenant before and after; the id, and with it rows, evidence and history, stay. */
export interface Renaming {
  readonly from: TenantSchema
  readonly to: TenantSchema
}

export interface RenamePlan {
  readonly steps: readonly Step[]
  readonly renaming: Renaming
  /** The server knows the new name already: a run was cut off between the two. */
  readonly isDone: boolean
}

export function renamingTo(
  from: TenantSchema,
  name: string,
  displayName = from.displayName,
): Renaming {
  const checked = asTenantName(name)
  const {id} = from
  return {
    from,
    to: {id, name: checked, schema: schemaOf(checked), login: loginOf(checked), displayName},
  }
}

/** Throws NAMED_IN_TEXT where a body would go on naming the old schema. */
export async function planRename(database: Database, renaming: Renaming): Promise<RenamePlan> {
  const {from} = renaming
  const session = await database.connect({role: 'migrator'})
  try {
    await refuseTakenNames(session, renaming)
    const naming = await objectsNaming(session, from)
    if (naming.length > 0) throw namedInText(from, naming)
  } finally {
    await session.close()
  }
  const open = await countSessions(database, from.login)
  return {steps: [renameStep(renaming, open)], renaming, isDone: false}
}

/** What is left to do when the server has the new name and the run that gave it was cut off. */
export function planRenamed(renaming: Renaming): RenamePlan {
  const step = renameStep(renaming, 0)
  const why = 'it was renamed, and the run was cut off before it was recorded'
  return {steps: [{...step, why}], renaming, isDone: true}
}

function renameStep({from, to}: Renaming, open: number): Step {
  const ends = open === 0 ? '' : `; end its ${open} open ${open === 1 ? 'session' : 'sessions'}`
  return {
    id: `tenant.rename.${from.name}`,
    title: `Rename ${from.name} to ${to.name}: schema ${to.schema}, login ${to.login}${ends}`,
    why: 'it was asked for',
    undo: 'automatic',
    detail: {from: from.schema, to: to.schema},
  }
}

interface RenameTools {
  readonly database: Database
  readonly secrets: Secrets
}

/**
 * The password is kept under both names while the server changes: killed before or after, whoever looks
 * for it under the name that the server knows finds it.
 */
export async function renameTenant(
  {from, to}: Renaming,
  {database, secrets}: RenameTools,
): Promise<void> {
  const session = await database.connect({role: 'migrator'})
  try {
    // First of all: the password of a tenant that has the name must not be written over.
    await refuseTakenNames(session, {from, to})
    await secrets.copy(secretOf(from.name), secretOf(to.name))
    await session.script(renameSql(from, to)).catch(async (error: unknown) => {
      await session.script('ROLLBACK').catch(() => undefined)
      if (await isRefused(session, from)) await secrets.remove(secretOf(to.name))
      throw renameError(error, {from, to})
    })
  } finally {
    await session.close()
  }
  await forgetOldName({from, to}, {database, secrets})
}

async function forgetOldName(
  {from, to}: Renaming,
  {database, secrets}: RenameTools,
): Promise<void> {
  await secrets.remove(secretOf(from.name))
  // They know the old search path only; a pool opens new ones.
  await endSessions(database, to.login)
}

export async function applyRename(
  {renaming, isDone}: RenamePlan,
  tools: RenameTools & {readonly run: RunWriter; readonly progress: Progress},
): Promise<void> {
  const id = `tenant.rename.${renaming.from.name}`
  tools.progress.started(id)
  await recordedFailure(id, tools.run, () =>
    isDone ? forgetOldName(renaming, tools) : renameTenant(renaming, tools),
  )
  const {from, to} = renaming
  const record: Json = {
    id: from.id,
    from: from.name,
    to: to.name,
    fromDisplayName: from.displayName,
  }
  await tools.run.done(id, record)
}

/** SQLSTATEs of our own: it is being migrated or archived; it is not there under the old name. */
const busyState = 'MT102'
const goneState = 'MT103'

function renameSql(from: TenantSchema, to: TenantSchema): string {
  return `BEGIN;
SET LOCAL lock_timeout = '5s';
${nameLockSql(to.name)}DO $rename$ BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('mitra ' || ${text(from.id)}, 0)) THEN
    RAISE EXCEPTION 'another mitra works on it' USING ERRCODE = '${busyState}';
  END IF;
  UPDATE shared_schema.tenants
     SET name = ${text(to.name)}, schema_name = ${text(to.schema)}, login_name = ${text(to.login)},
         display_name = ${text(to.displayName)}
   WHERE tenant_id = ${text(from.id)} AND name = ${text(from.name)} AND state = 'active';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'it is gone' USING ERRCODE = '${goneState}';
  END IF;
END $rename$;
ALTER SCHEMA ${quoted(from.schema)} RENAME TO ${quoted(to.schema)};
ALTER ROLE ${quoted(from.login)} RENAME TO ${quoted(to.login)};
ALTER ROLE ${quoted(to.login)} SET search_path = ${quoted(to.schema)}, shared_schema;
COMMIT;`
}

async function refuseTakenNames(session: Session, {from, to}: Renaming): Promise<void> {
  const {rows} = await session.query(
    `SELECT (SELECT name FROM shared_schema.tenants
              WHERE tenant_id <> $1 AND (name = $2 OR schema_name = $3 OR login_name = $4) LIMIT 1),
            to_regnamespace(quote_ident($3)), to_regrole(quote_ident($4))`,
    [from.id, to.name, to.schema, to.login],
  )
  const [tenant, schema, login] = rows[0] ?? []
  if (tenant !== null) throw taken(`Tenant ${to.name}`)
  if (schema !== null && to.schema !== from.schema) throw taken(`Schema ${to.schema}`)
  if (login !== null && to.login !== from.login) throw taken(`Login ${to.login}`)
}

function taken(what: string, cause?: unknown): MitraError {
  return new MitraError('usage', 'TENANT_EXISTS', `${what} is there already.`, {
    hints: ['Choose another name. Nothing was renamed.'],
    cause,
  })
}

/** A connection that broke may have broken after the server had done it. */
async function isRefused(session: Session, from: TenantSchema): Promise<boolean> {
  try {
    const {rowCount} = await session.query(
      'SELECT FROM shared_schema.tenants WHERE tenant_id = $1 AND name = $2',
      [from.id, from.name],
    )
    return rowCount > 0
  } catch {
    return false
  }
}

function renameError(error: unknown, {from, to}: Renaming): unknown {
  const code = codeOf(error)
  if (code === busyState) {
    return new MitraError('locked', 'TENANT_BUSY', `Another mitra works on ${from.name}.`, {
      hints: ['Wait until it has finished, then run the command again.'],
      cause: error,
    })
  }
  if (code === goneState) {
    const message = `Tenant ${from.name} was changed by somebody else meanwhile.`
    return new MitraError('failed', 'NO_TENANT', message, {
      hints: ['mitra tenant list'],
      cause: error,
    })
  }
  const isTaken = code === '23505' || code === '42P06' || code === '42710'
  return isTaken ? taken(`Tenant ${to.name}, its schema or its login`, error) : error
}

function namedInText({name, schema, login}: TenantSchema, naming: readonly string[]): MitraError {
  const message = `Tenant ${name} cannot be renamed: ${naming.join(', ')} would go on naming ${schema} or ${login}.`
  return new MitraError('refused', 'NAMED_IN_TEXT', message, {
    hints: [
      'Postgres follows a rename in everything but text.',
      'Change them by a migration: names without a schema, or the schema of the table that fires.',
    ],
  })
}
