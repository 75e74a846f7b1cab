import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {readMigrations} from '../../../src/features/migrations/files.js'
import {observeDatabase} from '../../../src/features/migrations/state.js'
import {verifyArchive} from '../../../src/features/tenants/archive/verify.js'
import {dropSchema} from '../../../src/features/tenants/drop/drop-schema.js'
import type {MigrationText} from '../../../src/ports/migration-files.js'
import {
  archiveFolder,
  archiveOf,
  archives,
  contentOf,
  restoreFrom,
  sequencesOf,
  shippedTexts,
  tenantText,
} from '../../support/archived.js'
import {asTenant, makeTenants, migrateAll, queryAs, type Platform} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'
import {structureOf} from '../../support/structure.js'

// Everything that a copy of a schema or of rows is known to lose.
const torture = `
CREATE DOMAIN pin_code AS text CHECK (VALUE ~ '^[1-9][0-9]{5}$');
CREATE TYPE mood AS ENUM ('sad', 'it''s fine', 'glad');
CREATE TYPE address AS (line text, pin pin_code);
CREATE SEQUENCE receipt_numbers START 7 INCREMENT 3;
CREATE TABLE everything (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  id bigint GENERATED ALWAYS AS IDENTITY,
  number int DEFAULT nextval('receipt_numbers'),
  body text, moods mood[], home address, blob bytea, ratio float8, small float4,
  amount numeric, span interval, at timestamptz DEFAULT now(), day date, data jsonb, plain json,
  bits varbit, net cidr, range tstzrange, doubled int GENERATED ALWAYS AS (number * 2) STORED,
  PRIMARY KEY (tenant_id, id)
);
CREATE TABLE "Odd "" name, with 'all'" (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(), "a ""b"" \\c" text);
CREATE TABLE no_columns ();
CREATE TABLE teams (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(), team_id int, lead_id int,
  parent_id int, PRIMARY KEY (tenant_id, team_id),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES teams (tenant_id, team_id));
CREATE TABLE members (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(), member_id int, team_id int,
  PRIMARY KEY (tenant_id, member_id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, team_id)
    DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE teams ADD CONSTRAINT teams_lead FOREIGN KEY (tenant_id, lead_id)
  REFERENCES members (tenant_id, member_id);
CREATE UNLOGGED TABLE scratch (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(), v int);
CREATE INDEX everything_partial ON everything (body) WHERE amount > 0;
CREATE INDEX everything_gin ON everything USING gin (data);
COMMENT ON TABLE everything IS 'of every kind';
CREATE FUNCTION no_changes() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'no changes'; END $$;
CREATE TRIGGER stop BEFORE INSERT ON scratch FOR EACH ROW EXECUTE FUNCTION no_changes();
CREATE TRIGGER always BEFORE UPDATE ON scratch FOR EACH ROW EXECUTE FUNCTION no_changes();
ALTER TABLE scratch DISABLE TRIGGER stop;
ALTER TABLE scratch ENABLE ALWAYS TRIGGER always;
SELECT shared_schema.protect_table(c.oid), shared_schema.grant_to_tenant(c.oid)
  FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
   AND relname IN ('everything', 'Odd " name, with ''all''', 'teams', 'members', 'scratch');
SELECT shared_schema.grant_to_tenant('receipt_numbers'::regclass, 'UPDATE');
SET LOCAL row_security = on;
INSERT INTO teams (team_id) VALUES (1), (2);
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS all_of_it FROM everything;
`

const rows = `
INSERT INTO everything (body, moods, home, blob, ratio, small, amount, span, day, data, plain, bits, net, range)
VALUES
  (E'tab\\there, line\\nbreak, \\\\N and \\\\.', '{sad,"it''s fine",NULL}', ROW('a, "b"', '411001'),
   '\\x00ff0a09', 0.1::float8 + 0.2::float8, 1.1, 12345678901234567890.000100, '1 mon -3 days 04:05:06.7',
   '0044-03-15 BC', '{"a": [1, 1.10, null], "மொழி": "\\u0001"}', '{"b":  1, "a":1}', B'10101', '10.0.0.0/8',
   '[2026-01-01,)'),
  ('', '{}', NULL, '', 'NaN', '-Infinity', 'NaN', '00:00', 'infinity', 'null', 'null', B'', '::/0', 'empty'),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "Odd "" name, with 'all'" ("a ""b"" \\c") VALUES ('\\N'), (NULL), ('');
UPDATE teams SET parent_id = 1 WHERE team_id = 2;
INSERT INTO members (member_id, team_id) VALUES (10, 1), (11, 2);
UPDATE teams SET lead_id = 10 WHERE team_id = 1;
INSERT INTO scratch (v) VALUES (1);
INSERT INTO customer_analytics (event_type, event_data, timestamp)
SELECT 'view', jsonb_build_object('n', i), now() - i * interval '70 seconds'
  FROM generate_series(1, 100000) i;
`

