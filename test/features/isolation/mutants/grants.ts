import type {Mutant} from './mutant.js'

const may = (who: string, table: string, privilege: string) =>
  `SELECT has_table_privilege('${who}', c.oid, '${privilege}') FROM pg_class c WHERE c.relname = '${table}' AND c.relnamespace::regnamespace::text = 'lic_schema'`

export const grantMutants: readonly Mutant[] = [
  {
    name: 'a table is granted to PUBLIC',
    sql: 'GRANT SELECT ON lic_schema.users TO PUBLIC',
    found: ['grant.other-role lic_schema.users'],
    tried: ['probe.auditor'],
    shows: {as: 'hdfc', sql: may('hdfc_login', 'users', 'SELECT'), sound: 'f', broken: 't'},
  },
  {
    name: 'a table is granted to another tenant',
    sql: 'GRANT SELECT, UPDATE ON lic_schema.users TO hdfc_login',
    found: ['grant.other-role lic_schema.users'],
    shows: {as: 'hdfc', sql: may('hdfc_login', 'users', 'UPDATE'), sound: 'f', broken: 't'},
  },
  {
    name: 'a table is granted to all tenants',
    sql: 'GRANT INSERT ON lic_schema.users TO mitra_tenant',
    found: ['grant.other-role lic_schema.users'],
    shows: {as: 'hdfc', sql: may('hdfc_login', 'users', 'INSERT'), sound: 'f', broken: 't'},
  },
  {
    name: 'the auditor reads more than evidence',
    sql: 'GRANT SELECT ON lic_schema.users TO mitra_auditor',
    found: ['grant.other-role lic_schema.users'],
    tried: ['probe.auditor'],
    shows: {as: 'migrator', sql: may('mitra_auditor', 'users', 'SELECT'), sound: 'f', broken: 't'},
  },
  {
    name: 'a column is granted to another tenant',
    sql: 'GRANT SELECT (email) ON lic_schema.users TO hdfc_login',
    found: ['grant.column lic_schema.users.email'],
    shows: {
      as: 'hdfc',
      sql: "SELECT has_any_column_privilege(c.oid, 'SELECT') FROM pg_class c WHERE c.relname = 'users' AND c.relnamespace::regnamespace::text = 'lic_schema'",
      sound: 'f',
      broken: 't',
    },
  },
  {
    name: 'the schema of a tenant is opened to all',
    sql: 'GRANT USAGE ON SCHEMA lic_schema TO mitra_tenant',
    found: ['grant.schema lic_schema'],
    shows: {
      as: 'hdfc',
      sql: "SELECT to_regclass('lic_schema.users') IS NOT NULL",
      sound: '42501',
      broken: 't',
    },
  },
  {
    name: 'a tenant may make tables in its schema',
    sql: 'GRANT CREATE ON SCHEMA lic_schema TO lic_login',
    found: ['grant.schema lic_schema'],
    tried: ['probe.makes'],
    shows: {
      as: 'lic',
      sql: 'CREATE TABLE lic_schema.mine (); DROP TABLE lic_schema.mine',
      sound: '42501',
      broken: 'done',
    },
  },
  {
    name: 'a tenant may empty a table, past its policy',
    sql: 'GRANT TRUNCATE ON lic_schema.user_sessions TO lic_login',
    found: ['grant.past-policy lic_schema.user_sessions'],
    tried: ['probe.writes'],
    shows: {
      as: 'lic',
      sql: 'BEGIN; TRUNCATE user_sessions; ROLLBACK',
      sound: '42501',
      broken: 'done',
    },
  },
  {
    name: 'a tenant may put triggers and foreign keys on a table',
    sql: 'GRANT TRIGGER, REFERENCES ON lic_schema.users TO lic_login',
    found: ['grant.past-policy lic_schema.users'],
    shows: {as: 'lic', sql: may('lic_login', 'users', 'TRIGGER'), sound: 'f', broken: 't'},
  },
  {
    name: 'a tenant may give its rows away',
    sql: 'GRANT SELECT ON lic_schema.users TO lic_login WITH GRANT OPTION',
    found: ['grant.grantable lic_schema.users'],
    shows: {
      as: 'lic',
      sql: may('lic_login', 'users', 'SELECT WITH GRANT OPTION'),
      sound: 'f',
      broken: 't',
    },
  },
  {
    name: 'a partition is granted',
    sql: 'GRANT SELECT ON lic_schema.audit_logs_@month TO lic_login',
    found: ['grant.partition lic_schema.audit_logs_@month'],
    shows: {
      as: 'lic',
      sql: 'SELECT count(*) >= 0 FROM audit_logs_@month',
      sound: '42501',
      broken: 't',
    },
  },
  {
    name: 'evidence may be written by those whose deeds it holds',
    sql: 'GRANT INSERT ON lic_schema.audit_logs TO lic_login',
    found: ['grant.evidence lic_schema.audit_logs'],
    tried: ['probe.writes'],
    shows: {
      as: 'lic',
      sql: "BEGIN; INSERT INTO audit_logs (action) VALUES ('UPDATE'); ROLLBACK",
      sound: '42501',
      broken: 'done',
    },
  },
  {
    name: 'a type is granted to another tenant',
    sql: 'GRANT USAGE ON TYPE lic_schema.user_role_enum TO hdfc_login',
    found: ['grant.type lic_schema.user_role_enum'],
    alone: 'the schema is still closed',
  },
  {
    name: 'tables to come are granted to all tenants',
    sql: 'ALTER DEFAULT PRIVILEGES FOR ROLE mitra_migrator GRANT SELECT ON TABLES TO mitra_tenant',
    found: ['grant.default default privileges of mitra_migrator'],
    shows: {
      as: 'migrator',
      sql: "BEGIN; CREATE TABLE lic_schema.t (); SELECT has_table_privilege('mitra_tenant', 'lic_schema.t', 'SELECT'); ROLLBACK",
      sound: 'f',
      broken: 't',
    },
  },
  {
    name: 'functions to come are open to everybody',
    sql: 'ALTER DEFAULT PRIVILEGES FOR ROLE mitra_migrator GRANT EXECUTE ON FUNCTIONS TO PUBLIC',
    found: ['grant.default default privileges of mitra_migrator'],
    shows: {
      as: 'migrator',
      sql: "BEGIN; CREATE FUNCTION lic_schema.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT has_function_privilege('hdfc_login', 'lic_schema.f()', 'EXECUTE'); ROLLBACK",
      sound: 'f',
      broken: 't',
    },
  },
  {
    name: 'tenants may make temporary tables',
    sql: 'GRANT TEMPORARY ON DATABASE agent_mitra_local TO PUBLIC',
    found: ['grant.database agent_mitra_local'],
    tried: ['probe.auditor', 'probe.makes'],
    shows: {as: 'lic', sql: 'CREATE TEMP TABLE users ()', sound: '42501', broken: 'done'},
  },
  {
    name: 'tenants may make schemas',
    sql: 'GRANT CREATE ON DATABASE agent_mitra_local TO mitra_tenant',
    found: ['grant.database agent_mitra_local'],
    tried: ['probe.makes'],
    shows: {
      as: 'lic',
      sql: 'CREATE SCHEMA mine; DROP SCHEMA mine',
      sound: '42501',
      broken: 'done',
    },
  },
  {
    name: "the cluster's own database lets tenants in",
    sql: 'GRANT CONNECT ON DATABASE postgres TO mitra_tenant',
    found: ['grant.other-database postgres'],
    tried: ['probe.sees'],
    shows: {
      as: 'lic',
      sql: "SELECT has_database_privilege('postgres', 'CONNECT')",
      sound: 'f',
      broken: 't',
    },
  },
  {
    name: 'a large object is open to everybody',
    sql: "SELECT lo_from_bytea(77777, 'words of lic'); GRANT SELECT ON LARGE OBJECT 77777 TO PUBLIC",
    found: ['grant.large-object large object 77777'],
    shows: {
      as: 'hdfc',
      sql: "SELECT convert_from(lo_get(77777), 'UTF8')",
      sound: '42704',
      broken: 'words of lic',
    },
    mend: 'SELECT lo_unlink(77777)',
  },
  {
    name: 'a tenant may switch triggers and foreign keys off',
    sql: 'GRANT SET ON PARAMETER session_replication_role TO lic_login',
    found: ['grant.parameter session_replication_role'],
    tried: ['probe.makes'],
    shows: {
      as: 'lic',
      sql: "SET session_replication_role = 'replica'",
      sound: '42501',
      broken: 'done',
    },
  },
]
