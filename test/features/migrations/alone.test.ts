import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {readMigrations, type Migrations} from '../../../src/features/migrations/files.js'
import {makeFleets, type Fleets} from '../../support/fleet.js'
import {makeTenants, migrateAll, queryAs} from '../../support/platform.js'
import type {Platform} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

const names = ['alpha', 'beta', 'gamma', 'delta']
const version = '20270101000000'

describe.skipIf(!isPostgresThere)('files outside a transaction on a real server', () => {
  let server: TestPostgres
  let fleets: Fleets
  let shipped: Migrations
  let platform: Platform

  beforeAll(async () => {
    server = await startPostgres()
    fleets = await makeFleets(server, names)
    shipped = fleets.shipped
  }, 120_000)

  afterAll(async () => {
    await server?.stop()
  })

  beforeEach(async () => {
    platform = await fleets.copy()
  })

  const withFile = (sql: string) =>
    fleets.withFile(sql, {header: '-- migrate:up transaction:false'})
  const path = `database/tenant/${version}_more.sql`

  const rows = async (sql: string) => (await queryAs(platform, 'admin', sql)).rows

  const ledger = () =>
    rows(`SELECT t.name, m.state, m.statements_done, m.fingerprint_after IS NOT NULL
      FROM shared_schema.schema_migrations m JOIN shared_schema.tenants t USING (tenant_id)
     WHERE version = '${version}' ORDER BY 1`)

  /** Where there is an index of this name, and whether it is valid. */
  const indexes = (name: string) =>
    rows(`SELECT n.nspname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = '${name}' ORDER BY 1`)

  const everywhere = names.toSorted().map((name) => [`${name}_schema`, 't'])
  const done = (statements: number) =>
    names.toSorted().map((name) => [name, 'done', String(statements), 't'])

  test('an index is made concurrently in every tenant, recorded with its fingerprint', async () => {
    await migrateAll(platform, withFile('CREATE INDEX CONCURRENTLY i ON agents (territory);'))
    const prints = await rows(
      `SELECT DISTINCT fingerprint_after FROM shared_schema.schema_migrations WHERE version = '${version}'`,
    )

    expect(await indexes('i')).toEqual(everywhere)
    expect(await ledger()).toEqual(done(1))
    expect(prints).toHaveLength(1)
  })

  test('an enum gets a value that the next statement uses', async () => {
    const sql =
      "ALTER TYPE user_role_enum ADD VALUE 'auditor';\nALTER TABLE users ALTER COLUMN role SET DEFAULT 'auditor';"
    await migrateAll(platform, withFile(sql))

    expect(await ledger()).toEqual(done(2))
  })

  test('a tenant that is made later gets the same in its one transaction, and the same fingerprint', async () => {
    const all = withFile(
      "CREATE INDEX CONCURRENTLY i ON agents (territory);\nALTER TYPE user_role_enum ADD VALUE 'auditor';\nALTER TABLE users ALTER COLUMN role SET DEFAULT 'auditor';",
    )
    await migrateAll(platform, all)
    await makeTenants(platform, all, ['epsilon'], {isFilled: false})
    const prints = await rows(
      `SELECT DISTINCT fingerprint_after FROM shared_schema.schema_migrations WHERE version = '${version}'`,
    )

    expect(await indexes('i')).toHaveLength(5)
    expect(prints).toHaveLength(1)
  })

  test('what fails leaves neither record nor broken index, and names file and line', async () => {
    await rows(
      `INSERT INTO beta_schema.customer_analytics (tenant_id, event_type) SELECT tenant_id, 'twice'
         FROM shared_schema.tenants, generate_series(1, 2) WHERE name = 'beta'`,
    )
    const sql = '\nCREATE UNIQUE INDEX CONCURRENTLY i ON customer_analytics_default (event_type);'

    await rows(
      'ALTER TABLE beta_schema.customer_analytics DETACH PARTITION beta_schema.customer_analytics_default',
    )
    await rows(
      `INSERT INTO beta_schema.customer_analytics_default (tenant_id, event_type)
        SELECT gen_random_uuid(), 'twice' FROM generate_series(1, 2)`,
    )
    await expect(migrateAll(platform, withFile(sql))).rejects.toMatchObject({
      code: 'TENANTS_FAILED',
      hints: expect.arrayContaining([`${path}:4: could not create unique index "i" (in beta).`]),
    })
    expect(await indexes('i')).toEqual(everywhere.filter(([schema]) => schema !== 'beta_schema'))
    expect((await ledger()).map(([name]) => name)).toEqual(['alpha', 'delta', 'gamma'])
  })

  test('statements that are done are not done again when a later one fails', async () => {
    const first = 'CREATE TABLE first ();\nCREATE INDEX CONCURRENTLY i ON agents (territory);\n'
    await expect(migrateAll(platform, withFile(`${first}SELECT 1 / 0;`))).rejects.toThrow(
      '4 of 4 tenants were not migrated',
    )
    const half = await ledger()
    await migrateAll(platform, withFile(`${first}SELECT 1;`))

    expect(half).toEqual(names.toSorted().map((name) => [name, 'running', '2', 'f']))
    expect(await ledger()).toEqual(done(3))
    expect(await indexes('i')).toEqual(everywhere)
  })

  test('a file whose statements that are done were changed is refused', async () => {
    await expect(
      migrateAll(platform, withFile('CREATE TABLE first ();\nSELECT 1 / 0;')),
    ).rejects.toThrow('were not migrated')
    const changed = withFile('CREATE TABLE other ();\nSELECT 1;')

    await expect(migrateAll(platform, changed)).rejects.toMatchObject({
      hints: expect.arrayContaining([
        expect.stringContaining('was changed after a part of it ran'),
      ]),
    })
  })

  test('a broken index that a killed run left is dropped and made again', async () => {
    const all = withFile('CREATE INDEX CONCURRENTLY i ON agents (territory);')
    await rows('CREATE INDEX i ON beta_schema.agents (territory)')
    await rows(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'beta_schema.i'::regclass",
    )
    await rows(
      `INSERT INTO shared_schema.schema_migrations (tenant_id, version, name, checksum, milliseconds, tool_version, run_id, state)
        SELECT tenant_id, '${version}', 'more', 'x', 0, 't', 'r', 'running' FROM shared_schema.tenants WHERE name = 'beta'`,
    )
    await migrateAll(platform, all)

    expect(await indexes('i')).toEqual(everywhere)
    expect(await ledger()).toEqual(done(1))
  })

  test('an index that was there before is an error and is left alone', async () => {
    await rows('CREATE INDEX i ON beta_schema.agents (agent_code)')
    const all = withFile('CREATE INDEX CONCURRENTLY i ON agents (territory);')

    await expect(migrateAll(platform, all)).rejects.toMatchObject({
      hints: expect.arrayContaining([`${path}:3: relation "i" already exists (in beta).`]),
    })
    expect(await indexes('i')).toEqual(everywhere)
  })

  test('four at once: each statement once in each tenant', async () => {
    const all = withFile(
      'CREATE TABLE once ();\nCREATE INDEX CONCURRENTLY i ON agents (lower(territory));\nCREATE TABLE twice ();',
    )
    await Promise.all([1, 2, 3, 4].map(() => migrateAll(platform, all)))

    expect(await indexes('i')).toEqual(everywhere)
    expect(await ledger()).toEqual(done(3))
  })

  test('what Postgres refuses altogether leaves nothing', async () => {
    // There is a default partition: no other can be detached concurrently.
    const sql = 'ALTER TABLE audit_logs DETACH PARTITION audit_logs_default CONCURRENTLY;'

    await expect(migrateAll(platform, withFile(sql))).rejects.toMatchObject({
      hints: expect.arrayContaining([expect.stringContaining(`4 tenants: ${path}:3: `)]),
    })
    expect(await ledger()).toEqual([])
  })

  test('a value that one file adds another can use, in old and in new tenants', async () => {
    const file = (at: string, up: string) =>
      readMigrations([
        {scope: 'tenant', fileName: `${at}_x.sql`, path: at, text: `-- migrate:up\n${up}\n`},
      ]).tenant
    const all = {
      shared: shipped.shared,
      tenant: [
        ...shipped.tenant,
        ...file('20270101000001', "ALTER TYPE user_role_enum ADD VALUE 'auditor' BEFORE 'agent';"),
        ...file('20270101000002', "ALTER TABLE users ALTER role SET DEFAULT 'auditor';"),
      ],
    }
    await migrateAll(platform, all)
    await makeTenants(platform, all, ['epsilon'], {isFilled: false})
    const prints = await rows(
      `SELECT fingerprint_after, count(*) FROM shared_schema.schema_migrations
        WHERE version = '20270101000002' GROUP BY 1`,
    )

    expect(prints).toMatchObject([[expect.any(String), '5']])
  })

  test('what a file sets for its session ends with it', async () => {
    const sql =
      "SET statement_timeout = '300ms';\nRESET statement_timeout;\nSET lock_timeout = '1ms';"
    await migrateAll(platform, withFile(sql), 1)

    expect(await ledger()).toEqual(done(3))
  })
})
