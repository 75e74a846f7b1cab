import {MitraError} from '../../errors.js'
import type {Session} from '../../ports/database.js'

/** A tenant as the registry has it. */
export interface RegisteredTenant {
  readonly id: string
  readonly name: string
  readonly schema: string
  readonly login: string
  /** It may be used, and its schema and login are there; the others are looked at and not tried. */
  readonly isActive: boolean
}

/** All of them by name. Throws `notReady` SHARED_PENDING where there is no registry yet. */
export async function readRegistry(session: Session): Promise<readonly RegisteredTenant[]> {
  const there = await session.query("SELECT to_regclass('shared_schema.tenants')")
  if (there.rows[0]?.[0] === null) {
    throw new MitraError('notReady', 'SHARED_PENDING', 'There is no registry of tenants yet.', {
      hints: ['mitra db migrate'],
    })
  }
  // The column of states came later than the registry.
  const {rows} = await session.query(
    'SELECT tenant_id, name, schema_name, login_name,' +
      " coalesce(to_jsonb(t) ->> 'state', 'active') = 'active'" +
      ' AND EXISTS (SELECT FROM pg_namespace WHERE nspname = schema_name)' +
      ' AND EXISTS (SELECT FROM pg_roles WHERE rolname = login_name)' +
      ' FROM shared_schema.tenants t ORDER BY name',
  )
  return rows.map(([id, name, schema, login, isActive]) => ({
    id: String(id),
    name: String(name),
    schema: String(schema),
    login: String(login),
    isActive: isActive === 't',
  }))
}
