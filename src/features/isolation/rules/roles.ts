import type {CatalogRule} from '../finding.js'

const attributes = `concat_ws(', ', CASE WHEN r.rolsuper THEN 'SUPERUSER' END,
         CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
         CASE WHEN r.rolcreatedb THEN 'CREATEDB' END, CASE WHEN r.rolreplication THEN 'REPLICATION' END)`

/** A tenant's login is nobody else, owns nothing and may do nothing but use its rows. */
export const roleRules: readonly CatalogRule[] = [
  {
    id: 'role.attributes',
    holds: 'No login of a tenant, nor mitra_tenant, has an attribute.',
    why: 'SUPERUSER and BYPASSRLS see every row; CREATEROLE and REPLICATION lead there.',
    sql: `SELECT g.name, quote_ident(r.rolname), 'it has ' || ${attributes},
       format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;', r.rolname)
  FROM pg_roles r LEFT JOIN registry g ON g.login_oid = r.oid
 WHERE (g.login_oid IS NOT NULL OR r.rolname = 'mitra_tenant')
   AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication)`,
  },
  {
    id: 'role.membership',
    holds: 'A tenant’s login is a member of mitra_tenant alone, and that of nothing.',
    why: 'Members act as the role: another tenant, the owner, or one that reads all data.',
    sql: `SELECT g.name, quote_ident(r.rolname), format('it is a member of %I', o.rolname),
       format('REVOKE %I FROM %I;', o.rolname, r.rolname)
  FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member JOIN pg_roles o ON o.oid = m.roleid
  LEFT JOIN registry g ON g.login_oid = r.oid
 WHERE (g.login_oid IS NOT NULL AND o.rolname <> 'mitra_tenant') OR r.rolname = 'mitra_tenant'`,
  },
  {
    id: 'role.admin-option',
    holds: 'No tenant may make others members of a role.',
    why: 'Who gives mitra_tenant away lets new logins into the database.',
    sql: `SELECT g.name, g.login_name, format('it may make others members of %I', o.rolname),
       format('REVOKE ADMIN OPTION FOR %I FROM %I;', o.rolname, g.login_name)
  FROM pg_auth_members m JOIN registry g ON g.login_oid = m.member
  JOIN pg_roles o ON o.oid = m.roleid
 WHERE m.admin_option`,
  },
  {
    id: 'role.owner',
    holds: 'No tenant owns a table, a function, a schema or a database.',
    why: 'The owner switches row level security off, or changes what a trigger does.',
    sql: `SELECT g.name,
       coalesce(CASE WHEN d.dbid <> 0 THEN pg_describe_object(d.classid, d.objid, d.objsubid) END,
         pg_describe_object(d.classid, d.objid, d.objsubid)),
       format('%I owns it', r.rolname), format('REASSIGN OWNED BY %I TO mitra_migrator;', r.rolname)
  FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
  LEFT JOIN registry g ON g.login_oid = r.oid
 WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
   AND (g.login_oid IS NOT NULL OR r.rolname = 'mitra_tenant')
   AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
   AND d.classid <> 'pg_largeobject'::regclass`,
  },
  {
    id: 'role.bypass',
    holds: 'Only the administrator of the cluster is above row level security.',
    why: 'What connects with such a role sees the rows of all tenants, the migrator too.',
    sql: `SELECT NULL, quote_ident(r.rolname),
       'it has ' || concat_ws(' and ', CASE WHEN r.rolsuper THEN 'SUPERUSER' END,
         CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END),
       format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS;', r.rolname)
  FROM pg_roles r
 WHERE (r.rolsuper OR r.rolbypassrls) AND r.oid <> 10 AND r.rolname <> 'mitra_tenant'
   AND r.oid NOT IN (SELECT oid FROM tenant_login)`,
  },
  {
    id: 'setting.role',
    holds:
      'No role and no database is given a setting that changes who a session is or what it sees.',
    why: 'A search_path into another schema, a tenant id for the migrator or a role to begin with.',
    sql: `SELECT g.name, coalesce(quote_ident(r.rolname), current_database()::text),
       format('it begins with %s', s.setting),
       CASE WHEN r.oid IS NULL
            THEN format('ALTER DATABASE %I RESET %I;', current_database(), split_part(s.setting, '=', 1))
            WHEN d.setdatabase = 0 THEN format('ALTER ROLE %I RESET %I;', r.rolname, split_part(s.setting, '=', 1))
            ELSE format('ALTER ROLE %I IN DATABASE %I RESET %I;', r.rolname, current_database(),
              split_part(s.setting, '=', 1)) END
  FROM pg_db_role_setting d CROSS JOIN LATERAL unnest(d.setconfig) s (setting)
  LEFT JOIN pg_roles r ON r.oid = d.setrole
  LEFT JOIN registry g ON g.login_oid = d.setrole
 WHERE (d.setrole = 0 OR g.login_oid IS NOT NULL OR r.rolname IN ('mitra_tenant', 'mitra_migrator', 'mitra_auditor'))
   AND d.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
   AND (s.setting ~ '^(row_security|session_replication_role|role|session_authorization|lo_compat_privileges|session_preload_libraries|local_preload_libraries|mitra\\.[^=]*|app\\.[^=]*)='
     OR s.setting LIKE 'search_path=%' AND coalesce(s.setting NOT IN (
       format('search_path=%I, shared_schema', g.schema_name),
       format('search_path=%I', g.schema_name)), true))`,
  },
  {
    id: 'setting.server',
    holds: 'The server keeps row level security, triggers and the protection of large objects on.',
    why: 'These settings switch a wall off for every session at once.',
    sql: `SELECT NULL, name, format('it is %s for every new session', reset_val),
       format('ALTER SYSTEM RESET %I; SELECT pg_reload_conf();', name)
  FROM pg_settings
 WHERE (name, reset_val) IN (('row_security', 'off'), ('session_replication_role', 'replica'),
   ('lo_compat_privileges', 'on'))
   AND source NOT IN ('database', 'user', 'database user', 'client', 'session')`,
  },
]
