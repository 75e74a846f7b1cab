import {literal} from '../../ports/sql-text.js'
import {factsDefinition, schemaFactsSql} from './facts.js'

const arguments_ = 'of_schema text, of_login text, of_tenant text'

const factsOfOne = schemaFactsSql(
  "SELECT ''::text AS key, of_schema AS schema_name, of_login AS login, of_tenant AS tenant",
)

/**
 * The facts of one schema and their digest, as functions of shared_schema:
 * `schema_facts(schema, login, tenant id)` gives rows (kind, object, fact, place) in the order that the
 * digest is made of, `schema_fingerprint(...)` gives `<definition>:<sha-256>`. Login and tenant id are ''
 * for a schema that is no tenant's. The plan is kept by the session and takes indexes only, whatever the
 * statistics of the catalogs say right after a thousand tenants were made.
 */
export const fingerprintFunctionsSql = `DROP FUNCTION IF EXISTS shared_schema.schema_facts(text, text, text);
CREATE FUNCTION shared_schema.schema_facts(${arguments_})
RETURNS TABLE (kind text, object text, fact text, place text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET jit = off
AS $facts$
#variable_conflict use_column
BEGIN
RETURN QUERY SELECT f.kind, f.object, f.fact, f.place FROM (
${factsOfOne}
) f ORDER BY f.kind, f.object, f.fact;
END $facts$;
CREATE OR REPLACE FUNCTION shared_schema.schema_fingerprint(${arguments_}) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET jit = off
AS $fingerprint$
BEGIN
  RETURN (SELECT concat(${literal(`${factsDefinition}:`)}, encode(sha256(convert_to(
      string_agg(concat_ws(E'\\x1f', kind, object, fact), E'\\x1e'), 'UTF8')), 'hex'))
    FROM (
SELECT kind, object, fact FROM (
${factsOfOne}
) f ORDER BY f.kind, f.object, f.fact) f);
END $fingerprint$;
REVOKE ALL ON FUNCTION shared_schema.schema_facts(text, text, text),
  shared_schema.schema_fingerprint(text, text, text) FROM PUBLIC;`

/** A call of it; of shared_schema itself without a tenant. */
export function fingerprintCall(
  tenant: {readonly id: string; readonly schema: string; readonly login: string} | undefined,
): string {
  const {id, schema, login} = tenant ?? {id: '', schema: 'shared_schema', login: ''}
  return `shared_schema.schema_fingerprint(${[schema, login, id].map(literal).join(', ')})`
}
