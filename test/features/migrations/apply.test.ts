import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import type {Migrations} from '../../../src/features/migrations/files.js'
import {migrationScript} from '../../../src/features/migrations/sql.js'
import {observeDatabase} from '../../../src/features/migrations/state.js'
import {makeFleets, type Fleets} from '../../support/fleet.js'
import {makeTenants, migrateAll, queryAs} from '../../support/platform.js'
import type {Platform} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

const names = ['alpha', 'beta', 'gamma', 'delta']

describe.skipIf(!isPostgresThere)('running migrations on a real server', () => {
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

  const withFile = (sql: string, version = '20270101000000') => fleets.withFile(sql, {version})

  const tablesNamed = async (table: string) => {
    const {rows} = await queryAs(
      platform,
      'admin',
      `SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = '${table}' ORDER BY 1`,
    )
    return rows.flat()
  }

  const ledgerOf = async (version: string) => {
    const {rows} = await queryAs(
      platform,
      'admin',
      `SELECT t.name FROM shared_schema.schema_migrations JOIN shared_schema.tenants t USING (tenant_id) WHERE version = '${version}' ORDER BY 1`,
    )
    return rows.flat()
  }

  test('every tenant gets the file in its own schema, and a second run has nothing to do', async () => {
    const migrations = withFile('CREATE TABLE claims ();')
    const run = await migrateAll(platform, migrations)
    const again = await migrateAll(platform, migrations)

    expect(run.finished).toEqual(['db.tenants.20270101000000'])
    expect(await tablesNamed('claims')).toEqual(names.map((name) => `${name}_schema`).toSorted())
    expect(again.finished).toEqual([])
  })

  test('the ledger chains the checksums and times each file', async () => {
    const {rows} = await queryAs(
      platform,
      'admin',
      'SELECT version, checksum, previous_checksum, milliseconds > 0, run_id, tool_version FROM shared_schema.schema_migrations' +
        " JOIN shared_schema.tenants USING (tenant_id) WHERE schema_name = 'beta_schema' ORDER BY version",
    )
    const expected = shipped.tenant.map((file, index) => [
      file.version,
      file.checksum,
      shipped.tenant[index - 1]?.checksum ?? null,
      't',
      'test-run',
      'test',
    ])
    expect(rows).toEqual(expected)
  })

  test('one that fails is named, the rest go on, and the next run does only what is missing', async () => {
    await queryAs(platform, 'admin', 'CREATE TABLE beta_schema.claims ()')
    const migrations = withFile('CREATE TABLE claims ();')

    await expect(migrateAll(platform, migrations)).rejects.toMatchObject({
      code: 'TENANTS_FAILED',
      message: '1 of 4 tenants were not migrated: beta.',
      hints: expect.arrayContaining([
        'database/tenant/20270101000000_more.sql: relation "claims" already exists (in beta).',
      ]),
    })
    expect(await ledgerOf('20270101000000')).toEqual(['alpha', 'delta', 'gamma'])

    await queryAs(platform, 'admin', 'DROP TABLE beta_schema.claims')
    await migrateAll(platform, migrations)
    expect(await ledgerOf('20270101000000')).toEqual(names.toSorted())
  })

  test('an error in the middle leaves nothing of the file, nor of the one before it', async () => {
    const first = withFile('CREATE TABLE kept ();')
    const second = withFile('CREATE TABLE claims ();\nSELECT 1 / 0;', '20270101000001')
    const both = {shared: shipped.shared, tenant: [...first.tenant, ...second.tenant.slice(-1)]}

    await expect(migrateAll(platform, both)).rejects.toMatchObject({code: 'TENANTS_FAILED'})
    expect([...(await tablesNamed('kept')), ...(await tablesNamed('claims'))]).toEqual([])
    expect(await ledgerOf('20270101000000')).toEqual([])
  })

  test('a syntax error names file and line, with letters of other scripts before it', async () => {
    const migrations = withFile("SELECT 'மொழி 😀';\nSELECT 1;\nCREATE TABEL claims ();")
    await expect(migrateAll(platform, migrations)).rejects.toMatchObject({
      hints: expect.arrayContaining([
        '4 tenants: database/tenant/20270101000000_more.sql:5: syntax error at or near "TABEL" (in alpha, beta, delta, gamma).',
      ]),
    })
  })

  test('an error without a place names the one file of several that ran', async () => {
    const first = withFile('SELECT 1;')
    const second = withFile("DO $$ BEGIN RAISE 'no'; END $$;", '20270101000001')
    const both = {shared: shipped.shared, tenant: [...first.tenant, ...second.tenant.slice(-1)]}
    await expect(migrateAll(platform, both)).rejects.toMatchObject({
      hints: expect.arrayContaining([
        '4 tenants: database/tenant/20270101000001_more.sql: no (in alpha, beta, delta, gamma).',
      ]),
    })
  })

  test('a change of rows that row level security would hide fails instead of touching none', async () => {
    const migrations = withFile("UPDATE users SET status = 'active';")
    await expect(migrateAll(platform, migrations)).rejects.toMatchObject({
      hints: expect.arrayContaining([
        expect.stringContaining('would be affected by row-level security policy'),
      ]),
    })
  })

  test('a change of rows that says whose it is reaches the rows of that tenant', async () => {
    await makeTenants(platform, shipped, ['epsilon'])
    const sql = "SET LOCAL row_security = on; UPDATE users SET subscription_plan = 'moved';"
    await migrateAll(platform, withFile(sql))
    const {rows} = await queryAs(
      platform,
      'admin',
      "SELECT count(*) > 0, count(*) FILTER (WHERE subscription_plan <> 'moved') FROM epsilon_schema.users",
    )
    expect(rows).toEqual([['t', '0']])
  })

  test('what a file sets is put back for the next one', async () => {
    const first = withFile("SELECT set_config('search_path', 'pg_catalog', true);")
    const second = withFile('CREATE TABLE claims ();', '20270101000001')
    const both = {shared: shipped.shared, tenant: [...first.tenant, ...second.tenant.slice(-1)]}
    await migrateAll(platform, both)
    expect(await tablesNamed('claims')).toHaveLength(4)
  })

  test('a pooler may stand in between: nothing is set for longer than a transaction', async () => {
    const before = server.log().length
    await migrateAll(platform, withFile('CREATE TABLE claims ();'))
    const log = server.log().slice(before)
    const settings = log.match(/\bSET \w+.*/g) ?? []

    expect(settings.length).toBeGreaterThan(10)
    expect(settings.filter((text) => !text.startsWith('SET LOCAL '))).toEqual([])
    expect(log).not.toMatch(
      /set_config\([^)]*false\)|pg_(try_)?advisory_lock\(|\bLISTEN\b|\bPREPARE\b/,
    )
    expect(log).not.toContain('execute ')
  })

  test('two at once on one fleet: each file once per tenant, no error', async () => {
    const migrations = withFile('SELECT pg_sleep(0.05); CREATE TABLE claims ();')
    await Promise.all([1, 2, 3].map(() => migrateAll(platform, migrations)))
    expect(await ledgerOf('20270101000000')).toEqual(names.toSorted())
  })

  test('a run that finds a part done meanwhile is told so', async () => {
    const [first, second] = shipped.tenant
    const {tenants} = await observeDatabase(platform.database)
    const [tenant] = tenants
    if (first === undefined || second === undefined) throw new Error('there are two files')
    const later = {...second, version: '20280101000000', up: 'SELECT 1;'}
    const marks = {runId: 'r', toolVersion: 't'}
    const {sql} = migrationScript([first, later], tenant, marks)
    await expect(queryAs(platform, 'migrator', sql)).rejects.toMatchObject({code: 'MT003'})
  })

  test('a table that is held for a while is waited for', async () => {
    const holder = await platform.database.connect({role: 'admin'})
    await holder.script('BEGIN')
    await holder.script('LOCK TABLE alpha_schema.users')
    const migrating = migrateAll(platform, withFile('ALTER TABLE users ADD COLUMN note text;'))
    await new Promise((resolve) => setTimeout(resolve, 3500))
    await holder.script('COMMIT')
    await migrating
    await holder.close()
    expect(await ledgerOf('20270101000000')).toEqual(names.toSorted())
  })

  test('status of the fleet asks the same number of questions whatever the number of tenants', async () => {
    let questions = 0
    const counting = {
      name: platform.database.name,
      url: (login: Parameters<Platform['database']['url']>[0]) => platform.database.url(login),
      connect: async (...given: Parameters<Platform['database']['connect']>) => {
        const session = await platform.database.connect(...given)
        return {
          query: (sql: string, parameters?: readonly unknown[]) => {
            questions += 1
            return session.query(sql, parameters)
          },
          script: (sql: string) => session.script(sql),
          copyOut: (sql: string) => session.copyOut(sql),
          copyIn: (sql: string, chunks: AsyncIterable<Uint8Array>) => session.copyIn(sql, chunks),
          notices: () => session.notices(),
          hold: (lock: string) => session.hold(lock),
          close: () => session.close(),
        }
      },
    }
    const state = await observeDatabase(counting)
    expect(state.tenants).toHaveLength(4)
    expect(questions).toBe(3)
  })

  test('another password of the migrator in the server is set again', async () => {
    await queryAs(platform, 'admin', "ALTER ROLE mitra_migrator PASSWORD 'another'")
    const run = await migrateAll(platform, shipped)
    expect(run.finished).toEqual(['db.bootstrap'])
    expect((await queryAs(platform, 'migrator', 'SELECT 1')).rows).toEqual([['1']])
  })

  test('what each file takes back can be run again: up, down, up give the same tables', async () => {
    const facts = `SELECT c.relname, c.relkind, c.relforcerowsecurity FROM pg_class c
      WHERE relnamespace = 'alpha_schema'::regnamespace ORDER BY 1`
    const before = await queryAs(platform, 'admin', facts)
    const downs = shipped.tenant.toReversed().map((file) => file.down)
    const session = await platform.database.connect({role: 'migrator'})
    await session.script('BEGIN; SET LOCAL search_path = alpha_schema, shared_schema')
    for (const down of downs) await session.script(down)
    const between = await session.script(facts)
    for (const {up} of shipped.tenant) await session.script(up)
    const after = await session.script(facts)
    await session.script('ROLLBACK')
    await session.close()

    expect(between.rows).toEqual([])
    expect(after.rows).toEqual(before.rows)
  })

  test('a migration does not reach into a tenant by a literal name', () => {
    const literal = shipped.tenant.filter(({up}) =>
      /\b(?!current_schema)\w+_schema\b/.test(up.replaceAll('shared_schema', '')),
    )
    expect(literal.map((file) => file.path)).toEqual([])
  })
})
