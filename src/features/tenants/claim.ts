import {codeOf} from '../../errors.js'
import type {Session} from '../../ports/database.js'
import {identifier as quoted, literal as text} from '../../ports/sql-text.js'
import {nameLockSql, type TenantSchema} from './build.js'

/** A schema made ahead that nobody has taken yet. */
export interface Spare {
  readonly id: string
  readonly name: string
  readonly schema: string
  readonly login: string
}

/** SQLSTATE of our own: the spare was taken, is being migrated, or is of an older month. */
const goneState = 'MT101'
/** A login of that name was left over; building takes it over, renaming cannot. */
const roleExists = '42710'

/**
 * The spare becomes the tenant: registry row, login and schema get their names in one message and one
 * transaction. Grants, policies and defaults hold by object id and the ledger by tenant id, so nothing
 * else changes. False when the spare can no longer be had, and then nothing was done.
 */
export async function claimSpare(
  session: Session,
  tenant: TenantSchema,
  {spare, verifier}: {readonly spare: Spare; readonly verifier: string},
): Promise<boolean> {
  try {
    await session.script(claimSql(tenant, spare, verifier))
    return true
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined)
    const code = codeOf(error)
    if (code === goneState || code === roleExists) return false
    throw error
  }
}

function claimSql(tenant: TenantSchema, spare: Spare, verifier: string): string {
  const {name, schema, login, displayName} = tenant
  return `BEGIN;
SET LOCAL lock_timeout = '5s';
${nameLockSql(name)}DO $claim$ BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('mitra ' || ${text(spare.id)}, 0)) THEN
    RAISE EXCEPTION 'the spare is being migrated' USING ERRCODE = '${goneState}';
  END IF;
  -- Its partitions were made for the month that it was built in.
  UPDATE shared_schema.tenants
     SET name = ${text(name)}, schema_name = ${text(schema)}, login_name = ${text(login)},
         display_name = ${text(displayName)}, state = 'active', created_at = now(), state_since = now()
   WHERE tenant_id = ${text(spare.id)} AND state = 'spare'
     AND date_trunc('month', created_at) = date_trunc('month', now());
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the spare is gone' USING ERRCODE = '${goneState}';
  END IF;
END $claim$;
ALTER SCHEMA ${quoted(spare.schema)} RENAME TO ${quoted(schema)};
ALTER ROLE ${quoted(spare.login)} RENAME TO ${quoted(login)};
ALTER ROLE ${quoted(login)} LOGIN PASSWORD ${text(verifier)};
ALTER ROLE ${quoted(login)} SET search_path = ${quoted(schema)}, shared_schema;
COMMIT;`
}
