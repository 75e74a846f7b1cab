import {ownerReads, seesPlanted, type Mutant} from './mutant.js'

const ownerSeesPlanted = {...seesPlanted, as: 'migrator'} as const
export const tableMutants: readonly Mutant[] = [
  {
    name: 'row level security is switched off',
    sql: 'ALTER TABLE lic_schema.users DISABLE ROW LEVEL SECURITY',
    found: ['table.security-off lic_schema.users'],
    tried: ['probe.owner', 'probe.reads', 'probe.writes'],
    shows: seesPlanted,
  },
  {
    name: 'row level security does not bind the owner',
    sql: 'ALTER TABLE lic_schema.users NO FORCE ROW LEVEL SECURITY',
    found: ['table.security-not-forced lic_schema.users'],
    tried: ['probe.owner'],
    shows: ownerSeesPlanted,
  },
  {
    name: 'row level security is switched off for a partition',
    sql: 'ALTER TABLE lic_schema.audit_logs_@month DISABLE ROW LEVEL SECURITY',
    found: ['table.security-off lic_schema.audit_logs_@month'],
    tried: ['probe.owner'],
    shows: ownerReads('audit_logs_@month'),
  },
  {
    name: 'row level security does not bind the owner of a partition',
    sql: 'ALTER TABLE lic_schema.audit_logs_@month NO FORCE ROW LEVEL SECURITY',
    found: ['table.security-not-forced lic_schema.audit_logs_@month'],
    tried: ['probe.owner'],
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
    tried: ['probe.owner', 'probe.reads'],
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
    tried: ['probe.own-rows'],
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
    tried: ['probe.writes'],
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
