import {planted, plantedId, seesPlanted, type Mutant} from './mutant.js'

const ownerSeesPlanted = {...seesPlanted, as: 'migrator'} as const
const ownerReads = (partition: string) =>
  ({
    as: 'migrator',
    sql: `SELECT count(*) > 0 FROM lic_schema.${partition}`,
    sound: 'f',
    broken: 't',
  }) as const
const policy = (how: string) =>
  `DROP POLICY tenant_rows ON lic_schema.users; CREATE POLICY tenant_rows ON lic_schema.users ${how}`
const compares = '(tenant_id = (SELECT shared_schema.current_tenant_id()))'
// The trigger that records changes would refuse it in other tables: its own rows are bound too.
const otherRow = "INSERT INTO customer_analytics (tenant_id, event_type) VALUES ('@hdfc', 'seen')"

export const tableMutants: readonly Mutant[] = [
  {
    name: 'row level security is switched off',
    sql: 'ALTER TABLE lic_schema.users DISABLE ROW LEVEL SECURITY',
    found: ['table.security-off lic_schema.users'],
    shows: seesPlanted,
  },
  {
    name: 'row level security does not bind the owner',
    sql: 'ALTER TABLE lic_schema.users NO FORCE ROW LEVEL SECURITY',
    found: ['table.security-not-forced lic_schema.users'],
    shows: ownerSeesPlanted,
  },
  {
    name: 'row level security is switched off for a partition',
    sql: 'ALTER TABLE lic_schema.audit_logs_@month DISABLE ROW LEVEL SECURITY',
    found: ['table.security-off lic_schema.audit_logs_@month'],
    shows: ownerReads('audit_logs_@month'),
  },
  {
    name: 'row level security does not bind the owner of a partition',
    sql: 'ALTER TABLE lic_schema.audit_logs_@month NO FORCE ROW LEVEL SECURITY',
    found: ['table.security-not-forced lic_schema.audit_logs_@month'],
    shows: ownerReads('audit_logs_@month'),
  },
  {
    name: 'a partition is made by hand and granted',
    sql:
      'SET LOCAL ROLE mitra_migrator; CREATE TABLE lic_schema.customer_analytics_1999_01 PARTITION OF' +
      " lic_schema.customer_analytics FOR VALUES FROM ('1999-01-01') TO ('1999-02-01');" +
      ' GRANT SELECT ON lic_schema.customer_analytics_1999_01 TO lic_login; RESET ROLE;' +
      " INSERT INTO lic_schema.customer_analytics (tenant_id, event_type, timestamp) VALUES ('@hdfc', 'seen', '1999-01-02')",
    found: [
      'grant.partition lic_schema.customer_analytics_1999_01',
      'policy.missing lic_schema.customer_analytics_1999_01',
      'table.security-not-forced lic_schema.customer_analytics_1999_01',
      'table.security-off lic_schema.customer_analytics_1999_01',
    ],
    shows: {
      as: 'lic',
      sql: 'SELECT count(*) FROM lic_schema.customer_analytics_1999_01',
      sound: '42P01',
      broken: '1',
    },
    mend: 'DROP TABLE lic_schema.customer_analytics_1999_01',
  },
  {
    name: 'a table is made without a thought of tenants',
    sql:
      'SET LOCAL ROLE mitra_migrator; CREATE TABLE lic_schema.notes (note_id int PRIMARY KEY, text text);' +
      ' GRANT SELECT, INSERT ON lic_schema.notes TO lic_login',
    found: [
      'key.unique lic_schema.notes_pkey',
      'policy.missing lic_schema.notes',
      'table.security-not-forced lic_schema.notes',
      'table.security-off lic_schema.notes',
      'table.tenant-column lic_schema.notes',
      'trigger.audit-missing lic_schema.notes',
    ],
    shows: {as: 'lic', sql: 'SELECT count(*) FROM notes', sound: '42P01', broken: '0'},
    mend: 'DROP TABLE lic_schema.notes',
  },
  {
    name: 'a row may have no tenant',
    sql:
      'SET LOCAL ROLE mitra_migrator; CREATE TABLE lic_schema.notes (tenant_id uuid, text text);' +
      " SELECT shared_schema.protect_table('lic_schema.notes')",
    found: ['table.tenant-column lic_schema.notes'],
    alone: 'the policy hides such a row from everybody; it is lost, not seen',
    mend: 'DROP TABLE lic_schema.notes',
  },
  {
    name: 'a copied table fills in the tenant that it was copied from',
    sql: "ALTER TABLE lic_schema.users ALTER COLUMN tenant_id SET DEFAULT '@hdfc'",
    found: ['table.tenant-default lic_schema.users'],
    shows: {
      as: 'lic',
      sql: "INSERT INTO users (role) VALUES ('agent') RETURNING 'written'",
      sound: 'written',
      broken: '42501',
    },
  },
  {
    name: 'the login of a tenant owns its table',
    sql: 'GRANT CREATE ON SCHEMA lic_schema TO lic_login; ALTER TABLE lic_schema.users OWNER TO lic_login; REVOKE CREATE ON SCHEMA lic_schema FROM lic_login',
    found: ['role.owner table lic_schema.users', 'table.owner lic_schema.users'],
    shows: {
      ...seesPlanted,
      sql: `BEGIN; ALTER TABLE lic_schema.users DISABLE ROW LEVEL SECURITY; ${seesPlanted.sql}; ROLLBACK`,
      sound: '42501',
    },
    mend:
      'ALTER TABLE lic_schema.users OWNER TO mitra_migrator;' +
      ' REVOKE ALL ON lic_schema.users FROM lic_login; GRANT SELECT, INSERT, UPDATE, DELETE ON lic_schema.users TO lic_login',
  },
  {
    name: 'a superuser owns the schema of a tenant',
    sql: 'ALTER SCHEMA lic_schema OWNER TO mitra_admin',
    found: ['schema.owner lic_schema'],
    shows: {
      as: 'migrator',
      sql: 'CREATE TABLE lic_schema.t (); DROP TABLE lic_schema.t',
      sound: 'done',
      broken: '42501',
    },
  },
  {
    name: "another tenant's table inherits from one",
    sql:
      'SET LOCAL ROLE mitra_migrator; CREATE TABLE hdfc_schema.more () INHERITS (lic_schema.whatsapp_templates);' +
      " SELECT shared_schema.protect_table('hdfc_schema.more')",
    found: ['table.inheritance hdfc_schema.more'],
    mend: 'DROP TABLE hdfc_schema.more',
    alone: 'the policy of the parent still compares tenants',
  },
  {
    name: 'a foreign table stands among the tables of a tenant',
    sql:
      'CREATE FOREIGN DATA WRAPPER elsewhere; CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere;' +
      ' CREATE FOREIGN TABLE lic_schema.others (tenant_id uuid) SERVER elsewhere; ALTER FOREIGN TABLE lic_schema.others OWNER TO mitra_migrator',
    found: ['table.foreign lic_schema.others'],
    alone: 'a wrapper without a handler answers nothing',
    mend: 'DROP FOREIGN DATA WRAPPER elsewhere CASCADE',
  },
  {
    name: 'a rule copies what is written to another tenant',
    sql:
      'CREATE RULE copies AS ON INSERT TO lic_schema.chatbot_knowledge_base DO ALSO INSERT INTO' +
      ' hdfc_schema.chatbot_knowledge_base (tenant_id, question, answer) VALUES (NEW.tenant_id, NEW.question, NEW.answer)',
    found: ['table.rule lic_schema.chatbot_knowledge_base'],
    shows: {
      as: 'lic',
      sql:
        "INSERT INTO chatbot_knowledge_base (question, answer) VALUES ('q', 'a');" +
        " SELECT n_tup_ins > 0 FROM (SELECT pg_stat_get_xact_tuples_inserted(c.oid) AS n_tup_ins FROM pg_class c WHERE c.relname = 'chatbot_knowledge_base' AND c.relnamespace::regnamespace::text = 'hdfc_schema') x",
      sound: 'f',
      broken: 't',
    },
  },
]

