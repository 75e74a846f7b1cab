import {createHash} from 'node:crypto'
import {literal} from '../../ports/sql-text.js'
import {schemaDigestsSql} from './digest.js'
import {factsDefinition, schemaFactsSql} from './facts.js'

const arguments_ = 'of_schema text, of_login text, of_tenant text'

const factsOfOne = schemaFactsSql(
  "SELECT ''::text AS key, of_schema AS schema_name, of_login AS login, of_tenant AS tenant",
)

const digestOfOne = schemaDigestsSql(
  "SELECT ''::text AS key, of_schema AS schema_name, of_login AS login",
  'one',
)

/** `<definition>:<sha-256>` of facts: an aggregate over rows (kind, object, fact). */
export const printSql = `concat(${literal(`${factsDefinition}:`)}, encode(sha256(convert_to(
    string_agg(concat_ws(E'\\x1f', kind, object, fact), E'\\x1e'
      ORDER BY kind COLLATE "C", object COLLATE "C", fact COLLATE "C"), 'UTF8')), 'hex'))`

/** Digests that another definition of facts or digests has made say nothing of these. */
const printsDefinition = createHash('sha256')
  .update(`${factsOfOne}${digestOfOne}${printSql}`)
  .digest('hex')
  .slice(0, 12)

const settings = `SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET jit = off`

/**
 * What a schema is, as functions of shared_schema. `schema_facts(schema, login, tenant id)` gives rows
 * (kind, object, fact, place); `schema_fingerprint(...)` gives `<definition>:<sha-256>` of them. Login
 * and tenant id are '' for a schema that is no tenant's.
 *
 * Facts take several times as long as the migration that they follow, and a thousand tenants have the
 * same. So a fingerprint is kept by the digest of what lies in the catalogs, and facts are read only of a
 * schema whose digest nobody had before; the place is not waited for, so no tenant waits for another. The plans
 * are kept by the session and take indexes only, whatever the statistics of the catalogs say right after
 * a thousand tenants were made.
 */
export const fingerprintFunctionsSql = `CREATE TABLE IF NOT EXISTS shared_schema.schema_migrations_prints (
  definition text NOT NULL,
  digest bigint NOT NULL,
  fingerprint text NOT NULL,
  PRIMARY KEY (digest, definition)
);
DROP FUNCTION IF EXISTS shared_schema.schema_facts(text, text, text);
CREATE FUNCTION shared_schema.schema_facts(${arguments_})
RETURNS TABLE (kind text, object text, fact text, place text)
LANGUAGE plpgsql STABLE ${settings}
AS $facts$
#variable_conflict use_column
BEGIN
RETURN QUERY SELECT f.kind, f.object, f.fact, f.place FROM (
${factsOfOne}
) f;
END $facts$;
CREATE OR REPLACE FUNCTION shared_schema.schema_digest(of_schema text, of_login text) RETURNS bigint
LANGUAGE plpgsql STABLE ${settings}
AS $digest$
BEGIN
  RETURN (SELECT digest FROM (
${digestOfOne}
) one);
END $digest$;
DROP FUNCTION IF EXISTS shared_schema.schema_fingerprint(text, text, text);
CREATE FUNCTION shared_schema.schema_fingerprint(${arguments_}) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $fingerprint$
DECLARE
  of_digest bigint := shared_schema.schema_digest(of_schema, of_login);
  found_print text;
BEGIN
  SELECT p.fingerprint INTO found_print FROM shared_schema.schema_migrations_prints p
   WHERE p.digest = of_digest AND p.definition = ${literal(printsDefinition)};
  IF FOUND THEN RETURN found_print; END IF;
  SELECT ${printSql} INTO found_print FROM shared_schema.schema_facts(of_schema, of_login, of_tenant);
  IF NOT current_setting('transaction_read_only')::boolean AND pg_try_advisory_xact_lock(of_digest) THEN
    INSERT INTO shared_schema.schema_migrations_prints
    VALUES (${literal(printsDefinition)}, of_digest, found_print) ON CONFLICT DO NOTHING;
  END IF;
  RETURN found_print;
END $fingerprint$;
REVOKE ALL ON FUNCTION shared_schema.schema_facts(text, text, text),
  shared_schema.schema_digest(text, text),
  shared_schema.schema_fingerprint(text, text, text) FROM PUBLIC;`
