import type {MigrationScope} from '../../../../src/ports/migration-files.js'

const table = (name: string, rest = '') =>
  `CREATE TABLE ${name} (tenant_id uuid NOT NULL, id uuid NOT NULL${rest}, PRIMARY KEY (tenant_id, id));`
const safe = (name: string) => `SELECT shared_schema.protect_table('${name}'::regclass);`
export const claims = (rest = '') => `${table('claims', rest)}\n${safe('claims')}`

interface Case {
  readonly rule: string
  readonly sql: string
  /** Lines of the file; `sql` begins on line 2. */
  readonly line?: readonly number[]
  readonly scope?: MigrationScope
}

/** SQL that each rule must find, and where. */
export const unsafe: readonly Case[] = [
  {rule: 'tenant-id-missing', sql: `CREATE TABLE claims (id uuid);\n${safe('claims')}`},
  {
    rule: 'tenant-id-missing',
    sql: `SELECT 1;\nCREATE TABLE claims (tenant_id uuid, id uuid);\n${safe('claims')}`,
    line: [3],
  },
  {rule: 'tenant-id-missing', sql: 'CREATE TABLE claims AS SELECT * FROM users;'},
  {rule: 'tenant-id-missing', sql: 'ALTER TABLE users ALTER COLUMN tenant_id DROP NOT NULL;'},
  {rule: 'tenant-id-missing', sql: 'ALTER TABLE users DROP COLUMN tenant_id;'},
  {rule: 'rls-missing', sql: table('claims')},
  {
    rule: 'rls-missing',
    sql: `${table('claims')}\nALTER TABLE claims ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON claims USING (tenant_id = shared_schema.current_tenant_id());`,
  },
  {
    rule: 'rls-missing',
    sql: `CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');`,
  },
  {
    rule: 'rls-missing',
    sql: `DO $$\nBEGIN\n  CREATE TABLE claims (tenant_id uuid NOT NULL);\nEND $$;`,
    line: [4],
  },
  {
    rule: 'rls-missing',
    sql: `DO $$ BEGIN\n  EXECUTE 'CREATE TABLE claims (tenant_id uuid NOT NULL)';\nEND $$;`,
    line: [3],
  },
  {
    rule: 'rls-missing',
    scope: 'shared',
    sql: 'CREATE TABLE shared_schema.invoices (tenant_id uuid NOT NULL, id uuid);',
  },
  {rule: 'rls-weakened', sql: 'ALTER TABLE users NO FORCE ROW LEVEL SECURITY;'},
  {rule: 'rls-weakened', sql: 'ALTER TABLE users DISABLE ROW LEVEL SECURITY;'},
  {rule: 'rls-weakened', sql: 'DROP POLICY tenant_rows ON users;'},
  {rule: 'policy-open', sql: 'CREATE POLICY everyone ON users USING (true);'},
  {rule: 'policy-open', sql: 'CREATE POLICY p ON users TO mitra_tenant USING (true);'},
  {
    rule: 'policy-open',
    sql: 'CREATE POLICY half ON users USING (tenant_id = shared_schema.current_tenant_id()) WITH CHECK (true);',
  },
  {rule: 'policy-open', sql: 'ALTER POLICY tenant_rows ON users USING (email IS NOT NULL);'},
  {rule: 'unique-without-tenant', sql: claims(', number text UNIQUE')},
  {
    rule: 'unique-without-tenant',
    sql: `CREATE TABLE claims (tenant_id uuid NOT NULL, id uuid PRIMARY KEY);\n${safe('claims')}`,
  },
  {rule: 'unique-without-tenant', sql: claims(', EXCLUDE USING gist (id WITH =)')},
  {
    rule: 'unique-without-tenant',
    sql: `${claims(', a text')}\nCREATE UNIQUE INDEX claims_a ON claims (lower(a));`,
    line: [4],
  },
  {
    rule: 'unique-without-tenant',
    sql: `${claims(', a text')}\nCREATE UNIQUE INDEX i ON claims (a);\nALTER TABLE claims ADD CONSTRAINT u UNIQUE USING INDEX i;`,
    line: [4, 5],
  },
  {
    rule: 'unique-without-partition-key',
    sql: 'ALTER TABLE events ADD CONSTRAINT once UNIQUE (tenant_id, id);',
  },
  {
    rule: 'unique-without-partition-key',
    sql: `CREATE TABLE visits (tenant_id uuid NOT NULL, id uuid, at date, PRIMARY KEY (tenant_id, id)) PARTITION BY RANGE (at);\n${safe('visits')}`,
  },
  {
    rule: 'foreign-key-without-tenant',
    sql: claims(', user_id uuid REFERENCES users (user_id)'),
  },
  {
    rule: 'foreign-key-without-tenant',
    sql: 'ALTER TABLE events ADD FOREIGN KEY (id) REFERENCES users (user_id) NOT VALID;',
  },
  {
    rule: 'foreign-key-without-tenant',
    sql: claims(
      ', user_id uuid, FOREIGN KEY (user_id, tenant_id) REFERENCES users (tenant_id, user_id)',
    ),
  },
  {
    rule: 'concurrently-in-transaction',
    sql: 'CREATE INDEX CONCURRENTLY users_email ON users (tenant_id, email);',
  },
  {rule: 'concurrently-in-transaction', sql: 'DROP INDEX CONCURRENTLY users_email;'},
  {rule: 'concurrently-in-transaction', sql: 'REINDEX TABLE CONCURRENTLY users;'},
  {rule: 'concurrently-in-transaction', sql: 'VACUUM users;'},
  {
    rule: 'concurrently-in-transaction',
    sql: 'ALTER TABLE events DETACH PARTITION events_default CONCURRENTLY;',
  },
  {rule: 'session-setting', sql: 'SET search_path = pg_catalog;'},
  {rule: 'session-setting', sql: 'RESET ALL;'},
  {rule: 'session-setting', sql: 'RESET mitra.tenant_id;'},
  {rule: 'session-setting', sql: 'DISCARD ALL;'},
  {rule: 'session-setting', sql: 'SET ROLE mitra_tenant;'},
  {rule: 'session-setting', sql: "SELECT\n  set_config('mitra.tenant_id', 'x', false);", line: [3]},
  {
    rule: 'session-setting',
    scope: 'shared',
    sql: 'CREATE FUNCTION shared_schema.f() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$\nBEGIN\n  SET row_security = off;\nEND $$;',
    line: [4],
  },
  {rule: 'literal-tenant-schema', sql: 'UPDATE lic_schema.users SET email = NULL;'},
  {rule: 'literal-tenant-schema', sql: "SELECT 'lic_schema.users'::regclass;"},
  {rule: 'literal-tenant-schema', sql: 'DROP TYPE lic_schema.kind;'},
  {rule: 'literal-tenant-schema', sql: 'SELECT lic_schema.f();'},
  {rule: 'literal-tenant-schema', sql: 'SELECT NULL::lic_schema.kind;'},
  {rule: 'literal-tenant-schema', sql: 'CREATE SCHEMA lic_schema;'},
  {rule: 'literal-tenant-schema', sql: 'ALTER SCHEMA old RENAME TO new;'},
  {
    rule: 'literal-tenant-schema',
    scope: 'shared',
    sql: 'CREATE FUNCTION shared_schema.f() RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$\nDECLARE\n  one lic_schema.users;\nBEGIN\n  RETURN (SELECT count(*) FROM hdfc_schema.users);\nEND $$;',
    line: [4, 6],
  },
  {
    rule: 'literal-tenant-schema',
    sql: "DO $$ BEGIN\n  EXECUTE format('DELETE FROM lic_schema.users WHERE email = %L', 'a');\nEND $$;",
    line: [3],
  },
  {rule: 'shared-name-unqualified', sql: 'SELECT count(*) FROM countries;'},
  {
    rule: 'shared-name-unqualified',
    sql: 'CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();',
  },
  {
    rule: 'string-bodied-function',
    sql: 'CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM users $$;',
  },
  {
    rule: 'definer-search-path',
    scope: 'shared',
    sql: 'CREATE FUNCTION shared_schema.f() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN NULL; END $$;',
  },
  {
    rule: 'definer-search-path',
    scope: 'shared',
    sql: 'CREATE FUNCTION shared_schema.f() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = shared_schema AS $$ BEGIN NULL; END $$;',
  },
  {
    rule: 'definer-search-path',
    scope: 'shared',
    sql: 'ALTER FUNCTION shared_schema.touch() SECURITY DEFINER;',
  },
  {
    rule: 'definer-search-path',
    scope: 'shared',
    sql: 'ALTER FUNCTION shared_schema.touch() RESET search_path;',
  },
  {
    rule: 'unreadable-body',
    sql: 'DO $$\nBEGIN\n  PERFRM 1;\nEND $$;',
  },
  {rule: 'grant-to-public', sql: 'GRANT SELECT ON users TO PUBLIC;'},
  {rule: 'grant-to-public', sql: 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;'},
  {rule: 'truncate-grant', sql: 'GRANT SELECT, TRUNCATE ON users TO mitra_tenant;'},
  {rule: 'truncate-grant', sql: 'GRANT ALL ON ALL TABLES IN SCHEMA shared_schema TO mitra_tenant;'},
  {
    rule: 'truncate-grant',
    sql: "SELECT shared_schema.grant_to_tenant('users'::regclass, 'SELECT, truncate');",
  },
  {rule: 'role-bypasses-rls', scope: 'shared', sql: 'CREATE ROLE auditor BYPASSRLS;'},
  {rule: 'role-bypasses-rls', scope: 'shared', sql: 'ALTER ROLE mitra_migrator SUPERUSER;'},
  {rule: 'view-security-invoker', sql: 'CREATE VIEW v AS SELECT * FROM users;'},
  {
    rule: 'view-security-invoker',
    sql: 'CREATE VIEW v WITH (security_invoker = false) AS SELECT * FROM users;',
  },
  {rule: 'view-security-invoker', sql: 'ALTER VIEW v RESET (security_invoker);'},
  {rule: 'materialized-view', sql: 'CREATE MATERIALIZED VIEW v AS SELECT * FROM users;'},
  {rule: 'syntax', sql: 'SELECT 1;\nSELEC 2;', line: [3]},
  // squawk's own, with the line that it means.
  {rule: 'ban-drop-column', sql: 'ALTER TABLE users DROP COLUMN email;'},
  {rule: 'adding-required-field', sql: 'ALTER TABLE users ADD COLUMN a text NOT NULL;'},
  {
    rule: 'changing-column-type',
    sql: '\nALTER TABLE users ALTER email TYPE varchar(9);',
    line: [3],
  },
  {
    rule: 'constraint-missing-not-valid',
    sql: "ALTER TABLE users ADD CONSTRAINT c CHECK (email <> '');",
  },
  {
    rule: 'require-concurrent-index-creation',
    sql: 'CREATE INDEX users_email ON users (tenant_id, email);',
  },
]

type Fine = readonly [what: string, sql: string, scope?: MigrationScope]

/** What nothing may be said against. */
export const fine: readonly Fine[] = [
  ['a protected table', claims()],
  [
    'a table protected by hand',
    `${table('claims')} ALTER TABLE claims ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
     CREATE POLICY own ON claims USING (tenant_id = (SELECT shared_schema.current_tenant_id()));`,
  ],
  [
    'a protected partition',
    `CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
     SELECT shared_schema.protect_table('events_2'::regclass);`,
  ],
  ['a table for the transaction alone', 'CREATE TEMPORARY TABLE scratch (id int) ON COMMIT DROP;'],
  [
    'a reference within the tenant',
    claims(
      ', user_id uuid, FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id)',
    ),
  ],
  [
    'a reference by the primary key of the other',
    claims(', user_id uuid, FOREIGN KEY (tenant_id, user_id) REFERENCES users'),
  ],
  [
    'a reference to what all tenants read',
    claims(', country text REFERENCES shared_schema.countries (code)'),
  ],
  ['a key scoped by tenant_id', claims(', a text, UNIQUE (tenant_id, a)')],
  ['an exclusion within the tenant', claims(', EXCLUDE USING gist (tenant_id WITH =, id WITH =)')],
  ['a setting of the transaction', 'SET LOCAL row_security = on; UPDATE users SET email = email;'],
  ['set_config for the transaction', "SELECT set_config('a.b', 'c', true);"],
  ['a policy of the auditor', 'CREATE POLICY a ON users TO mitra_auditor USING (true);'],
  ['a restrictive policy', "CREATE POLICY r ON users AS RESTRICTIVE USING (email <> '');"],
  [
    'a function whose body Postgres keeps',
    'CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM users; END;',
  ],
  [
    'a definer with a fixed path',
    'CREATE FUNCTION shared_schema.f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT 1 $$;',
    'shared',
  ],
  ['a view of who asks', 'CREATE VIEW v WITH (security_invoker) AS SELECT * FROM users;'],
  ['a revoke', 'REVOKE ALL ON users FROM PUBLIC;'],
  ['what all tenants read', 'CREATE TABLE shared_schema.states (code text PRIMARY KEY);', 'shared'],
  [
    'texts that only look like names',
    "INSERT INTO shared_schema.countries VALUES ('the information_schema.tables view'), ('a_schema of things');",
    'shared',
  ],
  [
    'a body that looks at columns only',
    "DO $$ DECLARE r record; BEGIN FOR r IN SELECT 1 AS a LOOP RAISE NOTICE '%', r.a; END LOOP; END $$;",
  ],
]
