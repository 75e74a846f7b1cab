import {seesPlanted, type Mutant} from './mutant.js'

const trusting =
  'RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = on'
const lookup = 'shared_schema.current_tenant_id()'
const shipped = '@lookup'
const bySetting = `CREATE OR REPLACE FUNCTION ${lookup} ${trusting} AS $$SELECT coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (SELECT tenant_id FROM shared_schema.tenants WHERE login_name = session_user))$$`
const countAll = (how: string) =>
  `CREATE FUNCTION lic_schema.count_all() RETURNS bigint LANGUAGE sql ${how} AS 'SELECT count(*) FROM lic_schema.users WHERE tenant_id <> shared_schema.current_tenant_id()'; GRANT EXECUTE ON FUNCTION lic_schema.count_all() TO lic_login`
const calls = {
  as: 'lic',
  sql: 'SELECT lic_schema.count_all() > 0',
  sound: '42883',
  broken: 't',
} as const
const leavesEvidence = (broken: string) =>
  ({
    as: 'lic',
    sql:
      "BEGIN; UPDATE agents SET territory = territory || '.'; SELECT count(*) > 0 FROM audit_logs" +
      " WHERE resource_type = 'agent' AND action = 'UPDATE' AND timestamp = now(); ROLLBACK",
    sound: 't',
    broken,
  }) as const

export const functionMutants: readonly Mutant[] = [
  {
    name: 'a function of a superuser counts for whoever calls it',
    sql: `${countAll('SECURITY DEFINER')}; REVOKE ALL ON FUNCTION lic_schema.count_all() FROM PUBLIC`,
    found: [
      'function.definer lic_schema.count_all()',
      'function.names-schema lic_schema.count_all()',
      'function.owner lic_schema.count_all()',
      'function.search-path lic_schema.count_all()',
    ],
    tried: ['probe.reads'],
    shows: calls,
    mend: 'DROP FUNCTION lic_schema.count_all()',
  },
  {
    name: 'a function with the rights of its owner takes the search_path of its caller',
    sql: "SET LOCAL ROLE mitra_migrator; CREATE FUNCTION lic_schema.count_own() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::bigint'",
    found: ['function.search-path lic_schema.count_own()'],
    alone: 'tenants may not call it',
    mend: 'DROP FUNCTION lic_schema.count_own()',
  },
  {
    name: 'a function of shared_schema is open to everybody',
    sql: 'GRANT EXECUTE ON FUNCTION shared_schema.protect_table(regclass) TO PUBLIC',
    found: ['function.public shared_schema.protect_table(target regclass)'],
    shows: {
      as: 'lic',
      sql: "SELECT has_function_privilege('shared_schema.protect_table(regclass)', 'EXECUTE')",
      sound: 'f',
      broken: 't',
    },
  },
  {
    name: 'the function that writes evidence is a superuser’s',
    sql: 'ALTER FUNCTION shared_schema.record_change() OWNER TO mitra_admin',
    found: ['function.owner shared_schema.record_change()'],
    alone: 'its body writes to the tenant that fires it',
  },
  {
    name: 'policies ask a function that believes a setting',
    sql: bySetting,
    found: [`function.lookup ${lookup}`],
    tried: ['probe.identity', 'probe.owner', 'probe.reads'],
    shows: {...seesPlanted, sql: `SET app.tenant_id = '@hdfc'; ${seesPlanted.sql}`},
    mend: shipped,
  },
  {
    name: 'policies ask a function whose search_path can be chosen',
    sql: `ALTER FUNCTION ${lookup} RESET search_path`,
    found: [`function.lookup ${lookup}`, `function.search-path ${lookup}`],
    alone: 'its body names the schema of each table, not yet of each operator',
    mend: shipped,
  },
  {
    name: 'policies ask a function of a superuser',
    sql: `ALTER FUNCTION ${lookup} OWNER TO mitra_admin`,
    found: [`function.lookup ${lookup}`, `function.owner ${lookup}`],
    tried: ['probe.untried'],
    alone: 'it still asks for session_user',
    mend: `ALTER FUNCTION ${lookup} OWNER TO mitra_migrator`,
  },
  {
    name: 'policies ask a function that everybody may call',
    sql: `GRANT EXECUTE ON FUNCTION ${lookup} TO PUBLIC`,
    found: [`function.lookup ${lookup}`],
    shows: {
      as: 'migrator',
      sql: `SELECT has_function_privilege('pg_monitor', '${lookup}', 'EXECUTE')`,
      sound: 'f',
      broken: 't',
    },
    mend: `REVOKE ALL ON FUNCTION ${lookup} FROM PUBLIC`,
  },
  {
    name: 'a tenant has a current_tenant_id() of its own',
    sql: "SET LOCAL ROLE mitra_migrator; CREATE FUNCTION lic_schema.current_tenant_id() RETURNS uuid LANGUAGE sql AS $$SELECT '@hdfc'::uuid$$",
    found: ['function.lookup-copy lic_schema.current_tenant_id()'],
    shows: {
      as: 'lic',
      sql: "SELECT pronamespace::regnamespace FROM pg_proc WHERE oid = to_regproc('current_tenant_id')",
      sound: 'shared_schema',
      broken: 'lic_schema',
    },
    mend: 'DROP FUNCTION lic_schema.current_tenant_id()',
  },
  {
    name: "a function's text names the schema of another tenant",
    sql: "SET LOCAL ROLE mitra_migrator; CREATE FUNCTION lic_schema.neighbours() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM hdfc_schema.users'",
    found: ['function.names-schema lic_schema.neighbours()'],
    alone: 'it runs with the rights of its caller',
    mend: 'DROP FUNCTION lic_schema.neighbours()',
  },
]

