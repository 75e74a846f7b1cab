import {planted, plantedId, type Mutant} from './mutant.js'

export const keyMutants: readonly Mutant[] = [
  {
    name: 'an email is unique among all tenants',
    sql: 'ALTER TABLE lic_schema.users ADD CONSTRAINT one_email UNIQUE (email)',
    found: ['key.unique lic_schema.one_email'],
    tried: ['probe.oracle'],
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
    tried: ['probe.oracle'],
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
    tried: ['probe.oracle'],
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
    tried: ['probe.oracle'],
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
    tried: ['probe.oracle'],
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
