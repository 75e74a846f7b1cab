import {MitraError} from '../../../errors.js'
import type {Database} from '../../../ports/database.js'
import {identifier as quoted, literal as text} from '../../../ports/sql-text.js'
import type {TenantSchema} from '../build.js'
import {endSessions} from '../sessions.js'

/**
 * From here on nobody can log in, open sessions see no row and are ended, and migrations pass it over.
 * All or nothing in the server; idempotent.
 */
export async function closeTenant(database: Database, tenant: TenantSchema): Promise<void> {
  await setState(database, tenant, {from: 'active', to: 'dropping', canLogIn: false})
  await endSessions(database, tenant.login)
}

/** The way back, as long as nothing was dropped. */
export async function reopenTenant(database: Database, tenant: TenantSchema): Promise<void> {
  await setState(database, tenant, {from: 'dropping', to: 'active', canLogIn: true})
}

interface StateChange {
  readonly from: 'active' | 'dropping'
  readonly to: 'active' | 'dropping'
  readonly canLogIn: boolean
}

async function setState(
  database: Database,
  {id, name, login}: TenantSchema,
  {from, to, canLogIn}: StateChange,
): Promise<void> {
  const session = await database.connect({role: 'migrator'})
  try {
    const {rows} = await session.script(`BEGIN;
SET LOCAL lock_timeout = '5s';
SELECT pg_advisory_xact_lock(hashtextextended('mitra ' || ${text(id)}, 0));
UPDATE shared_schema.tenants SET state = ${text(to)}, state_since = clock_timestamp()
 WHERE tenant_id = ${text(id)} AND state = ${text(from)};
ALTER ROLE ${quoted(login)} ${canLogIn ? 'LOGIN' : 'NOLOGIN'};
COMMIT;
SELECT state FROM shared_schema.tenants WHERE tenant_id = ${text(id)};`)
    if (rows[0]?.[0] === to) return
    throw new MitraError(
      'failed',
      'NO_TENANT',
      `Tenant ${name} was changed by somebody else meanwhile.`,
      {
        hints: ['mitra tenant list'],
      },
    )
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    await session.close()
  }
}
