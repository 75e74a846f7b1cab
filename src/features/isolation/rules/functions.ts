import {literal} from '../../../ports/sql-text.js'
import {knownLookups} from '../catalog.js'
import type {CatalogRule} from '../finding.js'

const lookup = 'shared_schema.current_tenant_id()'
const hashes = knownLookups.map(literal).join(', ')
const openTo = `(r.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(r.proacl) a
     WHERE a.grantee <> r.proowner AND a.grantee IN (SELECT oid FROM tenant_reach)))`
const notOfExtension = `NOT EXISTS (SELECT FROM pg_depend d
     WHERE d.classid = 'pg_proc'::regclass AND d.objid = r.oid AND d.deptype = 'e')`
const isCallable = `r.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)`

/** A function that runs with its owner's rights is a door: there is one, and it tells who is asking. */
export const functionRules: readonly CatalogRule[] = [
  {
    id: 'function.lookup',
    holds: 'shared_schema.current_tenant_id() is the function that was shipped.',
    why: 'Every policy asks it who the session is.',
    sql: `SELECT NULL, '${lookup}', w.what,
       'Run the migration that defines it again: mitra db migrate --plan names the files.'
  FROM (SELECT to_regprocedure('${lookup}') AS oid) f LEFT JOIN pg_proc p ON p.oid = f.oid
  CROSS JOIN LATERAL (VALUES
    (p.oid IS NULL, 'it is not there'),
    (p.proowner <> (SELECT oid FROM owner), format('%I owns it', pg_get_userbyid(p.proowner))),
    (NOT p.prosecdef, 'it does not run with the rights of its owner, so that it finds no registry'),
    (p.provolatile <> 's', 'it is not STABLE'),
    (p.prolang NOT IN (SELECT oid FROM pg_language WHERE lanname IN ('sql', 'plpgsql')),
      'it is written neither in SQL nor in PL/pgSQL'),
    (p.proleakproof, 'it is LEAKPROOF'),
    (coalesce(p.proconfig, '{}') @> ARRAY['search_path=pg_catalog, pg_temp', 'row_security=on'] IS NOT TRUE,
      'its search_path or row_security can be set from outside'),
    (md5(regexp_replace(btrim(p.prosrc, E' \\n\\t'), '\\s+', ' ', 'g')) NOT IN (${hashes}),
      format('its body is another one: %s', regexp_replace(btrim(p.prosrc, E' \\n\\t'), '\\s+', ' ', 'g'))),
    (EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
              WHERE a.grantee NOT IN (p.proowner, to_regrole('mitra_tenant')::oid)
                AND a.grantee IS DISTINCT FROM to_regrole('mitra_auditor')::oid),
      'others than mitra_tenant may execute it'),
    (p.proacl IS NOT NULL AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) a
              WHERE a.grantee = to_regrole('mitra_tenant')::oid),
      'mitra_tenant may not execute it')) w (is_wrong, what)
 WHERE w.is_wrong`,
  },
  {
    id: 'function.lookup-copy',
    holds: 'There is one current_tenant_id().',
    why: 'A second one is found first by a search_path, and what is then made asks the wrong one.',
    sql: `SELECT r.tenant, r.signature, 'it has the name of the function that policies ask',
       format('DROP FUNCTION %s;', r.signature)
  FROM routine r WHERE r.name = 'current_tenant_id' AND r.signature <> '${lookup}'`,
  },
  {
    id: 'function.definer',
    holds:
      'No tenant may call a function that runs with its owner’s rights, but current_tenant_id().',
    why: 'It reads what its owner can read, whoever calls it.',
    sql: `SELECT r.tenant, r.signature,
       format('tenants may call it, and it runs with the rights of %I', pg_get_userbyid(r.proowner)),
       format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, mitra_tenant%s;', r.signature,
         coalesce((SELECT ', ' || string_agg(DISTINCT quote_ident(pg_get_userbyid(a.grantee)), ', ')
            FROM aclexplode(r.proacl) a
           WHERE a.grantee <> r.proowner AND a.grantee <> 0 AND a.grantee <> to_regrole('mitra_tenant')::oid), ''))
  FROM routine r
 WHERE r.prosecdef AND r.signature <> '${lookup}' AND ${isCallable} AND ${openTo}`,
  },
  {
    id: 'function.search-path',
    holds: 'A function with its owner’s rights has a search_path of its own, pg_temp last.',
    why: 'The caller’s search_path chooses which tables and operators it means.',
    sql: `SELECT r.tenant, r.signature,
       coalesce('its search_path is ' || s.path, 'the caller chooses its search_path'),
       format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp;', r.signature)
  FROM routine r
  LEFT JOIN LATERAL (SELECT substr(c, 13) AS path FROM unnest(r.proconfig) c
                      WHERE c LIKE 'search_path=%') s ON true
 WHERE r.prosecdef AND ${notOfExtension}
   AND (s.path IS NULL OR s.path LIKE '%$user%' OR s.path !~ '(^|, ?)"?pg_temp"?$')`,
  },
  {
    id: 'function.owner',
    holds: 'mitra_migrator owns the functions of shared_schema and of every tenant.',
    why: 'A superuser’s function is above row level security, even as a trigger.',
    sql: `SELECT r.tenant, r.signature, format('%I owns it', pg_get_userbyid(r.proowner)),
       format('ALTER ROUTINE %s OWNER TO mitra_migrator;', r.signature)
  FROM routine r
 WHERE (r.is_tenants OR r.is_platform) AND r.proowner <> (SELECT oid FROM owner) AND ${notOfExtension}`,
  },
  {
    id: 'function.public',
    holds: 'No function of shared_schema or of a tenant is open to PUBLIC.',
    why: 'Every login could call it, with any argument.',
    sql: `SELECT r.tenant, r.signature, 'PUBLIC may execute it', format('REVOKE ALL ON ROUTINE %s FROM PUBLIC;', r.signature)
  FROM routine r
 WHERE (r.is_tenants OR r.is_platform) AND ${notOfExtension}
   AND (r.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(r.proacl) a WHERE a.grantee = 0))
   AND r.signature <> '${lookup}'`,
  },
  {
    id: 'function.names-schema',
    holds: 'No function names a tenant’s schema in its text.',
    why: 'It reads across tenants, or breaks when the tenant is renamed.',
    sql: `SELECT r.tenant, r.signature, format('its text names %s', string_agg(DISTINCT g.schema_name, ', ')),
       'Take the schema from an argument, TG_TABLE_SCHEMA or the search_path.'
  FROM routine r CROSS JOIN LATERAL regexp_matches(r.prosrc, '[a-zA-Z_][a-zA-Z0-9_]*', 'g') w
  JOIN registry g ON g.schema_name = w[1]
 WHERE r.is_text AND ${notOfExtension}
 GROUP BY r.tenant, r.signature`,
  },
]
