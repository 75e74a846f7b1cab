import type {Mutant} from './mutant.js'

// Its sessions begin read-only; what counts is what its grants allow.
const writing = (sql: string) => `BEGIN READ WRITE; ${sql}; ROLLBACK`

/** The one login that reaches every tenant. */
export const auditorMutants: readonly Mutant[] = [
  {
    name: 'the auditor may write the evidence',
    sql: 'GRANT INSERT ON lic_schema.audit_logs TO mitra_auditor',
    found: ['grant.other-role lic_schema.audit_logs'],
    tried: ['probe.auditor'],
    shows: {
      as: 'auditor',
      sql: writing('INSERT INTO lic_schema.audit_logs (tenant_id) SELECT NULL::uuid WHERE false'),
      sound: '42501',
      broken: 'done',
    },
  },
  {
    name: 'the auditor may not read the evidence of a tenant',
    sql: 'REVOKE SELECT ON lic_schema.audit_logs FROM mitra_auditor',
    found: [],
    tried: ['probe.auditor'],
    shows: {
      as: 'auditor',
      sql: 'SELECT count(*) >= 0 FROM lic_schema.audit_logs',
      sound: 't',
      broken: '42501',
    },
    mend: 'SET ROLE mitra_migrator; GRANT SELECT ON lic_schema.audit_logs TO mitra_auditor; RESET ROLE',
  },
  {
    name: 'the auditor may give the evidence away',
    sql: 'SET ROLE mitra_migrator; GRANT SELECT ON lic_schema.audit_links TO mitra_auditor WITH GRANT OPTION; RESET ROLE',
    found: ['auditor.grantable lic_schema.audit_links'],
    shows: {
      as: 'auditor',
      sql: "SELECT has_table_privilege('lic_schema.audit_links', 'SELECT WITH GRANT OPTION')",
      sound: 'f',
      broken: 't',
    },
  },
  {
    name: 'the auditor may make roles',
    sql: 'ALTER ROLE mitra_auditor CREATEROLE',
    found: ['auditor.role mitra_auditor'],
    tried: ['probe.auditor'],
    shows: {as: 'auditor', sql: writing('CREATE ROLE mine'), sound: '42501', broken: 'done'},
  },
  {
    name: 'the auditor reads the rows of all tables',
    sql: 'GRANT pg_read_all_data TO mitra_auditor',
    found: ['auditor.role mitra_auditor'],
    tried: ['probe.auditor'],
    shows: {
      as: 'auditor',
      sql: 'SELECT count(*) >= 0 FROM hdfc_schema.users',
      sound: '42501',
      broken: 't',
    },
  },
  {
    name: 'the auditor owns a table',
    sql: 'CREATE TABLE shared_schema.kept (); ALTER TABLE shared_schema.kept OWNER TO mitra_auditor',
    found: ['auditor.role mitra_auditor'],
    shows: {
      as: 'auditor',
      sql: "SELECT to_regclass('shared_schema.kept') IS NOT NULL",
      sound: 'f',
      broken: 't',
    },
    follows: /^platform\./,
    mend: 'DROP TABLE shared_schema.kept',
  },
  {
    name: 'the auditor reads the registry',
    sql: 'GRANT SELECT ON shared_schema.tenants TO mitra_auditor',
    found: ['auditor.grant shared_schema.tenants'],
    tried: ['probe.auditor'],
    shows: {
      as: 'auditor',
      sql: 'SELECT count(*) >= 0 FROM shared_schema.tenants',
      sound: '42501',
      broken: 't',
    },
  },
  {
    name: 'the auditor may call more than it needs',
    sql: 'GRANT EXECUTE ON FUNCTION shared_schema.schema_digest(text, text) TO mitra_auditor',
    found: ['auditor.grant shared_schema.schema_digest(pg_catalog.text,pg_catalog.text)'],
    shows: {
      as: 'auditor',
      sql: "SELECT shared_schema.schema_digest('lic_schema', 'lic_login') IS NOT NULL",
      sound: '42501',
      broken: 't',
    },
  },
  {
    name: 'the auditor may enter another database',
    sql: 'GRANT CONNECT ON DATABASE postgres TO mitra_auditor',
    found: ['auditor.grant postgres'],
    tried: ['probe.auditor'],
    shows: {
      as: 'auditor',
      sql: "SELECT has_database_privilege('postgres', 'CONNECT')",
      sound: 'f',
      broken: 't',
    },
  },
  {
    name: 'the auditor may make temporary tables',
    sql: 'GRANT TEMPORARY ON DATABASE agent_mitra_local TO mitra_auditor',
    found: ['auditor.grant agent_mitra_local'],
    tried: ['probe.auditor'],
    shows: {
      as: 'auditor',
      sql: writing('CREATE TEMP TABLE mine ()'),
      sound: '42501',
      broken: 'done',
    },
  },
]