describe.skipIf(!isPostgresThere)('archive, drop, restore', () => {
  let server: TestPostgres
  let platform: Platform
  let texts: readonly MigrationText[]
  let folder = ''

  beforeAll(async () => {
    folder = archiveFolder()
    server = await startPostgres()
    platform = {database: await server.create('archive'), secrets: server.secrets}
    texts = [...(await shippedTexts()), tenantText('20270101000000', torture)]
    const migrations = readMigrations(texts)
    await migrateAll(platform, migrations)
    await makeTenants(platform, migrations, ['lic', 'hdfc'])
    const lic = await asTenant(platform, 'lic')
    await lic.script(rows)
    await lic.close()
    await queryAs(
      platform,
      'migrator',
      `SELECT set_config('mitra.tenant_id', tenant_id::text, false) FROM shared_schema.tenants
        WHERE name = 'lic';
       SELECT shared_schema.make_provider_partition('lic_schema.insurance_policies'::regclass,
         (SELECT provider_id FROM lic_schema.insurance_providers));
       SELECT shared_schema.make_month_partitions(
         'lic_schema.customer_analytics'::regclass, '2031-05-01', 2);
       REFRESH MATERIALIZED VIEW lic_schema.totals`,
    )
    await admin(`
      INSERT INTO lic_schema.no_columns DEFAULT VALUES;
      INSERT INTO lic_schema.no_columns DEFAULT VALUES;
      SELECT nextval('lic_schema.receipt_numbers');
      ALTER ROLE lic_login CONNECTION LIMIT 17 VALID UNTIL '2031-01-01';
      ALTER ROLE lic_login SET statement_timeout = '7s'`)
  }, 120_000)

  afterAll(async () => {
    await server?.stop()
    rmSync(folder, {recursive: true, force: true})
  })

  const admin = async (sql: string) => (await queryAs(platform, 'admin', sql)).rows
  const file = (name: string) => join(folder, `${name}.tar.gz`)
  const drop = async (name: string) => {
    const {tenants} = await observeDatabase(platform.database)
    const tenant = tenants.find((one) => one.name === name)
    if (tenant === undefined) throw new Error(`there is no ${name}`)
    const session = await platform.database.connect({role: 'migrator'})
    await dropSchema(session, tenant)
    await session.close()
  }
  // All of its row but the moment at which it came back.
  const registryOf = (name: string) =>
    admin(`SELECT to_jsonb(t) - 'state_since' FROM shared_schema.tenants t WHERE name = '${name}'`)
  const historyOf = (name: string) =>
    admin(`SELECT to_jsonb(m) FROM shared_schema.schema_migrations m JOIN shared_schema.tenants t
            USING (tenant_id) WHERE t.name = '${name}' ORDER BY version`)
  const allOf = async (name: string) => ({
    content: await contentOf(platform, name),
    structure: await structureOf(platform, name),
    sequences: await sequencesOf(platform, name),
    registry: await registryOf(name),
    history: await historyOf(name),
    login: await admin(
      `SELECT rolcanlogin, rolconnlimit, rolvaliduntil, rolconfig FROM pg_roles WHERE rolname = '${name}_login'`,
    ),
  })

  test('gives back every row, sequence, partition, grant, policy and trigger of 100,000 rows', async () => {
    const before = await allOf('lic')
    const written = await archiveOf(platform, 'lic', {path: file('lic'), texts})
    const verified = await verifyArchive(archives, file('lic'))
    await drop('lic')
    const gone = await admin(`SELECT to_regnamespace('lic_schema'), to_regrole('lic_login')`)
    await restoreFrom(platform, {path: file('lic'), texts})

    expect(verified.rows).toBe(written.rows)
    expect(written.rows).toBeGreaterThan(100_000)
    expect(gone).toEqual([[null, null]])
    expect(await allOf('lic')).toEqual(before)
    expect(
      Object.values(before.content).filter((one) => !one.startsWith('0 ')).length,
    ).toBeGreaterThan(20)
  }, 240_000)
})
