import type {CatalogRule} from '../finding.js'

const auditor = "to_regrole('mitra_auditor')::oid"
const thisDatabase = '(SELECT oid FROM pg_database WHERE datname = current_database())'

/** The SQL that takes a grant back, by the catalogue that its object is in. */
const revoke = `format('REVOKE ALL ON %s FROM mitra_auditor;', CASE d.classid
         WHEN 'pg_class'::regclass THEN 'TABLE ' || (pg_identify_object(d.classid, d.objid, 0)).identity
         WHEN 'pg_proc'::regclass THEN 'ROUTINE ' || (pg_identify_object(d.classid, d.objid, 0)).identity
         WHEN 'pg_namespace'::regclass THEN 'SCHEMA ' || (pg_identify_object(d.classid, d.objid, 0)).identity
         WHEN 'pg_database'::regclass THEN 'DATABASE ' || (SELECT quote_ident(datname) FROM pg_database WHERE oid = d.objid)
         WHEN 'pg_type'::regclass THEN 'TYPE ' || (pg_identify_object(d.classid, d.objid, 0)).identity
         WHEN 'pg_largeobject'::regclass THEN 'LARGE OBJECT ' || d.objid
         ELSE (pg_identify_object(d.classid, d.objid, 0)).type || ' ' || coalesce((pg_identify_object(d.classid, d.objid, 0)).identity, '') END)`

/** The auditor reads the evidence of all tenants: whoever has more than that has a login to all of them. */
export const auditorRules: readonly CatalogRule[] = [
  {
    id: 'auditor.role',
    holds:
      'mitra_auditor has no attribute, owns nothing, is a member of nothing and has no members.',
    why: 'With the rights of another role it reads and writes what is no evidence.',
    sql: `SELECT NULL, 'mitra_auditor', w.what, w.fix FROM (
    SELECT 'it has ' || concat_ws(', ', CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
             CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END) AS what,
           'ALTER ROLE mitra_auditor NOCREATEROLE NOCREATEDB NOREPLICATION;' AS fix
      FROM pg_roles WHERE oid = ${auditor} AND (rolcreaterole OR rolcreatedb OR rolreplication)
    UNION ALL
    SELECT format('it is a member of %I', r.rolname), format('REVOKE %I FROM mitra_auditor;', r.rolname)
      FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = ${auditor}
    UNION ALL
    -- Who made it may make members; a tenant's login that is one is told as that.
    SELECT format('%I is a member of it', r.rolname), format('REVOKE mitra_auditor FROM %I;', r.rolname)
      FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
     WHERE m.roleid = ${auditor} AND (r.rolname <> 'mitra_migrator' OR m.inherit_option OR m.set_option)
       AND r.rolname <> 'mitra_tenant' AND r.oid NOT IN (SELECT oid FROM tenant_login)
    UNION ALL
    SELECT 'it owns ' || pg_describe_object(d.classid, d.objid, d.objsubid),
           'REASSIGN OWNED BY mitra_auditor TO mitra_migrator;'
      FROM pg_shdepend d
     WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = ${auditor} AND d.deptype = 'o'
       AND d.dbid IN (0, ${thisDatabase})) w`,
  },
  {
    id: 'auditor.grant',
    holds:
      'Outside the tenants’ schemas mitra_auditor has the entry to this database and to shared_schema.',
    why: 'The registry, the ledger and other databases are no evidence.',
    // What is granted to a role is in pg_shdepend, whatever it is; of tenants' schemas and of unknown ones other
    // rules tell.
    sql: `SELECT NULL, CASE WHEN d.classid = 'pg_database'::regclass
         THEN (SELECT quote_ident(datname) FROM pg_database WHERE oid = d.objid)
         ELSE coalesce((pg_identify_object(d.classid, d.objid, 0)).identity, pg_describe_object(d.classid, d.objid, 0)) END,
       'mitra_auditor has a grant on it', ${revoke}
  FROM pg_shdepend d
 WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = ${auditor} AND d.deptype = 'a'
   AND d.dbid IN (0, ${thisDatabase})
   AND NOT (d.classid = 'pg_database'::regclass AND d.objid = ${thisDatabase})
   AND NOT (d.classid = 'pg_namespace'::regclass AND d.objid NOT IN (SELECT oid FROM pg_namespace WHERE nspname = 'public'))
   AND NOT (d.classid = 'pg_proc'::regclass AND d.objid = to_regprocedure('shared_schema.current_tenant_id()'))
   AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (
     SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = d.objid AND n.nspname !~ '^(shared_schema|public|pg_.*|information_schema)$'
        AND (c.relname ~ '^audit_' OR n.oid IN (SELECT schema_oid FROM registry WHERE schema_oid IS NOT NULL)) OFFSET 0))
UNION ALL
SELECT NULL, quote_ident(d.datname), format('mitra_auditor has %s on the database', a.privilege_type),
       format('REVOKE %s ON DATABASE %I FROM mitra_auditor;', a.privilege_type, d.datname)
  FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) a
 WHERE d.oid = ${thisDatabase} AND a.grantee = ${auditor} AND a.privilege_type <> 'CONNECT'
UNION ALL
SELECT NULL, 'shared_schema', 'mitra_auditor has CREATE on the schema',
       'REVOKE CREATE ON SCHEMA shared_schema FROM mitra_auditor;'
  FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
 WHERE n.nspname = 'shared_schema' AND a.grantee = ${auditor} AND a.privilege_type = 'CREATE'`,
  },
  {
    id: 'auditor.grantable',
    holds: 'mitra_auditor cannot give the evidence away.',
    why: 'It would let others read every tenant by itself.',
    sql: `SELECT tenant, format('%I.%I', schema, name), format('mitra_auditor may give %s on it away', privilege),
       format('REVOKE GRANT OPTION FOR %s ON %I.%I FROM mitra_auditor;', privilege, schema, name)
  FROM granted WHERE grantee = ${auditor} AND is_grantable`,
  },
]