export const policyMutants: readonly Mutant[] = [
  {
    name: 'a table has no policy',
    sql: 'DROP POLICY tenant_rows ON lic_schema.users',
    found: ['policy.missing lic_schema.users'],
    shows: {as: 'lic', sql: 'SELECT count(*) > 0 FROM users', sound: 't', broken: 'f'},
  },
  {
    name: 'a second policy shows everything',
    sql: 'CREATE POLICY support ON lic_schema.users USING (true)',
    found: ['policy.second lic_schema.users'],
    shows: seesPlanted,
  },
  {
    name: 'a second policy shows everything to all tenants, for reading alone',
    sql: 'CREATE POLICY support ON lic_schema.users FOR SELECT TO mitra_tenant USING (true)',
    found: ['policy.second lic_schema.users'],
    shows: seesPlanted,
  },
  {
    name: 'a second policy lets anything be inserted',
    sql: 'CREATE POLICY import ON lic_schema.customer_analytics FOR INSERT WITH CHECK (true)',
    found: ['policy.second lic_schema.customer_analytics'],
    shows: {as: 'lic', sql: otherRow, sound: '42501', broken: 'done'},
  },
  {
    name: 'a policy that was copied names the tenant that it was copied from',
    sql: policy("USING (tenant_id = '@hdfc') WITH CHECK (tenant_id = '@hdfc')"),
    found: ['policy.literal lic_schema.users'],
    shows: seesPlanted,
  },
  {
    name: 'a policy believes a setting',
    sql: policy(
      "USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)",
    ),
    found: ['policy.expression lic_schema.users'],
    shows: {...seesPlanted, sql: `SET app.tenant_id = '@hdfc'; ${seesPlanted.sql}`},
  },
  {
    name: 'a policy makes an exception',
    sql: policy(`USING (${compares} OR role = 'agent') WITH CHECK ${compares}`),
    found: ['policy.expression lic_schema.users'],
    shows: seesPlanted,
  },
  {
    name: 'a policy is the wrong way round',
    sql: policy(
      'USING (tenant_id <> (SELECT shared_schema.current_tenant_id())) WITH CHECK (tenant_id = (SELECT shared_schema.current_tenant_id()))',
    ),
    found: ['policy.expression lic_schema.users'],
    shows: seesPlanted,
  },
  {
    name: 'a policy compares another column',
    sql: policy(
      'USING (user_id = (SELECT shared_schema.current_tenant_id()) OR tenant_id IS NOT NULL)',
    ),
    found: ['policy.expression lic_schema.users'],
    shows: seesPlanted,
  },
  {
    name: 'a policy lets rows be written for others',
    sql: policy(`USING ${compares} WITH CHECK (true)`).replaceAll('users', 'customer_analytics'),
    found: ['policy.check lic_schema.customer_analytics'],
    shows: {as: 'lic', sql: otherRow, sound: '42501', broken: 'done'},
  },
  {
    name: 'a policy has no WITH CHECK',
    sql: policy(`USING ${compares}`),
    found: ['policy.check lic_schema.users'],
    alone: 'Postgres checks with USING until that is changed',
  },
  {
    name: 'a policy is for reading alone',
    sql: policy(`FOR SELECT USING ${compares}`),
    found: ['policy.command lic_schema.users'],
    shows: {
      as: 'lic',
      sql: "INSERT INTO users (role) VALUES ('agent') RETURNING 'written'",
      sound: 'written',
      broken: '42501',
    },
  },
  {
    name: 'a policy is for tenants alone, and the migrator is bound by none',
    sql: policy(`TO mitra_tenant USING ${compares} WITH CHECK ${compares}`),
    found: ['policy.roles lic_schema.users'],
    shows: {
      as: 'migrator',
      sql: `SET mitra.tenant_id = '@hdfc'; ${seesPlanted.sql}`,
      sound: '1',
      broken: '0',
    },
  },
  {
    name: 'a policy shows the owner everything',
    sql: 'CREATE POLICY owner ON lic_schema.users TO mitra_migrator USING (true)',
    found: ['policy.roles lic_schema.users'],
    shows: ownerSeesPlanted,
  },
  {
    name: 'the policy of a partition shows everything',
    sql:
      'DROP POLICY tenant_rows ON lic_schema.audit_logs_@month;' +
      ' CREATE POLICY tenant_rows ON lic_schema.audit_logs_@month USING (true) WITH CHECK (true)',
    found: ['policy.expression lic_schema.audit_logs_@month'],
    shows: ownerReads('audit_logs_@month'),
  },
]

