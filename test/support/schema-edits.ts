type Edit = readonly [what: string, sql: string]

/** Changes of a tenant's schema that make it another one. The search path is that of the tenant. */
export const edits: readonly Edit[] = [
  ['a schema that another may use', 'GRANT USAGE ON SCHEMA hdfc_schema TO PUBLIC'],
  ['a schema that another owns', 'ALTER SCHEMA hdfc_schema OWNER TO mitra_admin'],
  ['another table', 'CREATE TABLE extra ()'],
  ['a table that is gone', 'DROP TABLE agent_performance'],
  ['another column', 'ALTER TABLE users ADD COLUMN extra int'],
  ['a column that is gone', 'ALTER TABLE users DROP COLUMN full_name'],
  ['a wider type', 'ALTER TABLE users ALTER COLUMN phone_number TYPE varchar(16)'],
  ['a column that may be null', 'ALTER TABLE users ALTER COLUMN role DROP NOT NULL'],
  ['another default', 'ALTER TABLE users ALTER COLUMN mfa_enabled SET DEFAULT true'],
  ['a default that is gone', 'ALTER TABLE users ALTER COLUMN tenant_id DROP DEFAULT'],
  [
    'a generated column',
    "ALTER TABLE users ADD COLUMN g text GENERATED ALWAYS AS (email || 'x') STORED",
  ],
  ['another collation', 'ALTER TABLE users ALTER COLUMN full_name TYPE varchar(255) COLLATE "C"'],
  ['another storage', 'ALTER TABLE users ALTER COLUMN full_name SET STORAGE external'],
  ['a grant on a column', 'GRANT SELECT (email) ON users TO mitra_tenant'],
  [
    'a grant on a column of a partition',
    'GRANT SELECT (timestamp) ON audit_logs_default TO PUBLIC',
  ],
  ['another index', 'CREATE INDEX extra ON agents (territory)'],
  ['an index that is gone', 'DROP INDEX idx_users_email'],
  [
    'another predicate',
    'DROP INDEX idx_users_email; CREATE INDEX idx_users_email ON users (email)',
  ],
  [
    'another direction',
    'DROP INDEX idx_sessions_user; CREATE INDEX idx_sessions_user ON user_sessions (tenant_id, user_id, expires_at)',
  ],
  [
    'another operator class',
    'DROP INDEX idx_agents_user; CREATE INDEX idx_agents_user ON agents (tenant_id, user_id); CREATE INDEX extra ON agents (territory varchar_pattern_ops)',
  ],
  ['an index on one partition', 'CREATE INDEX ON audit_logs_default (action)'],
  [
    'an invalid index',
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_users_email'::regclass",
  ],
  ['a check that is gone', 'ALTER TABLE agents DROP CONSTRAINT agents_commission_rate_check'],
  ['a check that is not validated', 'ALTER TABLE users ADD CHECK (length(email) > 3) NOT VALID'],
  [
    'a foreign key that does not cascade',
    'ALTER TABLE user_sessions DROP CONSTRAINT user_sessions_tenant_id_user_id_fkey; ALTER TABLE user_sessions ADD FOREIGN KEY (tenant_id, user_id) REFERENCES users',
  ],
  ['a unique key that is gone', 'ALTER TABLE users DROP CONSTRAINT users_tenant_id_email_key'],
  ['row security off', 'ALTER TABLE users DISABLE ROW LEVEL SECURITY'],
  ['row security not forced', 'ALTER TABLE users NO FORCE ROW LEVEL SECURITY'],
  [
    'row security of one partition not forced',
    'ALTER TABLE audit_logs_default NO FORCE ROW LEVEL SECURITY',
  ],
  ['another policy', 'CREATE POLICY open ON users USING (true)'],
  ['a changed policy', 'ALTER POLICY tenant_rows ON users USING (true)'],
  ['a policy that checks nothing', 'ALTER POLICY tenant_rows ON users WITH CHECK (true)'],
  [
    'a policy over another column',
    'ALTER POLICY tenant_rows ON users USING (user_id = (SELECT shared_schema.current_tenant_id()))',
  ],
  ['a policy for one role', 'ALTER POLICY tenant_rows ON users TO mitra_tenant'],
  ['a trigger that is gone', 'DROP TRIGGER record_change ON users'],
  ['a trigger that is disabled', 'ALTER TABLE users DISABLE TRIGGER record_change'],
  ['foreign keys that are not checked', 'ALTER TABLE users DISABLE TRIGGER ALL'],
  [
    'another argument of a trigger',
    "DROP TRIGGER record_change ON users; CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('user_id', 'person')",
  ],
  ['a function', "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
  ['a view', 'CREATE VIEW v AS SELECT email FROM users'],
  ['a rule', 'CREATE RULE r AS ON DELETE TO agents DO INSTEAD NOTHING'],
  ['a sequence', 'CREATE SEQUENCE s'],
  ['another value of an enum', "ALTER TYPE user_role_enum ADD VALUE 'auditor'"],
  ['a domain', 'CREATE DOMAIN d AS int CHECK (VALUE > 0)'],
  ['a composite type', 'CREATE TYPE pair AS (a int, b int)'],
  ['a grant', 'GRANT TRUNCATE ON users TO hdfc_login'],
  ['a grant that is gone', 'REVOKE DELETE ON users FROM hdfc_login'],
  ['a grant to another tenant', 'GRANT SELECT ON users TO red_login'],
  ['a grant on a partition', 'GRANT SELECT ON audit_logs_default TO hdfc_login'],
  ['another owner', 'ALTER TABLE users OWNER TO hdfc_login'],
  ['another owner of a partition', 'ALTER TABLE audit_logs_default OWNER TO mitra_admin'],
  ['an option of a table', 'ALTER TABLE users SET (fillfactor = 70)'],
  ['an unlogged table', 'ALTER TABLE agent_performance SET UNLOGGED'],
  [
    'default grants',
    'ALTER DEFAULT PRIVILEGES IN SCHEMA hdfc_schema GRANT SELECT ON TABLES TO PUBLIC',
  ],
  ['a default partition that is gone', 'DROP TABLE audit_logs_default'],
  ['extended statistics', 'CREATE STATISTICS st ON tenant_id, status FROM users'],
]

/** Changes that leave it what it is. */
export const nothings: readonly Edit[] = [
  [
    'the partition of another month',
    "SET LOCAL ROLE mitra_migrator; SELECT shared_schema.make_month_partitions('audit_logs', '2031-05-01', 3)",
  ],
  [
    'the partition of a provider',
    "SET LOCAL ROLE mitra_migrator; SELECT shared_schema.make_provider_partition('insurance_policies', gen_random_uuid())",
  ],
  [
    'grants in another order',
    'REVOKE ALL ON users FROM hdfc_login, mitra_migrator; GRANT SELECT, INSERT, UPDATE, DELETE ON users TO hdfc_login; GRANT ALL ON users TO mitra_migrator',
  ],
  ['a comment', "COMMENT ON TABLE users IS 'people'"],
  [
    'rows',
    "INSERT INTO customer_analytics (tenant_id, event_type) VALUES (gen_random_uuid(), 'x')",
  ],
]
