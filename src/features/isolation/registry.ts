import {MitraError} from '../../errors.js'
import type {Session} from '../../ports/database.js'

/** A tenant as the registry has it. */
export interface RegisteredTenant {
  readonly id: string
  readonly name: string
  readonly schema: string
  readonly login: string
  /** Only an active tenant has rows that anybody may see; a spare is checked like one all the same. */
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
