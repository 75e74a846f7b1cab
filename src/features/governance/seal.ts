import type {Session} from '../../ports/database.js'
import type {Json} from '../../ports/journal.js'
import {chainResource, type chainEvents} from './chain-sql.js'
import type {GovernedTenant} from './tenant-work.js'
import {textRows} from './text-rows.js'

/** A record about the evidence itself. Returns its log_id. */
export async function appendEvent(
  session: Session,
  tenant: GovernedTenant,
  action: (typeof chainEvents)[keyof typeof chainEvents],
  values: Json,
): Promise<string> {
  const added = await session.query(
    'SELECT shared_schema.append_audit($1, NULL, session_user, $2, $3, $1, NULL, $4, NULL, NULL)',
    [tenant.id, action, chainResource, JSON.stringify(values)],
  )
  return textRows(added)[0]?.[0] ?? ''
}