export const keyMutants: readonly Mutant[] = [
  {
    name: 'an email is unique among all tenants',
    sql: 'ALTER TABLE lic_schema.users ADD CONSTRAINT one_email UNIQUE (email)',
    found: ['key.unique lic_schema.one_email'],
    shows: {
      as: 'lic',
      sql: `INSERT INTO users (role, email) VALUES ('agent', '${planted}'); DELETE FROM users WHERE email = '${planted}'`,
      sound: 'done',
      broken: '23505',
    },
  },
  {
    name: 'a unique index holds the tenant beside its key, not in it',
    sql: 'CREATE UNIQUE INDEX one_email ON lic_schema.users (lower(email)) INCLUDE (tenant_id) WHERE email IS NOT NULL',
    found: ['key.unique lic_schema.one_email'],
    shows: {
      as: 'lic',
      sql: `INSERT INTO users (role, email) VALUES ('agent', '${planted}'); DELETE FROM users WHERE email = '${planted}'`,
      sound: 'done',
      broken: '23505',
    },
  },
  {
    name: 'an exclusion constraint leaves the tenant out',
    sql: 'ALTER TABLE lic_schema.users ADD CONSTRAINT one_email EXCLUDE USING btree (email WITH =)',
    found: ['key.exclusion lic_schema.users'],
    shows: {
      as: 'lic',
      sql: `INSERT INTO users (role, email) VALUES ('agent', '${planted}'); DELETE FROM users WHERE email = '${planted}'`,
      sound: 'done',
      broken: '23P01',
    },
  },
  {
    name: 'a foreign key leaves the tenant out',
    sql:
      'ALTER TABLE lic_schema.users ADD CONSTRAINT one_id UNIQUE (user_id);' +
      ' ALTER TABLE lic_schema.user_permissions ADD CONSTRAINT granter FOREIGN KEY (granted_by) REFERENCES lic_schema.users (user_id);' +
      ' ALTER TABLE lic_schema.user_permissions DROP CONSTRAINT user_permissions_tenant_id_granted_by_fkey',
    found: ['key.foreign lic_schema.user_permissions', 'key.unique lic_schema.one_id'],
    shows: {
      as: 'lic',
      sql: `BEGIN; INSERT INTO user_permissions (user_id, permission_name, granted_by) SELECT user_id, 'x', '${plantedId}' FROM users LIMIT 1; ROLLBACK`,
      sound: '23503',
      broken: 'done',
    },
    mend:
      ' ALTER TABLE lic_schema.user_permissions DROP CONSTRAINT granter; ALTER TABLE lic_schema.users DROP CONSTRAINT one_id;' +
      ' ALTER TABLE lic_schema.user_permissions ADD FOREIGN KEY (tenant_id, granted_by) REFERENCES lic_schema.users (tenant_id, user_id)',
  },
  {
    name: "a foreign key leads into another tenant's schema",
    sql:
      'ALTER TABLE hdfc_schema.users ADD CONSTRAINT one_id UNIQUE (user_id); ALTER TABLE lic_schema.user_permissions' +
      ' ADD CONSTRAINT granter FOREIGN KEY (resource_id) REFERENCES hdfc_schema.users (user_id)',
    found: [
      'key.foreign lic_schema.user_permissions',
      'key.foreign-other-schema lic_schema.user_permissions',
      'key.unique hdfc_schema.one_id',
    ],
    shows: {
      as: 'lic',
      sql: "BEGIN; INSERT INTO user_permissions (user_id, permission_name, resource_id) SELECT user_id, 'x', gen_random_uuid() FROM users LIMIT 1; ROLLBACK",
      sound: 'done',
      broken: '23503',
    },
    mend: 'ALTER TABLE lic_schema.user_permissions DROP CONSTRAINT granter; ALTER TABLE hdfc_schema.users DROP CONSTRAINT one_id',
  },
  {
    name: 'one sequence numbers the rows of all tenants',
    sql:
      'SET LOCAL ROLE mitra_migrator; CREATE SEQUENCE shared_schema.numbers; GRANT USAGE ON SEQUENCE shared_schema.numbers TO mitra_tenant;' +
      " ALTER TABLE lic_schema.users ADD COLUMN number bigint DEFAULT nextval('shared_schema.numbers')",
    found: ['key.sequence lic_schema.users', 'platform.writable shared_schema.numbers'],
    shows: {
      as: 'hdfc',
      sql: "SELECT nextval('shared_schema.numbers') > 1",
      sound: '42P01',
      broken: 't',
    },
    mend: 'ALTER TABLE lic_schema.users DROP COLUMN number; DROP SEQUENCE shared_schema.numbers',
  },
]
