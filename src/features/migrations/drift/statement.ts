import {printSql} from '../fingerprint.js'
import {schemaDigestsSql} from '../digest.js'

/** Schemas that are read whole in one look; a fleet in which more differ is told so. */
export const mostRead = 400
/** Differences that are told of one group. */
export const mostDifferences = 200

/**
 * The look at the whole fleet: one statement. Cheap digests find who differs, facts are read of one schema
 * of each digest. Rows are one JSON document each: a `group` of tenants that are alike, with what the
 * ledger recorded of them; and a `fact` that one group has and the norm of its kind has not, or the
 * other way round. Groups are compared where the same files were applied.
 */
export function driftSql(): string {
  return `WITH ${[fleetSql, readSql(), alikeSql, differenceSql].join(',\n')}
SELECT jsonb_build_object('is', 'group', 'chain', a.chain::text, 'version', a.version, 'print', a.print,
    'recorded', a.recorded, 'schemas', a.schemas, 'spares', a.spares, 'names', a.names, 'first', a.first,
    'isMissing', a.is_missing, 'isNorm', w.print IS NOT NULL)
  FROM alike a LEFT JOIN wanted w USING (chain, print)
UNION ALL
SELECT jsonb_build_object('is', 'fact', 'chain', chain::text, 'print', print, 'kind', kind, 'object', object,
    'expected', expected, 'found', found, 'place', place,
    -- What the norm has of the same thing, for what is there too often: one partition of many.
    'usual', (SELECT string_agg(n.fact, E'\\n' ORDER BY n.fact) FROM norm n
      WHERE (n.chain, n.kind, n.object) = (d.chain, d.kind, d.object)))
  FROM numbered d WHERE nth <= ${mostDifferences + 1}`
}

/**
 * Who there is, with the files that ran: equal chains are the same files of the same bytes. `key` is the
 * tenant's id, '' for shared_schema, whose ledger rows have none.
 */
const fleetSql = `ledger AS (
  SELECT coalesce(tenant_id::text, '') AS key, max(version) AS version,
    bit_xor(hashtextextended(version || checksum, 0)) AS chain,
    -- Of the file that ran last, which may be older than another: contract comes after expand.
    nullif(substr(max(to_char(position, 'FM0000000000000000000') || coalesce(fingerprint_after, '')), 20), '')
      AS recorded
    FROM shared_schema.schema_migrations GROUP BY 1
), fleet AS MATERIALIZED (
  SELECT t.tenant_id::text AS key, t.name, t.schema_name::text AS schema_name, t.login_name::text AS login,
    t.state, l.version, coalesce(l.chain, 0) AS chain, l.recorded
    -- A fleet that has no column of states yet has tenants only.
    FROM (SELECT tenant_id, name, schema_name, login_name,
            coalesce(to_jsonb(one) ->> 'state', 'active') AS state FROM shared_schema.tenants one) t
    LEFT JOIN ledger l ON l.key = t.tenant_id::text
   WHERE t.state IN ('active', 'spare')
  UNION ALL
  SELECT '', 'shared_schema', 'shared_schema', '', 'active', l.version, l.chain, l.recorded
    FROM ledger l WHERE l.key = ''
)`

/** Facts of one schema of each digest, and their fingerprint, which is made like those of the ledger. */
function readSql(): string {
  return `digest AS MATERIALIZED (${schemaDigestsSql('SELECT key, schema_name, login FROM fleet', 'fleet')}
), sample AS MATERIALIZED (
  -- Of each digest one schema, the most common first.
  SELECT d.digest, count(*) AS schemas, min(key) AS key FROM digest d GROUP BY 1
   ORDER BY 2 DESC, 1 LIMIT ${mostRead}
), fact AS MATERIALIZED (
  SELECT s.digest, f.kind, f.object, f.fact, f.place
    FROM sample s JOIN fleet l USING (key)
    CROSS JOIN LATERAL shared_schema.schema_facts(l.schema_name, l.login, l.key) f
), print AS MATERIALIZED (
  SELECT digest, ${printSql} AS print
    FROM fact GROUP BY 1
)`
}

/** Tenants by what they are and what they should be. */
const alikeSql = `alike AS MATERIALIZED (
  SELECT l.chain, l.version, p.print, l.recorded, min(d.digest) AS digest, count(*) AS schemas,
    count(*) FILTER (WHERE l.state = 'spare') AS spares, d.key IS NULL AS is_missing,
    coalesce(jsonb_agg(l.name ORDER BY l.name) FILTER (WHERE l.state <> 'spare'), '[]') AS names,
    (array_agg(jsonb_build_array(l.name, l.schema_name, l.login, l.key) ORDER BY l.name))[1] AS first
    FROM fleet l LEFT JOIN digest d USING (key) LEFT JOIN print p USING (digest)
   GROUP BY l.chain, l.version, p.print, l.recorded, d.key IS NULL
), wanted AS (
  -- What the ledger recorded of most; failing that, what most are.
  SELECT DISTINCT ON (chain) chain, print FROM (
    SELECT chain, print, sum(schemas) AS schemas, bool_or(print = common) AS is_recorded
      FROM alike JOIN (
        SELECT DISTINCT ON (chain) chain, recorded AS common
          FROM (SELECT chain, recorded, sum(schemas) AS schemas FROM alike GROUP BY 1, 2) one
         ORDER BY chain, recorded IS NULL, schemas DESC, recorded
      ) most USING (chain)
     WHERE print IS NOT NULL GROUP BY 1, 2) two
   ORDER BY chain, is_recorded DESC NULLS LAST, schemas DESC, print
)`

const differenceSql = `norm AS MATERIALIZED (
  SELECT w.chain, w.print, f.kind, f.object, f.fact, f.place
    FROM wanted w
    JOIN (SELECT print, min(digest) AS digest FROM print GROUP BY 1) p USING (print)
    JOIN fact f USING (digest)
), odd AS MATERIALIZED (
  SELECT DISTINCT a.chain, a.print, p.digest
    FROM alike a JOIN (SELECT print, min(digest) AS digest FROM print GROUP BY 1) p USING (print)
    LEFT JOIN wanted w USING (chain, print) WHERE w.print IS NULL
), difference AS (
  SELECT o.chain, o.print, n.kind, n.object, n.fact AS expected, NULL::text AS found, n.place
    FROM odd o JOIN norm n USING (chain)
    LEFT JOIN fact f ON f.digest = o.digest AND (f.kind, f.object, f.fact) = (n.kind, n.object, n.fact)
   WHERE f.digest IS NULL
  UNION ALL
  SELECT o.chain, o.print, f.kind, f.object, NULL, f.fact, f.place
    FROM odd o JOIN fact f ON f.digest = o.digest
    LEFT JOIN norm n ON n.chain = o.chain AND (f.kind, f.object, f.fact) = (n.kind, n.object, n.fact)
   WHERE n.chain IS NULL
), numbered AS (
  SELECT d.*, row_number() OVER (PARTITION BY chain, print ORDER BY kind, object, expected, found) AS nth 
    FROM difference d
)`

/**
 * In one message with the statement. The costs make the planner build its hash tables of the smaller side,
 * whose size it cannot know; what is never wanted is a nested loop over the catalogs.
 */
export const driftSettings = [
  'BEGIN READ ONLY',
  "SET LOCAL statement_timeout = '5min'",
  'SET LOCAL search_path = pg_catalog, pg_temp',
  'SET LOCAL jit = off',
  "SET LOCAL work_mem = '64MB'",
  'SET LOCAL enable_mergejoin = off',
  'SET LOCAL cpu_operator_cost = 0.00001',
].join(';\n')
