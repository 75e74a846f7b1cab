import type {Session} from '../../ports/database.js'
import type {Json} from '../../ports/journal.js'
import type {Anchor} from './anchors.js'
import {chainEvents, chainResource, laneEndsSql} from './chain-sql.js'
import type {GovernedTenant} from './tenant-work.js'
import {textRows} from './text-rows.js'

/** Where the lanes of a tenant end, and how much of that no seal names yet. */
export interface Unsealed {
  readonly records: number
  /** Lane to [seq, link in hex], for the lanes that have grown. */
  readonly lanes: Readonly<Record<string, readonly [number, string]>>
  readonly previous: string | null
}

const sealedSql = `SELECT key, max((value ->> 0)::bigint) FROM audit_logs, jsonb_each(new_values -> 'lanes')
  WHERE resource_type = '${chainResource}' AND action = '${chainEvents.seal}' GROUP BY 1`

const lastSealSql = `SELECT a.log_id, l.lane, l.seq FROM audit_logs a JOIN audit_links l USING (log_id)
  WHERE resource_type = '${chainResource}' AND action = '${chainEvents.seal}'
  ORDER BY a.timestamp DESC LIMIT 1`

/** To be called in a transaction for the tenant. A seal's own record does not ask for the next seal. */
export async function observeUnsealed(session: Session): Promise<Unsealed> {
  const sealed = textRows(await session.query(sealedSql))
  const [[previous, ownLane, ownSeq] = []] = textRows(await session.query(lastSealSql))
  const bounds = new Map(sealed.map(([lane, seq]) => [lane, Number(seq)]))
  const grown = textRows(await session.query(laneEndsSql))
    .map(([lane = '', seq, link = '']) => ({lane, seq: Number(seq), link}))
    .map((end) => ({...end, records: end.seq - (bounds.get(end.lane) ?? 0)}))
    .filter(({records}) => records > 0)
  const isOwn = grown.some(({lane, seq}) => lane === ownLane && seq >= Number(ownSeq))
  const records = grown.reduce((sum, end) => sum + end.records, 0) - (isOwn ? 1 : 0)
  return {
    records,
    lanes: Object.fromEntries(grown.map(({lane, seq, link}) => [lane, [seq, link]])),
    previous: previous ?? null,
  }
}

/**
 * Writes the ends of the lanes into the chain itself: nothing before them can be taken away unseen, not
 * even from the end. The anchor is for the journal, which whoever owns the database does not reach.
 */
export async function sealChain(
  session: Session,
  tenant: GovernedTenant,
): Promise<Anchor | undefined> {
  await session.query(
    "SELECT pg_advisory_xact_lock(hashtextextended('mitra seal ' || $1::text, 0))",
    [tenant.id],
  )
  const {records, lanes, previous} = await observeUnsealed(session)
  if (records <= 0) return undefined
  const seal = await appendEvent(session, tenant, chainEvents.seal, {lanes, previous})
  const found = await session.query(
    "SELECT encode(sha256(convert_to(new_values::text, 'UTF8')), 'hex') FROM audit_logs WHERE log_id = $1",
    [seal],
  )
  return {tenantId: tenant.id, seal, digest: textRows(found)[0]?.[0] ?? ''}
}

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
