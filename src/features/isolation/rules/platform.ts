import type {CatalogRule} from '../finding.js'

const who = `CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END`
const asksWho = `~ '(shared_schema\\.current_tenant_id\\(\\)|SESSION_USER)'`

/** What all tenants reach: reference data to be read, and of the registry the own row. */
export const platformRules: readonly CatalogRule[] = [
  {
    id: 'platform.writable',
    holds: 'Outside its schema a tenant may read and change nothing.',
    why: 'What all tenants read, one of them must not write.',
    sql: `SELECT NULL, format('%I.%I', o.schema, o.name),
       format('%s has %s on it', ${who}, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)),
       format('REVOKE %s ON %s%I.%I FROM %s;', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type),
         CASE o.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END, o.schema, o.name, ${who})
  FROM outside o CROSS JOIN LATERAL aclexplode(o.relacl) a
 WHERE a.grantee <> o.relowner AND a.grantee IN (SELECT oid FROM tenant_reach)
   AND (a.privilege_type <> 'SELECT' OR a.is_grantable OR o.relkind IN ('S', 'm'))
 GROUP BY o.schema, o.name, o.relkind, a.grantee`,
  },
  {
    id: 'platform.readable',
    holds: 'A shared table that says something of tenants shows each its own rows alone.',
    why: 'Names, schemas and ids of the others, or more.',
    sql: `SELECT NULL, format('%I.%I', o.schema, o.name), format('%s reads it, and %s', ${who},
         CASE WHEN o.relkind = 'v' THEN 'the view reads with the rights of its owner'
              WHEN NOT o.relrowsecurity THEN 'row level security is off'
              ELSE 'row level security does not bind its owner' END),
       CASE WHEN o.relkind = 'v' THEN format('ALTER VIEW %I.%I SET (security_invoker = true);', o.schema, o.name)
            WHEN EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = o.oid)
            THEN format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY; ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY;',
              o.schema, o.name, o.schema, o.name)
            ELSE format('REVOKE SELECT ON %I.%I FROM %s;', o.schema, o.name, ${who}) END
  FROM outside o CROSS JOIN LATERAL aclexplode(o.relacl) a
 WHERE a.grantee <> o.relowner AND a.grantee IN (SELECT oid FROM tenant_reach)
   AND a.privilege_type = 'SELECT'
   AND CASE WHEN o.relkind = 'v' THEN NOT coalesce((SELECT option_value::boolean
              FROM pg_options_to_table(o.reloptions) WHERE option_name = 'security_invoker'), false)
            WHEN o.relkind IN ('r', 'p') THEN NOT (o.relrowsecurity AND o.relforcerowsecurity) AND o.tells_of_tenants
            ELSE false END`,
  },
  {
    id: 'platform.column',
    holds: 'No column of a shared table is granted by itself.',
    why: 'It opens a table that looks closed.',
    sql: `SELECT NULL, format('%I.%I.%I', o.schema, o.name, x.attname),
       format('%s has %s on this column', ${who}, a.privilege_type),
       format('REVOKE %s (%I) ON %I.%I FROM %s;', a.privilege_type, x.attname, o.schema, o.name, ${who})
  FROM outside o
  CROSS JOIN LATERAL (SELECT * FROM pg_attribute x WHERE x.attrelid = o.oid AND x.attacl IS NOT NULL OFFSET 0) x
  CROSS JOIN LATERAL aclexplode(x.attacl) a
 WHERE a.grantee IN (SELECT oid FROM tenant_reach)`,
  },
  {
    id: 'platform.policy',
    holds: 'Policies of shared tables that say something of tenants ask who the session is.',
    why: 'The registry would show every tenant to each.',
    sql: `SELECT NULL, format('%I.%I', o.schema, o.name), format('the policy %I shows tenants all rows where %s', p.polname,
         coalesce(p.qual, p.with_check)),
       format('DROP POLICY %I ON %I.%I;', p.polname, o.schema, o.name)
  FROM outside o
  CROSS JOIN LATERAL (SELECT p.polname, p.polroles, pg_get_expr(p.polqual, p.polrelid) AS qual,
                             pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
                        FROM pg_policy p WHERE p.polrelid = o.oid AND p.polpermissive OFFSET 0) p
 WHERE o.tells_of_tenants
   AND EXISTS (SELECT FROM unnest(p.polroles) role WHERE role IN (SELECT oid FROM tenant_reach))
   AND NOT (coalesce(p.qual ${asksWho}, true) AND coalesce(p.with_check ${asksWho}, true))`,
  },
  {
    id: 'platform.registry-policy',
    holds: 'The registry is under forced row level security, and mitra_migrator sees all of it.',
    why: 'What the migrator does not see is not migrated, and its owner’s functions see too much or nothing.',
    sql: `SELECT NULL, 'shared_schema.tenants', w.what, w.fix
  FROM pg_class c CROSS JOIN LATERAL (VALUES
    (NOT (c.relrowsecurity AND c.relforcerowsecurity), 'row level security is not on and forced',
      'ALTER TABLE shared_schema.tenants ENABLE ROW LEVEL SECURITY; ALTER TABLE shared_schema.tenants FORCE ROW LEVEL SECURITY;'),
    (NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd = '*'
        AND p.polroles @> ARRAY[(SELECT oid FROM owner)] AND pg_get_expr(p.polqual, p.polrelid) = 'true'),
      'mitra_migrator does not see all of it',
      'CREATE POLICY migrator_sees_all ON shared_schema.tenants TO mitra_migrator USING (true) WITH CHECK (true);'),
    (c.relowner <> (SELECT oid FROM owner), format('%I owns it', pg_get_userbyid(c.relowner)),
      'ALTER TABLE shared_schema.tenants OWNER TO mitra_migrator;')) w (is_wrong, what, fix)
 WHERE c.oid = 'shared_schema.tenants'::regclass AND w.is_wrong`,
  },
  {
    id: 'platform.schema',
    holds: 'Nobody but its owner makes anything in a schema that tenants look names up in.',
    why: 'A table or an operator of that name is used instead of the one that was meant.',
    sql: `SELECT NULL, quote_ident(n.nspname), format('%s has CREATE on the schema', ${who}),
       format('REVOKE CREATE ON SCHEMA %I FROM %s;', n.nspname, ${who})
  FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
 WHERE n.oid NOT IN (SELECT schema_oid FROM registry WHERE schema_oid IS NOT NULL) AND n.nspname !~ '^pg_(toast|temp)'
   AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner AND a.grantee IN (SELECT oid FROM tenant_reach)`,
  },
  {
    id: 'platform.catalog',
    holds: 'On what Postgres brings, tenants have what PUBLIC has from the beginning.',
    why: 'pg_read_file, pg_authid, pg_statistic: files, passwords and values of other tenants.',
    sql: `SELECT NULL, format('%s.%s', o.schema, o.name), format('%s has %s on it', ${who}, a.privilege_type),
       format('REVOKE %s ON %s FROM %s;', a.privilege_type, o.target, ${who})
  FROM (SELECT 'pg_class'::regclass AS classid, c.oid, n.nspname AS schema, c.relname::text AS name, c.relacl AS acl,
               c.relowner AS owner, format('%I.%I', n.nspname, c.relname) AS target
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'pg_catalog' AND c.relacl IS NOT NULL
        UNION ALL
        SELECT 'pg_proc'::regclass, p.oid, 'pg_catalog', p.proname::text, p.proacl, p.proowner,
               format('FUNCTION pg_catalog.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid))
          FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proacl IS NOT NULL) o
  CROSS JOIN LATERAL aclexplode(o.acl) a
 WHERE a.grantee <> o.owner AND a.grantee IN (SELECT oid FROM tenant_reach)
   AND NOT EXISTS (SELECT FROM pg_init_privs i CROSS JOIN LATERAL aclexplode(i.initprivs) b
     WHERE i.classoid = o.classid AND i.objoid = o.oid AND i.objsubid = 0
       AND b.grantee = a.grantee AND b.privilege_type = a.privilege_type)`,
  },
]
