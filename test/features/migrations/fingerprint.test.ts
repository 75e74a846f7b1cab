import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {schemaFactsSql} from '../../../src/features/migrations/facts.js'
import {planMigrations} from '../../../src/features/migrations/plan.js'
import {observeDatabase, type TenantRecord} from '../../../src/features/migrations/state.js'
import type {Session} from '../../../src/ports/database.js'
import {makeTenants, migrateAll, queryAs, shippedMigrations} from '../../support/platform.js'
import type {Platform} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'
import {edits, nothings} from '../../support/schema-edits.js'

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
    const {rows} = await admin.query('SELECT shared_schema.schema_fingerprint($1, $2, $3)', [
      tenant.schema,
      tenant.login,
      tenant.id,
    ])
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

  test.each(edits)('sees %s', async (_, edit) => {
    const {isSame, gone, come} = await effect(edit)

    expect(isSame).toBe(false)
    expect(gone.length + come.length).toBeGreaterThan(0)
  })

  test.each(nothings)('does not see %s', async (_, edit) => {
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
