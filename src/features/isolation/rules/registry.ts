import type {CatalogRule} from '../finding.js'

/** The registry says who a login is: two tenants must not be one there. */
export const registryRules: readonly CatalogRule[] = [
  {
    id: 'registry.schema-missing',
    holds: 'Every tenant of the registry has its schema.',
    why: 'Whoever makes a schema of that name later would be taken for the tenant.',
    sql: `SELECT name, schema_name, 'the registry names this schema, and there is none',
       format('DELETE FROM shared_schema.tenants WHERE name = %L;', name)
  FROM registry WHERE schema_oid IS NULL AND state IN ('active', 'spare')`,
  },
  {
    id: 'registry.login-missing',
    holds: 'Every tenant of the registry has its login.',
    why: 'Whoever makes a role of that name later is this tenant.',
    sql: `SELECT name, login_name, 'the registry names this login, and there is none',
       format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS; GRANT mitra_tenant TO %I;',
         login_name, login_name)
  FROM registry WHERE login_oid IS NULL AND state = 'active'`,
  },
  {
    id: 'registry.same-schema',
    holds: 'No two tenants share a schema.',
    why: 'Both would have grants on the same tables.',
    sql: `SELECT r.name, r.schema_name, format('it is the schema of %s too', o.name),
       format('UPDATE shared_schema.tenants SET schema_name = %L WHERE name = %L;',
         r.name || '_schema', r.name)
  FROM registry r JOIN registry o ON o.schema_name = r.schema_name AND o.name <> r.name`,
  },
  {
    id: 'registry.same-login',
    holds: 'No two tenants share a login or an id.',
    why: 'A session would be both of them, or either.',
    sql: `SELECT r.name, r.login_name,
       format('%s has the same %s', o.name,
         CASE WHEN o.login_name = r.login_name THEN 'login' ELSE 'tenant_id' END),
       format('UPDATE shared_schema.tenants SET login_name = %L WHERE name = %L;',
         r.name || '_login', r.name)
  FROM registry r
  JOIN registry o
    ON o.name <> r.name AND (o.login_name = r.login_name OR o.tenant_id = r.tenant_id)`,
  },
  {
    id: 'registry.keys',
    holds: 'The registry refuses a second tenant with the same id, name, schema or login.',
    why: 'Without the unique keys a typing error makes one tenant another.',
    sql: `SELECT NULL, 'shared_schema.tenants', format('%s is not unique', w.column_name),
       format('ALTER TABLE shared_schema.tenants ADD UNIQUE (%I);', w.column_name)
  FROM unnest(ARRAY['tenant_id', 'name', 'schema_name', 'login_name']) w (column_name)
 WHERE NOT EXISTS (
   SELECT FROM pg_index i
     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = 'shared_schema.tenants'::regclass AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND i.indnkeyatts = 1 AND a.attname = w.column_name)`,
  },
  {
    id: 'registry.unknown-schema',
    holds: 'Every schema is the platform’s, an extension’s or that of a tenant in the registry.',
    why: 'Tables of a schema that nobody knows are checked, migrated and erased by nobody.',
    sql: `SELECT NULL, quote_ident(n.nspname),
       format('no tenant has this schema; it holds %s relations',
         (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid)),
       format('DROP SCHEMA %I CASCADE;', n.nspname)
  FROM pg_namespace n
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public', 'shared_schema')
   AND n.nspname NOT IN (SELECT schema_name FROM registry)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid
                      AND d.deptype = 'e')`,
  },
  {
    id: 'registry.unknown-login',
    holds: 'Every login that is a tenant is in the registry.',
    why: 'A login left over from a dropped tenant still opens the database.',
    sql: `SELECT NULL, quote_ident(r.rolname), 'it is a member of mitra_tenant, and no tenant has this login',
       format('DROP ROLE %I;', r.rolname)
  FROM pg_roles r JOIN pg_auth_members m ON m.member = r.oid AND m.roleid = to_regrole('mitra_tenant')
 WHERE r.rolcanlogin AND r.rolname <> 'mitra_migrator'
   AND r.rolname NOT IN (SELECT login_name FROM registry)`,
  },
]
