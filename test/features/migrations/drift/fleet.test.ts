import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {schemaDigestsSql} from '../../../../src/features/migrations/digest.js'
import {observeDrift} from '../../../../src/features/migrations/drift/report.js'
import {readMigrations, type Migrations} from '../../../../src/features/migrations/files.js'
import type {Session} from '../../../../src/ports/database.js'
import {
  makeTenants,
  migrateAll,
  shippedMigrations,
  type Platform,
} from '../../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../../support/postgres.js'

/** What the shipped schema has none of: all of it names the tenant's own schema. */
const more = `-- migrate:up
CREATE TYPE colour AS ENUM ('red', 'blue');
CREATE FUNCTION painted(c colour) RETURNS boolean LANGUAGE sql RETURN c = 'red'::colour;
CREATE TABLE paints (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(), id bigserial,
  colour colour NOT NULL DEFAULT 'red', CHECK (colour <> 'blue'), PRIMARY KEY (tenant_id, id)
);
CREATE INDEX by_colour ON paints (tenant_id) WHERE colour = 'red';
CREATE STATISTICS together ON id, colour FROM paints;
CREATE TYPE pair AS (a colour, b int);
CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq);
CREATE COLLATION plain FROM "C";
CREATE RULE kept AS ON DELETE TO paints DO INSTEAD NOTHING;
CREATE VIEW reds WITH (security_invoker) AS SELECT id FROM paints WHERE colour = 'red';
SELECT shared_schema.protect_table('paints'::regclass);
-- migrate:down
`

describe.skipIf(!isPostgresThere)('a fleet', () => {
  let server: TestPostgres
  let platform: Platform
  let admin: Session
  let files: Migrations

  beforeAll(async () => {
    server = await startPostgres()
    platform = {database: await server.create('fleet'), secrets: server.secrets}
    const shipped = await shippedMigrations()
    const path = 'database/tenant/20990101000000_more.sql'
    const extra = readMigrations([
      {scope: 'tenant', fileName: '20990101000000_more.sql', path, text: more},
    ])
    files = {shared: shipped.shared, tenant: [...shipped.tenant, ...extra.tenant]}
    await migrateAll(platform, files)
    await makeTenants(platform, files, ['lic', 'hdfc', 'a_tenant_with_a_long_name'], {
      isFilled: false,
    })
    await makeTenants(platform, shipped, ['behind', 'late'], {isFilled: false})
    admin = await platform.database.connect({role: 'admin'})
  }, 120_000)

  afterAll(async () => {
    await admin?.close()
    await server?.stop()
  })

  test('has the same digests by whichever way they are read', async () => {
    const targets = `SELECT name AS key, schema_name, login_name AS login FROM shared_schema.tenants
      UNION ALL SELECT 'shared_schema', 'shared_schema', ''`
    const each = `SELECT key, shared_schema.schema_digest(schema_name, login) FROM (${targets}) one ORDER BY 1`
    await admin.script('SET search_path = pg_catalog')
    const {rows: whole} = await admin.script(`${schemaDigestsSql(targets, 'fleet')} ORDER BY 1`)
    const {rows: one} = await admin.script(each)
    await admin.script('RESET search_path')

    expect(whole).toEqual(one)
    expect(new Set(whole.map(([, digest]) => digest)).size).toBe(3)
  })

  test('that waits for a migration has not drifted; what names its own schema is equal', async () => {
    const {clusters, findings} = await observeDrift(platform.database)

    expect(findings).toEqual([])
    expect(clusters.map(({tenants, isNorm}) => [tenants, isNorm])).toEqual([
      [['a_tenant_with_a_long_name', 'hdfc', 'lic'], true],
      [['behind', 'late'], true],
      [['shared_schema'], true],
    ])
  })

  test('has a norm that the ledger recorded, though most tenants were changed alike', async () => {
    await admin.script(
      'ALTER TABLE lic_schema.users ADD x int; ALTER TABLE hdfc_schema.users ADD x int',
    )
    const {clusters, findings} = await observeDrift(platform.database)
    await admin.script('ALTER TABLE lic_schema.users DROP x; ALTER TABLE hdfc_schema.users DROP x')

    const changed = clusters.find(({tenants}) => tenants.includes('hdfc'))
    expect(changed).toMatchObject({isNorm: false, recorded: 'different'})
    expect(findings).toMatchObject([
      {
        tenants: ['hdfc', 'lic'],
        what: 'differs',
        differences: [
          {kind: 'column', object: 'users.x', expected: null, found: 'integer', repair: []},
          {},
        ],
      },
    ])
    expect(findings[0]?.why).toContain('changed after its last migration')
  })

  test('whose tenants were all changed alike says that the ledger knows another schema', async () => {
    await admin.script(
      'ALTER TABLE behind_schema.users ADD x int; ALTER TABLE late_schema.users ADD x int',
    )
    const {findings} = await observeDrift(platform.database)
    await admin.script(
      'ALTER TABLE behind_schema.users DROP x; ALTER TABLE late_schema.users DROP x',
    )

    expect(findings).toMatchObject([
      {tenants: ['behind', 'late'], what: 'not-as-recorded', differences: []},
    ])
  })

  test('in which a schema is gone names it', async () => {
    await admin.script('ALTER SCHEMA late_schema RENAME TO gone')
    const {findings} = await observeDrift(platform.database)
    await admin.script('ALTER SCHEMA gone RENAME TO late_schema')

    expect(findings).toMatchObject([{tenants: ['late'], what: 'missing'}])
  })

  test('compares what was changed in shared_schema with the ledger', async () => {
    await admin.script('ALTER TABLE shared_schema.countries ADD x int')
    const {findings} = await observeDrift(platform.database)
    await admin.script('ALTER TABLE shared_schema.countries DROP x')

    expect(findings).toMatchObject([{tenants: ['shared_schema'], what: 'not-as-recorded'}])
  })

  test('of rows without fingerprints is compared among itself', async () => {
    await admin.script(`UPDATE shared_schema.schema_migrations SET fingerprint_after = NULL;
      ALTER TABLE hdfc_schema.users ADD x int`)
    const {clusters, findings} = await observeDrift(platform.database)
    await admin.script('ALTER TABLE hdfc_schema.users DROP x')

    expect(new Set(clusters.map(({recorded}) => recorded))).toEqual(new Set(['unknown']))
    expect(findings).toMatchObject([{tenants: ['hdfc'], what: 'differs'}])
  })

  test('of any size is looked at in the same two messages', async () => {
    const messages = async () => {
      const before = server.log().length
      await observeDrift(platform.database)
      return server
        .log()
        .slice(before)
        .match(/LOG: {2}(statement|execute [^:]*):/g)?.length
    }
    const few = await messages()
    await makeTenants(platform, files, ['six', 'seven'], {isFilled: false})

    expect(await messages()).toBe(few)
    expect(few).toBeLessThanOrEqual(2)
  })

  test('without a ledger is told to migrate', async () => {
    const empty = await server.create('empty')

    await expect(observeDrift(empty)).rejects.toMatchObject({code: 'LEDGER_OLD', kind: 'notReady'})
  })
})
