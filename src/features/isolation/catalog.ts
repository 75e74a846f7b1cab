import {literal} from '../../ports/sql-text.js'

/** Bodies of `shared_schema.current_tenant_id()` that were shipped, as md5 of their words. */
export const knownLookups: readonly string[] = [
  // By the login.
  '06f6335d22ffd27f8fa09da444d7dafb',
  // By the login of a tenant that is not closed.
  'c7e6e913d537f54151649463a744e581',
  // The same, planned once a session.
  '9245498abc97e737c537366a3e4814ca',
]

// What the policy of every tenant table says, as Postgres prints it.
const sameTenant = [
  '(tenant_id = ( SELECT shared_schema.current_tenant_id() AS current_tenant_id))',
  '(tenant_id = shared_schema.current_tenant_id())',
]
  .map(literal)
  .join(', ')

/** The relations that rules are written on, each computed once whatever the number of rules. */
export function catalogSql(names: readonly string[]): string {
  const list = `ARRAY[${names.map(literal).join(', ')}]::text[]`
  const isChosen = names.length === 0 ? 'true' : `name = ANY (${list})`
  return [roleSql(isChosen), tableSql, outsideSql, policySql, routineSql, nodeSql].join(',\n')
}

/** The owner, who the tenants are, and every role that one of them is a member of, PUBLIC first. */
function roleSql(isChosen: string): string {
  return `owner AS MATERIALIZED (
  SELECT to_regrole('mitra_migrator')::oid AS oid),
registry AS MATERIALIZED (
  SELECT t.tenant_id, t.name, t.schema_name::text, t.login_name::text, n.oid AS schema_oid,
         n.nspowner, n.nspacl, r.oid AS login_oid,
         coalesce(to_jsonb(t) ->> 'state', 'active') AS state
    FROM shared_schema.tenants t
    LEFT JOIN pg_namespace n ON n.nspname = t.schema_name
    LEFT JOIN pg_roles r ON r.rolname = t.login_name),
tenant AS MATERIALIZED (
  SELECT * FROM registry WHERE schema_oid IS NOT NULL AND ${isChosen}),
tenant_login AS MATERIALIZED (
  SELECT login_oid AS oid FROM registry WHERE login_oid IS NOT NULL),
tenant_reach AS MATERIALIZED (
  WITH RECURSIVE up (role) AS (
    SELECT oid FROM tenant_login
    UNION SELECT oid FROM pg_roles WHERE rolname = 'mitra_tenant'
    UNION SELECT m.roleid FROM up JOIN pg_auth_members m ON m.member = up.role)
  SELECT 0::oid AS oid UNION ALL SELECT role FROM up)`
}

const tableSql = `relation AS MATERIALIZED (
  SELECT t.name AS tenant, t.schema_name AS schema, t.schema_oid, t.login_oid, t.login_name,
         c.oid, c.relname::text AS name, c.relkind, c.relowner, c.relacl, c.relispartition,
         c.relrowsecurity, c.relforcerowsecurity, c.reloptions
    FROM tenant t JOIN pg_class c ON c.relnamespace = t.schema_oid
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')),
tenant_table AS MATERIALIZED (
  SELECT r.*, a.attnum AS tenant_attnum, a.attnotnull, a.atttypid
    FROM relation r
    LEFT JOIN pg_attribute a
      ON a.attrelid = r.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
   WHERE r.relkind IN ('r', 'p')),
granted AS MATERIALIZED (
  SELECT r.tenant, r.schema, r.name, r.relkind, r.relispartition, r.oid, a.grantee,
         a.privilege_type AS privilege, a.is_grantable, a.grantee = r.login_oid AS is_own
    FROM relation r CROSS JOIN LATERAL aclexplode(r.relacl) a
   WHERE r.relacl IS NOT NULL AND a.grantee <> r.relowner)`

