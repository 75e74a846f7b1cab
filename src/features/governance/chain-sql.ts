/**
 * How a link follows from its row, written out with functions of Postgres alone: what verifies must not
 * ask the functions that wrote. The same as shared_schema.audit_digest; a test compares the two.
 * `l` is a row of audit_links, `a` one of audit_logs.
 */
const valuesText = `coalesce(a.old_values::text, '') || E'\\n' || coalesce(a.new_values::text, '') || E'\\n' ||
      coalesce(a.ip_address::text, '') || E'\\n' || coalesce(a.user_agent, '')`
const nobody = `'00000000-0000-0000-0000-000000000000'::uuid`
export const rowDigestSql = `sha256(
      coalesce(sha256(uuid_send(l.salt) || convert_to(${valuesText}, 'UTF8')), l.digest)
      || uuid_send(a.log_id) || timestamptz_send(a.timestamp) || uuid_send(a.tenant_id)
      || uuid_send(coalesce(a.user_id, ${nobody})) || uuid_send(coalesce(a.resource_id, ${nobody}))
      || convert_to(a.actor_login || E'\\n' || a.action || E'\\n' || coalesce(a.resource_type, ''), 'UTF8'))`

/** What is left of a row after an erasure, as its record in the chain has it. */
export const leftDigestSql = `sha256(convert_to(${valuesText}, 'UTF8'))`

/** Records about the chain itself have this resource_type; their action says which. */
export const chainEvents = {seal: 'SEAL', erase: 'ERASE', retain: 'RETAIN'} as const
export const chainResource = 'audit'

/**
 * Everything that does not fit, a row each, in one pass over links and rows. Hash joins alone: a table
 * that was never analysed would be joined row by row.
 */
export const wrongLinksSql = `WITH event AS MATERIALIZED (
  SELECT action, new_values FROM audit_logs
   WHERE resource_type = '${chainResource}' AND action IN ('${chainEvents.erase}', '${chainEvents.retain}')),
lane_start AS MATERIALIZED (
  SELECT key::bigint AS lane, (value ->> 0)::bigint AS seq, decode(value ->> 1, 'hex') AS link
    FROM event, jsonb_each(new_values -> 'lanes') WHERE action = '${chainEvents.retain}'),
past_time AS MATERIALIZED (
  SELECT value::uuid AS log_id
    FROM event, jsonb_array_elements_text(new_values -> 'kept') WHERE action = '${chainEvents.retain}'),
erased AS MATERIALIZED (
  SELECT key::uuid AS log_id, decode(value, 'hex') AS left_digest
    FROM event, jsonb_each_text(new_values -> 'rows') WHERE action = '${chainEvents.erase}'),
l AS (
  SELECT tenant_id, lane, seq, log_id, salt, link, digest,
         lag(seq) OVER lanes AS seq_before, lag(link) OVER lanes AS link_before
    FROM audit_links WINDOW lanes AS (PARTITION BY lane ORDER BY seq)),
compared AS (
  SELECT l.lane, l.seq, l.log_id, l.salt, l.link, l.digest, l.seq_before, a.timestamp,
    CASE WHEN l.seq_before IS NOT NULL THEN l.link_before
         WHEN l.seq = 1 THEN sha256(uuid_send(l.tenant_id) || int8send(l.lane))
         ELSE (SELECT s.link FROM lane_start s WHERE s.lane = l.lane AND s.seq = l.seq - 1) END AS before,
    CASE WHEN a.log_id IS NULL THEN l.digest ELSE ${rowDigestSql} END AS row_digest,
    CASE WHEN l.salt IS NULL THEN ${leftDigestSql} END AS left_digest
    FROM l LEFT JOIN audit_logs a ON a.log_id = l.log_id),
judged AS (
  SELECT *, CASE
    WHEN seq <> coalesce(seq_before + 1, seq) OR before IS NULL THEN 'gap'
    WHEN timestamp IS NULL AND (salt IS NOT NULL OR digest IS NULL
      OR log_id NOT IN (SELECT log_id FROM past_time)) THEN 'removed'
    WHEN link IS DISTINCT FROM sha256(before || row_digest) THEN 'altered'
    WHEN salt IS NULL AND timestamp IS NOT NULL
      AND (log_id, left_digest) NOT IN (SELECT log_id, left_digest FROM erased) THEN 'emptied'
    END AS kind
    FROM compared)
SELECT kind, lane, seq, seq_before, log_id, timestamp,
       encode(before, 'hex'), encode(row_digest, 'hex'), encode(link, 'hex')
  FROM judged WHERE kind IS NOT NULL
UNION ALL
SELECT 'inserted', NULL, NULL, NULL, a.log_id, a.timestamp, NULL, NULL, NULL
  FROM audit_logs a WHERE NOT EXISTS (SELECT FROM audit_links l WHERE l.log_id = a.log_id)`

