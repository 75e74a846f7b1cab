import type {Session} from '../../ports/database.js'
import {identifier} from '../../ports/sql-text.js'
import {chainEvents, chainResource, rowDigestSql} from './chain-sql.js'
import {appendEvent} from './seal.js'
import type {GovernedTenant} from './tenant-work.js'
import {textRows} from './text-rows.js'

/**
 * Takes a month of evidence out of the chain, inside the transaction that detaches it and after that. The
 * links at the beginning of each lane go with their rows; where each lane begins from now on is written
 * into the chain. A link between younger ones stays, with the digest of its row. The last link of a lane
 * stays too: the next one is made from it.
 */
export async function retireEvidence(
  session: Session,
  tenant: GovernedTenant,
  partition: string,
): Promise<void> {
  const month = identifier(partition)
  const past = eventsSql(month)
  const ends = textRows(await session.query(laneStartsSql(month, past)))
  const lanes = ends.map(([lane = '', seq, link = '']) => ({lane, seq: Number(seq), link}))
  const kept = textRows(
    await session.query(keepDigestsSql(month), [laneNumbers(lanes), seqs(lanes)]),
  )
  await session.query(
    `DELETE FROM audit_links l USING unnest($1::bigint[], $2::bigint[]) start (lane, seq)
      WHERE l.lane = start.lane AND l.seq <= start.seq`,
    [laneNumbers(lanes), seqs(lanes)],
  )
  const carried = await carriedOn(session, month)
  const values = {
    partition,
    lanes: {
      ...carried.lanes,
      ...Object.fromEntries(lanes.map(({lane, seq, link}) => [lane, [seq, link]] as const)),
    },
    kept: [...carried.kept, ...kept.map(([record = '']) => record)],
    seals: carried.seals,
  }
  await appendEvent(session, tenant, chainEvents.retain, values)
}

interface LaneStart {
  readonly lane: string
  readonly seq: number
  readonly link: string
}

function laneNumbers(lanes: readonly LaneStart[]): readonly string[] {
  return lanes.map(({lane}) => lane)
}

function seqs(lanes: readonly LaneStart[]): readonly number[] {
  return lanes.map(({seq}) => seq)
}

/** Records about the chain, those of the month that goes among them. */
function eventsSql(month: string): string {
  return `SELECT action, new_values FROM audit_logs WHERE resource_type = '${chainResource}'
    UNION ALL SELECT action, new_values FROM ${month} WHERE resource_type = '${chainResource}'`
}

/** The last link of each lane before which nothing is left to verify. */
function laneStartsSql(month: string, events: string): string {
  return `WITH past AS MATERIALIZED (
    SELECT value::uuid AS log_id FROM (${events}) e, jsonb_array_elements_text(new_values -> 'kept')
     WHERE action = '${chainEvents.retain}'),
  state AS (
    SELECT l.lane, l.seq, m.log_id IS NOT NULL OR p.log_id IS NOT NULL AS is_gone
      FROM audit_links l LEFT JOIN ${month} m ON m.log_id = l.log_id
      LEFT JOIN past p ON p.log_id = l.log_id),
  lane_start AS (
    SELECT lane, min(seq) AS first, least(coalesce(min(seq) FILTER (WHERE NOT is_gone) - 1, max(seq)),
        CASE WHEN lane > 0 THEN max(seq) - 1 ELSE max(seq) END) AS seq
      FROM state GROUP BY lane)
  SELECT s.lane, s.seq, encode(l.link, 'hex') FROM lane_start s
    JOIN audit_links l ON l.lane = s.lane AND l.seq = s.seq
   WHERE s.seq >= s.first ORDER BY 1`
}

/** Links that outlive their row keep its digest; `$1` and `$2` are where the lanes begin. */
function keepDigestsSql(month: string): string {
  return `UPDATE audit_links l SET digest = d.digest, salt = NULL FROM (
    SELECT l.lane, l.seq, ${rowDigestSql} AS digest
      FROM ${month} a JOIN audit_links l ON l.log_id = a.log_id
      LEFT JOIN unnest($1::bigint[], $2::bigint[]) start (lane, seq) ON start.lane = l.lane
     WHERE start.seq IS NULL OR l.seq > start.seq) d
   WHERE l.lane = d.lane AND l.seq = d.seq RETURNING l.log_id`
}

/** What the records of the month that goes say about the rest of the chain must be said again. */
async function carriedOn(session: Session, month: string) {
  const own = `SELECT log_id, action, new_values FROM ${month} WHERE resource_type = '${chainResource}'`
  const retained = `(${own}) e, LATERAL`
  const lanes = await session.query(
    `SELECT key, value::text FROM (
        SELECT key, value, row_number() OVER (PARTITION BY key ORDER BY (value ->> 0)::bigint DESC) AS place
          FROM ${retained} jsonb_each(new_values -> 'lanes') WHERE action = '${chainEvents.retain}') x
      WHERE place = 1 AND (EXISTS (SELECT FROM audit_links l WHERE l.lane = key::bigint)
        OR EXISTS (SELECT FROM audit_logs s WHERE s.resource_type = '${chainResource}'
            AND s.action = '${chainEvents.seal}' AND s.new_values -> 'lanes' ? key))`,
  )
  const kept = await session.query(
    `SELECT value FROM ${retained} jsonb_array_elements_text(new_values -> 'kept')
      WHERE action = '${chainEvents.retain}'
        AND EXISTS (SELECT FROM audit_links l WHERE l.log_id = value::uuid)`,
  )
  const seals = await session.query(
    `SELECT log_id::text FROM (${own}) e WHERE action = '${chainEvents.seal}'
      UNION SELECT value FROM ${retained} jsonb_array_elements_text(new_values -> 'seals')
       WHERE action = '${chainEvents.retain}'`,
  )
  const starts = textRows(lanes).map(([lane = '', text = '[0,""]']): [string, [number, string]] => [
    lane,
    JSON.parse(text),
  ])
  return {
    lanes: Object.fromEntries(starts),
    kept: textRows(kept).map(([record = '']) => record),
    seals: textRows(seals).map(([seal = '']) => seal),
  }
}
