import type {Session} from '../../ports/database.js'
import {identifier, literal} from '../../ports/sql-text.js'

/** The tenant whose data are looked after. */
export interface GovernedTenant {
  readonly id: string
  readonly name: string
  readonly schema: string
}

interface TenantWork {
  /** `read`: one snapshot, nothing is written. */
  readonly mode: 'read' | 'write'
  /** Settings of the transaction, such as `mitra.erasure`. */
  readonly settings?: Readonly<Record<string, string>>
}

/**
 * One transaction of the migrator that acts for one tenant in that tenant's schema; whatever is thrown
 * rolls it back. SET LOCAL only: nothing stays on the session.
 */
export async function inTenant<T>(
  session: Session,
  tenant: GovernedTenant,
  {mode, settings = {}}: TenantWork,
  work: () => Promise<T>,
): Promise<T> {
  const begin = mode === 'read' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN'
  const given = {
    'mitra.tenant_id': tenant.id,
    search_path: `${identifier(tenant.schema)}, shared_schema`,
    row_security: 'on',
    TimeZone: 'UTC',
    lock_timeout: '3s',
    ...settings,
  }
  const sets = Object.entries(given).map(
    ([name, value]) => `set_config(${literal(name)}, ${literal(value)}, true)`,
  )
  await session.script(`${begin}; SELECT ${sets.join(', ')}`)
  try {
    const result = await work()
    await session.script('COMMIT')
    return result
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined)
    throw error
  }
}
