import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {schemaFactsSql} from '../../../src/features/migrations/facts.js'
import {fingerprintCall} from '../../../src/features/migrations/fingerprint.js'
import {planMigrations} from '../../../src/features/migrations/plan.js'
import {observeDatabase, type TenantRecord} from '../../../src/features/migrations/state.js'
import type {Session} from '../../../src/ports/database.js'
import {makeTenants, migrateAll, queryAs, shippedMigrations} from '../../support/platform.js'
import type {Platform} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

// Names that lie in others: `shared_schema`, the column actor_login, the table users.
const names = ['red', 'actor', 'users', 'hdfc']

describe.skipIf(!isPostgresThere)('the fingerprint of a schema', () => {
  let server: TestPostgres
  let platform: Platform
  let admin: Session
  let hdfc: TenantRecord

  beforeAll(async () => {
    server = await startPostgres()
    platform = {database: await server.create('prints'), secrets: server.secrets}
    const shipped = await shippedMigrations()
    await migrateAll(platform, shipped)
    await makeTenants(platform, shipped, names, {isFilled: false})
    admin = await platform.database.connect({role: 'admin'})
    const {tenants} = await observeDatabase(platform.database)
    const found = tenants.find(({name}) => name === 'hdfc')
    if (found === undefined) throw new Error('hdfc was made')
    hdfc = found
  }, 120_000)

  afterAll(async () => {
    await admin?.close()
    await server?.stop()
  })

  const fingerprint = async (tenant: TenantRecord = hdfc): Promise<string> => {
    const {rows} = await admin.script(`SELECT ${fingerprintCall(tenant)}`)
    return String(rows[0]?.[0])
  }

  /** Facts as `kind object: fact`. */
  const facts = async (): Promise<readonly string[]> => {
    const {id, schema, login} = hdfc
    const {rows} = await admin.query('SELECT * FROM shared_schema.schema_facts($1, $2, $3)', [
      schema,
      login,
      id,
    ])
    return rows.map(([kind, object, fact]) => `${String(kind)} ${String(object)}: ${String(fact)}`)
  }

  /** What an edit, which is taken back, does to the fingerprint and to the facts. */
  const effect = async (edit: string) => {
    const before = {print: await fingerprint(), facts: await facts()}
    await admin.script('BEGIN; SET LOCAL search_path = hdfc_schema, shared_schema')
    try {
      await admin.script(edit)
      const after = {print: await fingerprint(), facts: await facts()}
      return {
        isSame: before.print === after.print,
        gone: before.facts.filter((fact) => !after.facts.includes(fact)),
        come: after.facts.filter((fact) => !before.facts.includes(fact)),
      }
    } finally {
      await admin.script('ROLLBACK')
    }
  }

  test('is the same for tenants that were made alike, whatever they are called', async () => {
    const {tenants} = await observeDatabase(platform.database)
    const prints = new Set<string>()
    for (const tenant of tenants) prints.add(await fingerprint(tenant))

    expect([...prints]).toEqual([expect.stringMatching(/^[0-9a-f]{8}:[0-9a-f]{64}$/)])
  })

  test('is what the ledger holds for the last file of each tenant', async () => {
    const {rows} = await queryAs(
      platform,
      'admin',
      `SELECT DISTINCT ON (tenant_id) fingerprint_after FROM shared_schema.schema_migrations
        WHERE tenant_id IS NOT NULL ORDER BY tenant_id, version DESC`,
    )

    expect(rows).toEqual(names.map(() => [rows[0]?.[0]]))
    expect(rows[0]?.[0]).toBe(await fingerprint())
  })

  test('the fleet in one statement gives what the function gives for each', async () => {
    const fleet = schemaFactsSql(
      `SELECT name AS key, schema_name::text AS schema_name, login_name::text AS login,
         tenant_id::text AS tenant FROM shared_schema.tenants`,
    )
    const {rows} = await admin.script(
      `SELECT key, count(*), md5(string_agg(concat(kind, object, fact), ',' ORDER BY kind, object, fact))
         FROM (${fleet}) f GROUP BY key ORDER BY key`,
    )
    const one = await admin.script(
      `SELECT count(*), md5(string_agg(concat(kind, object, fact), ',' ORDER BY kind, object, fact))
         FROM shared_schema.schema_facts('hdfc_schema', 'hdfc_login', '${hdfc.id}')`,
    )

    expect(rows).toEqual(names.toSorted().map((name) => [name, ...(one.rows[0] ?? [])]))
  })

  test.each([
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
  ])('sees %s', async (_, edit) => {
    const {isSame, gone, come} = await effect(edit)

    expect(isSame).toBe(false)
    expect(gone.length + come.length).toBeGreaterThan(0)
  })

  test.each([
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
  ])('does not see %s', async (_, edit) => {
    expect(await effect(edit)).toEqual({isSame: true, gone: [], come: []})
  })

  test('tells a partition without protection from its sisters', async () => {
    const {come} = await effect(
      `CREATE TABLE audit_logs_2031_05 PARTITION OF audit_logs
         FOR VALUES FROM ('2031-05-01 00:00:00+00') TO ('2031-06-01 00:00:00+00')`,
    )

    expect(come).toContain('row security audit_logs (partition): off')
  })

  test('names the tenant by a mark and what is not its own in full', async () => {
    const {come} = await effect(
      `CREATE VIEW v AS SELECT actor_login, (SELECT count(*) FROM red_schema.users) AS n FROM audit_logs
         WHERE actor_login = 'hdfc_login' AND tenant_id = '${hdfc.id}'`,
    )
    const view = come.find((fact) => fact.startsWith('view v:')) ?? ''

    expect(view).toContain('red_schema.users')
    expect(view).toContain('FROM ~.audit_logs')
    expect(view).toContain("'~login'")
    expect(view).toContain("'~tenant'")
    expect(view).not.toMatch(/hdfc/)
  })

  test('an older ledger is brought up to date by a planned step and keeps its rows', async () => {
    const shipped = await shippedMigrations()
    const old: Platform = {database: await server.create('old'), secrets: server.secrets}
    await migrateAll(old, shipped)
    await queryAs(
      old,
      'admin',
      `DROP FUNCTION shared_schema.schema_fingerprint, shared_schema.schema_facts;
       ALTER TABLE shared_schema.schema_migrations DROP COLUMN fingerprint_after, DROP COLUMN state;
       COMMENT ON TABLE shared_schema.schema_migrations IS NULL`,
    )
    const plan = planMigrations(shipped, await observeDatabase(old.database))
    const run = await migrateAll(old, shipped)
    const again = planMigrations(shipped, await observeDatabase(old.database))

    expect(plan.steps).toMatchObject([
      {id: 'db.bootstrap', title: 'Bring the ledger of migrations up to date'},
    ])
    expect(run.finished).toEqual(['db.bootstrap'])
    expect(again.steps).toEqual([])
    expect(again.shared).toEqual([])
  })

  test('what mitra keeps in shared_schema is no fact of it', async () => {
    const {rows} = await admin.script(
      `SELECT object FROM shared_schema.schema_facts('shared_schema', '', '')
        WHERE object ~ 'schema_(migrations|facts|fingerprint)'`,
    )

    expect(rows).toEqual([])
  })

  test('nobody but the migrator may call it', async () => {
    const {rows} = await admin.script(
      `SELECT proname, proacl::text FROM pg_proc WHERE proname IN ('schema_facts', 'schema_fingerprint')
        ORDER BY 1`,
    )

    expect(rows.map(([, acl]) => acl)).toEqual([
      '{mitra_migrator=X/mitra_migrator}',
      '{mitra_migrator=X/mitra_migrator}',
    ])
  })
})
