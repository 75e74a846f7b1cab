import type {CatalogRule} from '../finding.js'

const who = `CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END`
const kind = `CASE WHEN relkind = 'S' THEN 'SEQUENCE ' ELSE '' END`
const object = `format('%I.%I', schema, name)`
const privileges = `string_agg(DISTINCT privilege, ', ' ORDER BY privilege)`
const revoke = `format('REVOKE %s ON %s%I.%I FROM %s;', ${privileges}, ${kind}, schema, name, ${who})`
const inSchema = 'GROUP BY tenant, schema, name, relkind, grantee'
const thisDatabase = '(SELECT oid FROM pg_database WHERE datname = current_database())'

/** A login has rows of its own tables; nobody else of the tenants has anything in that schema. */
export const grantRules: readonly CatalogRule[] = [
  {
    id: 'grant.other-role',
    holds: 'In a tenant’s schema only its login has grants, and the auditor reads the evidence.',
    why: 'PUBLIC, mitra_tenant and the login of another tenant are other tenants.',
    sql: `SELECT tenant, ${object}, format('%s has %s on it', ${who}, ${privileges}), ${revoke}
  FROM granted a
 WHERE NOT is_own
   AND NOT (privilege = 'SELECT' AND name ~ '^audit_' AND coalesce(grantee = to_regrole('mitra_auditor')::oid, false))
 ${inSchema}`,
  },
  {
    id: 'grant.past-policy',
    holds: 'A tenant has no TRUNCATE, REFERENCES or TRIGGER on its tables.',
    why: 'Policies do not hold for TRUNCATE; a foreign key or a trigger runs past them.',
    sql: `SELECT tenant, ${object}, format('%s has %s on it', ${who}, ${privileges}), ${revoke}
  FROM granted a WHERE is_own AND privilege IN ('TRUNCATE', 'REFERENCES', 'TRIGGER') ${inSchema}`,
  },
  {
    id: 'grant.grantable',
    holds: 'A tenant cannot give its grants away.',
    why: 'It would let another tenant in by itself.',
    sql: `SELECT tenant, ${object}, format('%s may give %s on it away', ${who}, ${privileges}),
       format('REVOKE GRANT OPTION FOR %s ON %s%I.%I FROM %s;', ${privileges}, ${kind}, schema, name, ${who})
  FROM granted a WHERE is_own AND is_grantable ${inSchema}`,
  },
  {
    id: 'grant.partition',
    holds: 'Nothing is granted on a partition.',
    why: 'A partition is bound by its own policies, not by those of its parent.',
    sql: `SELECT tenant, ${object}, format('%s has %s on this partition', ${who}, ${privileges}), ${revoke}
  FROM granted a WHERE is_own AND relispartition ${inSchema}`,
  },
  {
    id: 'grant.evidence',
    holds: 'A tenant may read its evidence and not write it.',
    why: 'Evidence that can be changed by those whose deeds it holds proves nothing.',
    sql: `SELECT tenant, ${object}, format('%s has %s on the evidence', ${who}, ${privileges}), ${revoke}
  FROM granted a
 WHERE is_own AND name ~ '^audit_' AND privilege IN ('INSERT', 'UPDATE', 'DELETE') ${inSchema}`,
  },
  {
    id: 'grant.column',
    holds: 'No column is granted by itself.',
    why: 'It opens a table that looks closed.',
    sql: `SELECT r.tenant, format('%I.%I.%I', r.schema, r.name, c.attname),
       format('%s has %s on this column', ${who}, a.privilege_type),
       format('REVOKE %s (%I) ON %I.%I FROM %s;', a.privilege_type, c.attname, r.schema, r.name, ${who})
  FROM relation r JOIN pg_attribute c ON c.attrelid = r.oid AND c.attacl IS NOT NULL
  CROSS JOIN LATERAL aclexplode(c.attacl) a
 WHERE a.grantee <> r.relowner`,
  },
  {
    id: 'grant.schema',
    holds: 'In a tenant’s schema only its login has USAGE, and nobody has CREATE.',
    why: 'USAGE is the first wall; CREATE puts a table or function where names are looked up.',
    sql: `SELECT t.name, quote_ident(t.schema_name), format('%s has %s on the schema', ${who}, a.privilege_type),
       format('REVOKE %s ON SCHEMA %I FROM %s;', a.privilege_type, t.schema_name, ${who})
  FROM tenant t CROSS JOIN LATERAL aclexplode(t.nspacl) a
 WHERE a.grantee <> t.nspowner AND (a.privilege_type = 'CREATE' OR a.grantee IS DISTINCT FROM t.login_oid)
   AND NOT (a.privilege_type = 'USAGE' AND coalesce(a.grantee = to_regrole('mitra_auditor')::oid, false))`,
  },
  {
    id: 'grant.type',
    holds: 'No type of a tenant is granted to another tenant.',
    why: 'Who has USAGE on it can build on it, and see how it is made.',
    sql: `SELECT t.name, format('%I.%I', t.schema_name, y.typname), format('%s has USAGE on this type', ${who}),
       format('REVOKE USAGE ON TYPE %I.%I FROM %s;', t.schema_name, y.typname, ${who})
  FROM tenant t JOIN pg_type y ON y.typnamespace = t.schema_oid AND y.typacl IS NOT NULL
  CROSS JOIN LATERAL aclexplode(y.typacl) a
 WHERE a.grantee <> y.typowner AND a.grantee <> 0 AND a.grantee IS DISTINCT FROM t.login_oid
   AND a.grantee IN (SELECT oid FROM tenant_reach)`,
  },
  {
    id: 'grant.default',
    holds: 'What is made in future is granted to no tenant and, functions included, not to PUBLIC.',
    why: 'The next table would be open from the moment that it is made.',
    sql: `SELECT NULL, format('default privileges of %I', pg_get_userbyid(d.defaclrole)),
       format('%s gets %s on new %s', ${who}, a.privilege_type, w.what),
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %sREVOKE %s ON %s FROM %s;', pg_get_userbyid(d.defaclrole),
         CASE WHEN n.oid IS NULL THEN '' ELSE format('IN SCHEMA %I ', n.nspname) END,
         a.privilege_type, w.what, ${who})
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
  JOIN (VALUES ('r', 'TABLES'), ('S', 'SEQUENCES'), ('f', 'FUNCTIONS'), ('T', 'TYPES'), ('n', 'SCHEMAS'))
    w (kind, what) ON w.kind = d.defaclobjtype::text
  CROSS JOIN LATERAL aclexplode(d.defaclacl) a
 WHERE a.grantee <> d.defaclrole AND a.grantee IN (SELECT oid FROM tenant_reach)
   AND NOT (a.grantee = 0 AND w.kind = 'T')
UNION ALL
SELECT NULL, 'default privileges of mitra_migrator', 'PUBLIC gets EXECUTE on new FUNCTIONS',
       'ALTER DEFAULT PRIVILEGES FOR ROLE mitra_migrator REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;'
 WHERE NOT EXISTS (SELECT FROM pg_default_acl
                    WHERE defaclrole = (SELECT oid FROM owner) AND defaclnamespace = 0 AND defaclobjtype = 'f')`,
  },
  {
    id: 'grant.database',
    holds:
      'No tenant may make schemas or temporary tables in the database, and PUBLIC may not connect.',
    why: 'A temporary table shadows a name; a schema of one’s own holds whatever one likes.',
    sql: `SELECT NULL, quote_ident(d.datname), format('%s has %s on the database', ${who}, a.privilege_type),
       format('REVOKE %s ON DATABASE %I FROM %s;', a.privilege_type, d.datname, ${who})
  FROM pg_database d CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
 WHERE d.oid = ${thisDatabase} AND a.grantee <> d.datdba AND a.grantee IN (SELECT oid FROM tenant_reach)
   AND (a.privilege_type <> 'CONNECT' OR a.grantee = 0)`,
  },
  {
    id: 'grant.other-database',
    holds: 'No other database of the cluster lets a tenant in.',
    why: 'What lies there, a copy for tests perhaps, has no wall that is checked here.',
    sql: `SELECT NULL, quote_ident(d.datname), format('%s may connect to this other database', ${who}),
       format('REVOKE CONNECT ON DATABASE %I FROM %s;', d.datname, ${who})
  FROM pg_database d CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
 WHERE d.oid <> ${thisDatabase} AND d.datallowconn AND a.privilege_type = 'CONNECT'
   AND a.grantee <> d.datdba AND a.grantee IN (SELECT oid FROM tenant_reach)`,
  },
  {
    id: 'grant.large-object',
    holds: 'No large object is granted to another tenant.',
    why: 'Large objects have no row level security.',
    sql: `SELECT g.name, format('large object %s', l.oid), format('%s has %s on it', ${who}, a.privilege_type),
       format('REVOKE %s ON LARGE OBJECT %s FROM %s;', a.privilege_type, l.oid, ${who})
  FROM pg_largeobject_metadata l LEFT JOIN registry g ON g.login_oid = l.lomowner
  CROSS JOIN LATERAL aclexplode(l.lomacl) a
 WHERE a.grantee <> l.lomowner AND a.grantee IN (SELECT oid FROM tenant_reach)`,
  },
  {
    id: 'grant.parameter',
    holds: 'No tenant may set a parameter of the administrator.',
    why: 'session_replication_role switches triggers and foreign keys off.',
    sql: `SELECT g.name, p.parname, format('%s has %s on this parameter', ${who}, a.privilege_type),
       format('REVOKE %s ON PARAMETER %I FROM %s;', a.privilege_type, p.parname, ${who})
  FROM pg_parameter_acl p CROSS JOIN LATERAL aclexplode(p.paracl) a
  LEFT JOIN registry g ON g.login_oid = a.grantee
 WHERE a.grantee IN (SELECT oid FROM tenant_reach) AND a.grantee <> 10`,
  },
]
