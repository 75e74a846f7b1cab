import {SqlError, type Session} from '../../../ports/database.js'
import {MitraError} from '../../../errors.js'
import {identifier as quoted, literal as text} from '../../../ports/sql-text.js'

/** A schema on its way out: its registry row says so, and nobody can log in. */
export interface Doomed {
  readonly id: string
  readonly schema: string
  readonly login: string
}

// Each object that goes takes a place in the server's lock table until the transaction ends; by
// default it has 6,400 of them for all sessions together.
const mostObjects = 600

interface DoomedTable {
  /** Quoted, with its schema. */
  readonly name: string
  /** Itself and what depends on it. */
  readonly objects: number
}

/**
 * Drops the tables in transactions that fit the lock table, partitions before their parents, then
 * schema, login, ledger and registry row in one. Cut off anywhere, it goes on where it was.
 */
export async function dropSchema(session: Session, doomed: Doomed): Promise<void> {
  for (const batch of batchesOf(await tablesOf(session, doomed.schema))) {
    const names = batch.map(({name}) => name).join(', ')
    await session.script(`BEGIN;\n${limitsSql}DROP TABLE IF EXISTS ${names} CASCADE;\nCOMMIT;`)
  }
  try {
    await session.script(`BEGIN;\n${limitsSql}${lastSql(doomed)}COMMIT;`)
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined)
    throw inUse(error, doomed) ?? error
  }
}

const limitsSql = "SET LOCAL lock_timeout = '10s';\n"

async function tablesOf(session: Session, schema: string): Promise<readonly DoomedTable[]> {
  const {rows} = await session.query(
    `SELECT format('%I.%I', $1::text, c.relname),
            3 + (SELECT count(*) FROM pg_depend
                  WHERE refclassid = 'pg_class'::regclass AND refobjid = c.oid)
       FROM pg_class c
      WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relkind IN ('r', 'p', 'm', 'f')
      ORDER BY c.relispartition DESC, c.relkind = 'p', c.relname`,
    [schema],
  )
  return rows.map(([name, objects]) => ({name: String(name), objects: Number(objects)}))
}

/** Pure: as many tables side by side as fit; one that alone is too large goes alone. */
export function batchesOf(tables: readonly DoomedTable[]): readonly (readonly DoomedTable[])[] {
  const batches: DoomedTable[][] = []
  let room = 0
  for (const table of tables) {
    const last = batches.at(-1)
    if (last === undefined || table.objects > room) {
      batches.push([table])
      room = mostObjects - table.objects
      continue
    }
    last.push(table)
    room -= table.objects
  }
  return batches
}

/** The login is of nobody any more; what was granted to it by hand goes with it. */
function lastSql({id, schema, login}: Doomed): string {
  return `DROP SCHEMA IF EXISTS ${quoted(schema)} CASCADE;
DELETE FROM shared_schema.schema_migrations WHERE tenant_id = ${text(id)};
DO $login$ BEGIN
  IF to_regrole(${text(quoted(login))}) IS NOT NULL THEN
    GRANT ${quoted(login)} TO mitra_migrator WITH INHERIT TRUE, SET FALSE;
    DROP OWNED BY ${quoted(login)};
    DROP ROLE ${quoted(login)};
  END IF;
END $login$;
DELETE FROM shared_schema.tenants WHERE tenant_id = ${text(id)};
`
}

function inUse(error: unknown, {login}: Doomed): MitraError | undefined {
  if (!(error instanceof SqlError) || error.code !== '2BP01') return undefined
  const message = `Login ${login} still has rights elsewhere: ${error.plain}.`
  return new MitraError('failed', 'LOGIN_IN_USE', message, {
    hints: [...error.hints, 'Revoke them there, then run the command again; it goes on.'],
    cause: error,
  })
}