export const triggerMutants: readonly Mutant[] = [
  {
    name: 'a table leaves no evidence',
    sql: 'DROP TRIGGER record_change ON lic_schema.agents',
    found: ['trigger.audit-missing lic_schema.agents'],
    shows: leavesEvidence('f'),
    mend: "CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON lic_schema.agents FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('agent_id', 'agent')",
  },
  {
    name: 'evidence is switched off for a table',
    sql: 'ALTER TABLE lic_schema.agents DISABLE TRIGGER record_change',
    found: ['trigger.disabled lic_schema.agents'],
    shows: leavesEvidence('f'),
  },
  {
    name: 'evidence is of inserts alone',
    sql:
      'DROP TRIGGER record_change ON lic_schema.agents; CREATE TRIGGER record_change AFTER INSERT' +
      " ON lic_schema.agents FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('agent_id', 'agent')",
    found: ['trigger.audit-missing lic_schema.agents'],
    shows: leavesEvidence('f'),
    mend: "CREATE OR REPLACE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON lic_schema.agents FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('agent_id', 'agent')",
  },
  {
    name: 'evidence is of some rows alone',
    sql:
      'CREATE OR REPLACE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON lic_schema.agents' +
      " FOR EACH ROW WHEN (pg_trigger_depth() > 5) EXECUTE FUNCTION shared_schema.record_change('agent_id', 'agent')",
    found: ['trigger.audit-missing lic_schema.agents'],
    shows: leavesEvidence('f'),
    mend: "CREATE OR REPLACE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON lic_schema.agents FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('agent_id', 'agent')",
  },
  {
    name: 'evidence can be changed by its owner',
    sql: 'DROP TRIGGER keep_evidence ON lic_schema.audit_logs',
    found: ['trigger.evidence lic_schema.audit_logs'],
    shows: {
      as: 'migrator',
      sql: "BEGIN; SELECT set_config('mitra.tenant_id', tenant_id::text, true) FROM shared_schema.tenants WHERE name = 'lic'; DELETE FROM lic_schema.audit_logs; ROLLBACK",
      sound: 'MT010',
      broken: '@lic',
    },
  },
  {
    name: 'foreign keys of a table are not checked',
    sql: 'ALTER TABLE lic_schema.user_permissions DISABLE TRIGGER ALL',
    found: ['trigger.disabled lic_schema.user_permissions'],
    tried: ['probe.oracle'],
    shows: {
      as: 'lic',
      sql: "BEGIN; INSERT INTO user_permissions (user_id, permission_name) VALUES (gen_random_uuid(), 'x'); ROLLBACK",
      sound: '23503',
      broken: 'done',
    },
  },
  {
    name: 'a trigger calls a function of another tenant',
    sql:
      "SET LOCAL ROLE mitra_migrator; CREATE FUNCTION hdfc_schema.spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';" +
      ' CREATE TRIGGER spy AFTER INSERT ON lic_schema.users FOR EACH ROW EXECUTE FUNCTION hdfc_schema.spy()',
    found: ['trigger.function lic_schema.users'],
    alone: 'this one does nothing with the rows that it is given',
    mend: 'DROP FUNCTION hdfc_schema.spy() CASCADE',
  },
]

export const viewMutants: readonly Mutant[] = [
  {
    name: 'a view of a superuser shows all rows',
    sql: 'CREATE VIEW lic_schema.people AS SELECT * FROM lic_schema.users; GRANT SELECT ON lic_schema.people TO lic_login',
    found: ['table.owner lic_schema.people', 'view.invoker lic_schema.people'],
    tried: ['probe.reads'],
    shows: {...seesPlanted, sql: seesPlanted.sql.replace('users', 'people'), sound: '42P01'},
    mend: 'DROP VIEW lic_schema.people',
  },
  {
    name: 'a view of the owner reads with the rights of the owner',
    sql: 'SET LOCAL ROLE mitra_migrator; CREATE VIEW lic_schema.people AS SELECT * FROM lic_schema.users',
    found: ['view.invoker lic_schema.people'],
    alone: 'the owner is still bound by the policies',
    mend: 'DROP VIEW lic_schema.people',
  },
  {
    name: 'a view reads another tenant',
    sql: 'SET LOCAL ROLE mitra_migrator; CREATE VIEW lic_schema.people WITH (security_invoker = true) AS SELECT u.full_name FROM hdfc_schema.users u',
    found: ['view.other-schema lic_schema.people'],
    alone: 'whoever asks needs grants there',
    mend: 'DROP VIEW lic_schema.people',
  },
  {
    name: 'a materialised view keeps the rows of all',
    sql:
      'CREATE MATERIALIZED VIEW lic_schema.people AS SELECT * FROM lic_schema.users;' +
      ' ALTER MATERIALIZED VIEW lic_schema.people OWNER TO mitra_migrator; GRANT SELECT ON lic_schema.people TO lic_login',
    found: ['view.materialized lic_schema.people'],
    tried: ['probe.reads'],
    shows: {...seesPlanted, sql: seesPlanted.sql.replace('users', 'people'), sound: '42P01'},
  },
]