/** Where each lane ends, without a look at every link: by the key from lane to lane. */
export const laneEndsSql = `WITH RECURSIVE lane_end AS (
  (SELECT lane, seq, link FROM audit_links
    WHERE tenant_id = shared_schema.current_tenant_id() ORDER BY lane DESC, seq DESC LIMIT 1)
  UNION ALL
  SELECT below.* FROM lane_end e CROSS JOIN LATERAL (
    SELECT lane, seq, link FROM audit_links
     WHERE tenant_id = shared_schema.current_tenant_id() AND lane < e.lane
     ORDER BY lane DESC, seq DESC LIMIT 1) below)
SELECT lane, seq, encode(link, 'hex') FROM lane_end ORDER BY lane`

/** Places that a seal names and the chain does not have, unless their time was over. */
export const brokenSealsSql = `WITH event AS MATERIALIZED (
  SELECT log_id, timestamp, action, new_values FROM audit_logs
   WHERE resource_type = '${chainResource}' AND action IN ('${chainEvents.seal}', '${chainEvents.retain}')),
gone AS MATERIALIZED (
  SELECT key::bigint AS lane, max((value ->> 0)::bigint) AS seq
    FROM event, jsonb_each(new_values -> 'lanes') WHERE action = '${chainEvents.retain}' GROUP BY 1),
sealed AS (
  SELECT log_id, timestamp, key::bigint AS lane, (value ->> 0)::bigint AS seq, value ->> 1 AS link
    FROM event, jsonb_each(new_values -> 'lanes') WHERE action = '${chainEvents.seal}')
SELECT s.log_id, s.timestamp, s.lane, s.seq
  FROM sealed s LEFT JOIN audit_links l ON l.lane = s.lane AND l.seq = s.seq
  LEFT JOIN gone g ON g.lane = s.lane AND g.seq >= s.seq
 WHERE encode(l.link, 'hex') IS DISTINCT FROM s.link AND g.lane IS NULL
UNION ALL
SELECT s.log_id, s.timestamp, NULL, NULL FROM event s
 WHERE s.action = '${chainEvents.seal}' AND s.new_values ->> 'previous' IS NOT NULL
   AND NOT EXISTS (SELECT FROM event p WHERE p.log_id = (s.new_values ->> 'previous')::uuid)
   AND NOT EXISTS (SELECT FROM event r WHERE r.action = '${chainEvents.retain}'
     AND r.new_values -> 'seals' ? (s.new_values ->> 'previous'))
 ORDER BY 2, 3, 4`

/** Numbers for the report. */
export const chainTotalsSql = `SELECT
  (SELECT count(*) FROM audit_links),
  (SELECT count(*) FROM audit_links WHERE salt IS NULL AND digest IS NOT NULL),
  (SELECT count(*) FROM audit_logs WHERE resource_type = '${chainResource}' AND action = '${chainEvents.seal}'),
  (SELECT to_char(max(timestamp) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM audit_logs
    WHERE resource_type = '${chainResource}' AND action = '${chainEvents.seal}')`
