import type {Mutant} from './mutant.js'

const seesAllTenants = {
  as: 'lic',
  sql: 'SELECT count(*) FROM shared_schema.tenants',
  sound: '1',
  broken: '2',
} as const

export const platformMutants: readonly Mutant[] = [
  {
    name: 'tenants may write reference data',
    sql: 'GRANT INSERT, UPDATE ON shared_schema.countries TO mitra_tenant',
    found: ['platform.writable shared_schema.countries'],
    tried: ['probe.makes'],
    shows: {
      as: 'lic',
      sql: "BEGIN; UPDATE shared_schema.countries SET name = name || '.'; ROLLBACK",
      sound: '42501',
      broken: 'done',
    },
  },
  {
    name: 'the registry shows every tenant to each',
    sql: 'ALTER TABLE shared_schema.tenants DISABLE ROW LEVEL SECURITY',
    found: [
      'platform.readable shared_schema.tenants',
      'platform.registry-policy shared_schema.tenants',
    ],
    tried: ['probe.sees'],
    shows: seesAllTenants,
  },
  {
    name: 'a policy of the registry shows every tenant to each',
    sql: 'CREATE POLICY support ON shared_schema.tenants FOR SELECT TO mitra_tenant USING (true)',
    found: ['platform.policy shared_schema.tenants'],
    tried: ['probe.sees'],
    shows: seesAllTenants,
  },
  {
    name: 'the migrator does not see the registry',
    sql: 'DROP POLICY migrator_sees_all ON shared_schema.tenants',
    found: ['platform.registry-policy shared_schema.tenants'],
    tried: ['probe.identity', 'probe.own-rows'],
    shows: {...seesAllTenants, as: 'migrator', sound: '2', broken: '0'},
  },
  {
    name: 'the ledger tells tenants of each other',
    sql: 'GRANT SELECT ON shared_schema.schema_migrations TO mitra_tenant',
    found: ['platform.readable shared_schema.schema_migrations'],
    tried: ['probe.sees'],
    shows: {
      as: 'lic',
      sql: 'SELECT count(DISTINCT tenant_id) FROM shared_schema.schema_migrations',
      sound: '42501',
      broken: '2',
    },
  },
  {
    name: 'a column of the ledger is granted',
    sql: 'GRANT SELECT (tenant_id) ON shared_schema.schema_migrations TO mitra_tenant',
    found: ['platform.column shared_schema.schema_migrations.tenant_id'],
    tried: ['probe.sees'],
    shows: {
      as: 'lic',
      sql: 'SELECT count(DISTINCT tenant_id) FROM shared_schema.schema_migrations',
      sound: '42501',
      broken: '2',
    },
  },
  {
    name: 'a view over the registry shows all of it',
    sql: 'CREATE VIEW shared_schema.directory AS SELECT name FROM shared_schema.tenants; GRANT SELECT ON shared_schema.directory TO mitra_tenant',
    found: ['platform.readable shared_schema.directory'],
    shows: {
      as: 'lic',
      sql: 'SELECT count(*) FROM shared_schema.directory',
      sound: '42P01',
      broken: '2',
    },
    mend: 'DROP VIEW shared_schema.directory',
  },
  {
    name: 'tenants may make things where names are looked up',
    sql: 'GRANT CREATE ON SCHEMA shared_schema TO mitra_tenant',
    found: ['platform.schema shared_schema'],
    tried: ['probe.makes'],
    shows: {
      as: 'lic',
      sql: 'CREATE TABLE shared_schema.mine (); DROP TABLE shared_schema.mine',
      sound: '42501',
      broken: 'done',
    },
  },
  {
    name: 'tenants may read files of the server',
    sql: 'GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO mitra_tenant',
    found: ['platform.catalog pg_catalog.pg_read_file'],
    tried: ['probe.makes'],
    shows: {
      as: 'lic',
      sql: "SELECT btrim(pg_read_file('PG_VERSION'), E'\\n')",
      sound: '42501',
      broken: '16',
    },
  },
  {
    name: 'a tenant may read the passwords of all',
    sql: 'GRANT SELECT ON pg_catalog.pg_authid TO lic_login',
    found: ['platform.catalog pg_catalog.pg_authid'],
    tried: ['probe.makes'],
    shows: {
      as: 'lic',
      sql: "SELECT count(*) FROM pg_authid WHERE rolname = 'hdfc_login' AND rolpassword IS NOT NULL",
      sound: '42501',
      broken: '1',
    },
  },
]