// OFFSET 0 keeps the planner from reading a whole catalogue for a handful of relations.
/** What lies in shared_schema, public and any other schema that is no tenant's. */
const outsideSql = `outside AS MATERIALIZED (
  SELECT n.nspname::text AS schema, c.oid, c.relname::text AS name, c.relkind, c.relowner, c.relacl,
         c.reloptions, c.relrowsecurity, c.relforcerowsecurity,
         EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
           AND a.attname IN ('tenant_id', 'login_name', 'schema_name') OFFSET 0) AS tells_of_tenants
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_(toast|temp)'
     AND n.nspname NOT IN ('pg_catalog', 'information_schema')
     AND n.oid NOT IN (SELECT schema_oid FROM registry WHERE schema_oid IS NOT NULL)
     AND NOT EXISTS (SELECT FROM pg_depend d
       WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e' OFFSET 0))`

/**
 * Expressions are printed once for each different one: printing opens the table, and 46,000 open tables
 * are a gigabyte of the server's memory.
 */
const policySql = `raw_policy AS MATERIALIZED (
  SELECT t.tenant, t.schema, t.name AS table_name, p.oid, p.polrelid, p.polname::text AS name,
         p.polcmd, p.polpermissive, p.polroles,
         hashtextextended(concat_ws('|', t.tenant_attnum, coalesce(p.polqual::text, '-'),
           coalesce(p.polwithcheck::text, '-')), 0) AS shape
    FROM tenant_table t JOIN pg_policy p ON p.polrelid = t.oid),
printed_policy AS MATERIALIZED (
  SELECT s.shape, pg_get_expr(p.polqual, p.polrelid) AS qual,
         pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
    FROM (SELECT shape, min(oid) AS oid FROM raw_policy GROUP BY shape) s
    JOIN pg_policy p ON p.oid = s.oid),
judged_policy AS MATERIALIZED (
  SELECT r.*, s.qual, s.with_check,
         coalesce(s.qual IN (${sameTenant}), true) AS confines_reads,
         coalesce(s.with_check IN (${sameTenant}), true) AS confines_writes,
         r.polpermissive AND (r.polroles = '{0}' OR EXISTS (
           SELECT FROM unnest(r.polroles) role WHERE role IN (SELECT oid FROM tenant_reach)))
           AS opens_to_tenants
    FROM raw_policy r JOIN printed_policy s USING (shape)),
policy AS MATERIALIZED (
  SELECT j.*, count(*) FILTER (WHERE opens_to_tenants AND confines_reads AND qual IS NOT NULL)
           OVER (PARTITION BY polrelid)
         > (opens_to_tenants AND confines_reads AND qual IS NOT NULL)::int AS is_beside
    FROM judged_policy j)`

/** Functions of the tenants chosen and of all schemas that are no tenant's. */
const routineSql = `routine AS MATERIALIZED (
  SELECT t.name AS tenant, p.oid, p.proname::text AS name, p.proowner, p.proacl, p.prosecdef,
         p.proconfig, p.prosrc, p.prosqlbody IS NULL AS is_text, p.prorettype,
         t.schema_oid IS NOT NULL AS is_tenants, n.nspname = 'shared_schema' AS is_platform,
         format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
           AS signature
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    LEFT JOIN registry g ON g.schema_oid = n.oid
    LEFT JOIN tenant t ON t.schema_oid = n.oid
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
     AND (g.schema_oid IS NULL OR t.schema_oid IS NOT NULL))`

/**
 * Functions that a trigger, a policy or a default of a tenant's table names, and those that these call by
 * name. Not materialised: without a rule that asks for them they cost nothing.
 */
const nodeSql = `named_by_table AS (
  SELECT DISTINCT f.oid FROM (
    SELECT g.tgfoid AS oid FROM tenant_table t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
    UNION ALL
    SELECT d.refobjid FROM tenant_table t JOIN pg_policy p ON p.polrelid = t.oid
      JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid
       AND d.refclassid = 'pg_proc'::regclass
    UNION ALL
    SELECT d.refobjid FROM tenant_table t JOIN pg_attrdef a ON a.adrelid = t.oid
      JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid
       AND d.refclassid = 'pg_proc'::regclass) f
   WHERE f.oid IN (SELECT oid FROM routine)),
on_node AS (
  WITH RECURSIVE down (oid) AS (
    SELECT oid FROM named_by_table
    UNION SELECT c.oid FROM down JOIN routine r ON r.oid = down.oid
      JOIN routine c ON c.oid <> r.oid AND r.prosrc ~ ('\\m' || c.name || '\\('))
  SELECT oid FROM down)`
