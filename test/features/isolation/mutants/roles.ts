import {seesPlanted, type Mutant} from './mutant.js'

const readsHdfc = {
  as: 'lic',
  sql: 'SELECT count(*) >= 0 FROM hdfc_schema.users',
  sound: '42501',
  broken: 't',
} as const

// The server reads its settings again in its own time.
const reload = 'SELECT pg_reload_conf(), pg_sleep(0.3)'

export const roleMutants: readonly Mutant[] = [
  {
    name: 'a login is above row level security',
    sql: 'ALTER ROLE lic_login BYPASSRLS',
    found: ['role.attributes lic_login'],
    tried: ['probe.reads', 'probe.sees', 'probe.writes'],
    shows: seesPlanted,
  },
  {
    name: 'a login is a superuser',
    sql: 'ALTER ROLE lic_login SUPERUSER',
    found: ['role.attributes lic_login'],
    tried: [
      'probe.becomes',
      'probe.makes',
      'probe.opens',
      'probe.reads',
      'probe.sees',
      'probe.writes',
    ],
    shows: readsHdfc,
  },
  {
    name: 'a login may make roles',
    sql: 'ALTER ROLE lic_login CREATEROLE',
    found: ['role.attributes lic_login'],
    tried: ['probe.makes'],
    shows: {as: 'lic', sql: 'CREATE ROLE mine; DROP ROLE mine', sound: '42501', broken: 'done'},
  },
  {
    name: 'a login may copy the cluster',
    sql: 'ALTER ROLE lic_login REPLICATION',
    found: ['role.attributes lic_login'],
    shows: {
      as: 'lic',
      sql: "SELECT count(*) FROM pg_create_physical_replication_slot('mine'); SELECT pg_drop_replication_slot('mine')",
      sound: '42501',
      broken: '',
    },
  },
  {
    name: 'what all tenants share has an attribute',
    sql: 'ALTER ROLE mitra_tenant CREATEROLE',
    found: ['role.attributes mitra_tenant'],
    tried: ['probe.makes'],
    shows: {
      as: 'lic',
      sql: 'SET ROLE mitra_tenant; CREATE ROLE mine; DROP ROLE mine',
      sound: '42501',
      broken: 'done',
    },
  },
  {
    name: 'a login is a member of another one',
    sql: 'GRANT hdfc_login TO lic_login',
    found: ['role.membership lic_login'],
    tried: ['probe.becomes', 'probe.opens', 'probe.sees'],
    shows: readsHdfc,
  },
  {
    name: 'a login is a member of the administrator',
    sql: 'GRANT mitra_admin TO lic_login',
    found: ['role.membership lic_login'],
    tried: ['probe.becomes', 'probe.makes', 'probe.sees'],
    shows: {...readsHdfc, sql: `SET ROLE mitra_admin; ${readsHdfc.sql}`},
  },
  {
    name: 'a login may read all data',
    sql: 'GRANT pg_read_all_data TO lic_login',
    found: ['role.membership lic_login'],
    tried: ['probe.becomes', 'probe.makes', 'probe.opens', 'probe.sees'],
    shows: readsHdfc,
  },
  {
    name: 'all tenants may read files of the server',
    sql: 'GRANT pg_read_server_files TO mitra_tenant',
    found: ['role.membership mitra_tenant'],
    tried: ['probe.becomes'],
    shows: {
      as: 'lic',
      sql: "COPY chatbot_knowledge_base (question) FROM '/nowhere/that/is'",
      sound: '42501',
      broken: '0A000',
    },
  },
  {
    name: 'a tenant may let others in',
    sql: 'GRANT mitra_tenant TO lic_login WITH ADMIN OPTION',
    found: ['role.admin-option lic_login'],
    tried: ['probe.makes'],
    shows: {
      as: 'lic',
      sql: "SELECT pg_has_role('mitra_tenant', 'MEMBER WITH ADMIN OPTION')",
      sound: 'f',
      broken: 't',
    },
  },
  {
    name: 'somebody else is above row level security',
    sql: 'CREATE ROLE reporting LOGIN BYPASSRLS',
    found: ['role.bypass reporting'],
    alone: 'it has no grants yet',
    mend: 'DROP ROLE reporting',
  },
  {
    name: 'the migrator is above row level security',
    sql: 'ALTER ROLE mitra_migrator BYPASSRLS',
    found: ['role.bypass mitra_migrator'],
    tried: ['probe.owner'],
    shows: {...seesPlanted, as: 'migrator'},
  },
  {
    name: 'a login begins in the schema of another tenant',
    sql: 'ALTER ROLE lic_login SET search_path = hdfc_schema, shared_schema',
    found: ['setting.role lic_login'],
    tried: ['probe.identity'],
    shows: {as: 'lic', sql: 'SELECT count(*) > 0 FROM users', sound: 't', broken: '42P01'},
    mend: 'ALTER ROLE lic_login SET search_path = lic_schema, shared_schema',
  },
  {
    name: 'the migrator begins as a tenant',
    sql: "ALTER ROLE mitra_migrator SET mitra.tenant_id = '@hdfc'",
    found: ['setting.role mitra_migrator'],
    tried: ['probe.owner'],
    shows: {...seesPlanted, as: 'migrator'},
  },
  {
    name: 'row level security is an error in the whole database',
    sql: 'ALTER DATABASE agent_mitra_local SET row_security = off',
    found: ['setting.role agent_mitra_local'],
    tried: ['probe.auditor', 'probe.identity', 'probe.own-rows'],
    shows: {as: 'lic', sql: 'SELECT count(*) > 0 FROM users', sound: 't', broken: '42501'},
  },
  {
    name: 'large objects lose their protection',
    sql: ['ALTER SYSTEM SET lo_compat_privileges = on', reload],
    found: ['setting.server lo_compat_privileges'],
    shows: {
      as: 'hdfc',
      sql: 'SELECT current_setting($$lo_compat_privileges$$)',
      sound: 'off',
      broken: 'on',
    },
    mend: ['ALTER SYSTEM RESET lo_compat_privileges', reload],
  },
]