export const registryMutants: readonly Mutant[] = [
  {
    name: 'two tenants share a login',
    sql:
      'ALTER TABLE shared_schema.tenants DROP CONSTRAINT tenants_login_name_key;' +
      " UPDATE shared_schema.tenants SET login_name = 'lic_login' WHERE name = 'hdfc'",
    found: [
      'registry.keys shared_schema.tenants',
      'registry.same-login lic_login',
      'registry.unknown-login hdfc_login',
    ],
    tried: ['probe.becomes', 'probe.identity', 'probe.sees', 'probe.untried'],
    follows: /^(grant\.(other-role|schema) hdfc_schema|setting\.role lic_login)/,
    shows: {as: 'lic', sql: 'SELECT count(*) FROM shared_schema.tenants', sound: '1', broken: '2'},
    mend:
      "UPDATE shared_schema.tenants SET login_name = name || '_login';" +
      ' ALTER TABLE shared_schema.tenants ADD CONSTRAINT tenants_login_name_key UNIQUE (login_name)',
  },
  {
    name: 'two tenants share a schema',
    sql:
      'ALTER TABLE shared_schema.tenants DROP CONSTRAINT tenants_schema_name_key;' +
      " UPDATE shared_schema.tenants SET schema_name = 'lic_schema' WHERE name = 'hdfc'",
    found: [
      'registry.keys shared_schema.tenants',
      'registry.same-schema lic_schema',
      'registry.unknown-schema hdfc_schema',
    ],
    tried: ['probe.identity', 'probe.opens', 'probe.sees'],
    follows:
      /^(grant\.(other-role|schema) lic_schema|platform\.writable hdfc_schema|setting\.role hdfc_login)/,
    alone: 'the grants of the schema are still of one login',
    mend:
      "UPDATE shared_schema.tenants SET schema_name = name || '_schema';" +
      ' ALTER TABLE shared_schema.tenants ADD CONSTRAINT tenants_schema_name_key UNIQUE (schema_name)',
  },
  {
    name: 'a schema has another name than the registry says',
    sql: 'ALTER SCHEMA lic_schema RENAME TO lic_schema_2',
    found: ['registry.schema-missing lic_schema', 'registry.unknown-schema lic_schema_2'],
    follows: /^platform\.writable lic_schema_2\./,
    shows: {as: 'lic', sql: 'SELECT count(*) > 0 FROM users', sound: 't', broken: '42P01'},
    mend: 'ALTER SCHEMA lic_schema_2 RENAME TO lic_schema',
  },
  {
    name: 'a login has another name than the registry says',
    sql: "UPDATE shared_schema.tenants SET login_name = 'lic_login_2' WHERE name = 'lic'",
    found: ['registry.login-missing lic_login_2', 'registry.unknown-login lic_login'],
    follows: /^grant\.(other-role|schema) lic_schema/,
    shows: {as: 'lic', sql: 'SELECT count(*) > 0 FROM users', sound: 't', broken: 'f'},
    mend: "UPDATE shared_schema.tenants SET login_name = 'lic_login' WHERE name = 'lic'",
  },
  {
    name: 'a schema is left over that no tenant has',
    sql: 'CREATE SCHEMA old_schema; CREATE TABLE old_schema.users (email text)',
    found: ['registry.unknown-schema old_schema'],
    alone: 'no tenant has a grant there',
  },
  {
    name: 'a login is left over that no tenant has',
    sql: 'CREATE ROLE old_login LOGIN IN ROLE mitra_tenant',
    found: ['registry.unknown-login old_login'],
    alone: 'it sees reference data alone',
  },
]

export const outwardMutants: readonly Mutant[] = [
  {
    name: 'a publication carries all tables',
    sql: 'CREATE PUBLICATION everything FOR ALL TABLES',
    found: ['outward.publication everything'],
    shows: {
      as: 'migrator',
      sql: "SELECT count(*) > 0 FROM pg_publication_tables WHERE schemaname = 'lic_schema'",
      sound: 'f',
      broken: 't',
    },
  },
  {
    name: 'a publication carries a table of a tenant',
    sql: 'CREATE PUBLICATION people FOR TABLE lic_schema.users',
    found: ['outward.publication lic_schema.users'],
    shows: {
      as: 'migrator',
      sql: "SELECT count(*) > 0 FROM pg_publication_tables WHERE schemaname = 'lic_schema'",
      sound: 'f',
      broken: 't',
    },
    mend: 'DROP PUBLICATION people',
  },
  {
    name: 'an event trigger runs in every migration',
    sql: "CREATE FUNCTION public.undo() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER undo ON ddl_command_end EXECUTE FUNCTION public.undo()",
    found: ['outward.event-trigger undo'],
    alone: 'this one does nothing',
    mend: 'DROP EVENT TRIGGER undo; DROP FUNCTION public.undo()',
  },
  {
    name: 'a subscription writes rows that come from elsewhere',
    sql: "CREATE SUBSCRIPTION inflow CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false, enabled = false, slot_name = NONE)",
    found: ['outward.subscription inflow'],
    alone: 'this one is not running',
  },
  {
    name: 'a language is not trusted',
    sql: 'CREATE LANGUAGE plbash HANDLER plpgsql_call_handler',
    found: ['outward.language plbash'],
    alone: 'this one runs nothing but what plpgsql runs',
  },
  {
    name: 'tenants may use a foreign server',
    sql: 'CREATE FOREIGN DATA WRAPPER elsewhere; CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere; GRANT USAGE ON FOREIGN SERVER elsewhere TO mitra_tenant',
    found: ['outward.server elsewhere'],
    shows: {
      as: 'lic',
      sql: 'CREATE USER MAPPING FOR lic_login SERVER elsewhere; DROP USER MAPPING FOR lic_login SERVER elsewhere',
      sound: '42704',
      broken: 'done',
    },
    mend: 'DROP FOREIGN DATA WRAPPER elsewhere CASCADE',
  },
  {
    name: 'an extension opens connections',
    sql: 'CREATE EXTENSION dblink SCHEMA public',
    found: ['outward.extension dblink'],
    alone: 'public is closed to tenants',
  },
]
