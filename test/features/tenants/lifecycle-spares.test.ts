import {randomUUID} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {readMigrations, type Migrations} from '../../../src/features/migrations/files.js'
import {countPending, planMigrations} from '../../../src/features/migrations/plan.js'
import {observeDatabase} from '../../../src/features/migrations/state.js'
import {applyCreate, planTenants} from '../../../src/features/tenants/create.js'
import {tenantLogin} from '../../../src/features/tenants/login.js'
import {asTenantName} from '../../../src/features/tenants/names.js'
import {countTables} from '../../../src/features/tenants/show.js'
import {applySpares, observeSpares, planSpares} from '../../../src/features/tenants/spares.js'
import {
  asTenant,
  makeTenants,
  migrateAll,
  queryAs,
  shippedMigrations,
  toolsOf,
  type Platform,
} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'
import {structureOf} from '../../support/structure.js'

describe.skipIf(!isPostgresThere)('spares: schemas made ahead', () => {
  let server: TestPostgres
  let platform: Platform
  let migrations: Migrations

  beforeAll(async () => {
    server = await startPostgres()
    platform = {database: await server.create('spares'), secrets: server.secrets}
    migrations = await shippedMigrations()
    await migrateAll(platform, migrations)
  })

  afterAll(async () => {
    await server?.stop()
  })

  const admin = async (sql: string) => (await queryAs(platform, 'admin', sql)).rows
  const prewarm = async (count: number, files = migrations) =>
    applySpares(planSpares(await observeSpares(platform.database), count), toolsOf(platform, files))
  const create = async (name: string) => {
    const {tenants, spares} = await observeDatabase(platform.database)
    const existing = new Set(tenants.map((tenant) => tenant.name))
    const plan = planTenants([{name: asTenantName(name)}], existing, spares)
    await applyCreate(plan.create, toolsOf(platform, migrations))
    return plan
  }
  const withMigration = (sql: string): Migrations => {
    const fileName = `2027010100000${migrations.tenant.length % 10}_more.sql`
    const text = `-- migrate:up\n${sql}\n-- migrate:down\n`
    const more = readMigrations([{scope: 'tenant', fileName, path: fileName, text}])
    return {shared: migrations.shared, tenant: [...migrations.tenant, ...more.tenant]}
  }

  test('a spare is a whole schema that is no tenant and whose login cannot enter', async () => {
    await prewarm(2)
    const state = await observeDatabase(platform.database)
    const logins = await admin(
      "SELECT rolcanlogin FROM pg_roles WHERE rolname LIKE 'mitra_spare%_login'",
    )

    expect(state.spares).toHaveLength(2)
    expect(state.tenants).toEqual([])
    expect(logins).toEqual([['f'], ['f']])
    expect(countPending(planMigrations(migrations, state))).toBe(0)
  })

  test('the next tenant takes one over and is the same as one that was built', async () => {
    const plan = await create('claimed')
    await makeTenants(platform, migrations, ['built'], {isFilled: false})

    expect(plan.steps[0]?.title).toContain('from a spare')
    expect((await observeDatabase(platform.database)).spares).toHaveLength(1)
    expect(await structureOf(platform, 'claimed')).toEqual(await structureOf(platform, 'built'))
  })

  test('nothing is left of the names of the spare', async () => {
    const spares = (await observeDatabase(platform.database)).spares.map(({name}) => name)
    const names = await admin(
      `SELECT name FROM (SELECT nspname AS name FROM pg_namespace UNION ALL
         SELECT rolname FROM pg_roles UNION ALL SELECT name FROM shared_schema.tenants) AS n
        WHERE name LIKE 'mitra\\_spare%' ORDER BY 1`,
    )
    const settings = await admin(
      "SELECT setconfig FROM pg_db_role_setting WHERE setrole = 'claimed_login'::regrole",
    )
    expect(names.flat()).toEqual(
      spares.flatMap((name) => [name, `${name}_login`, `${name}_schema`]),
    )
    expect(settings).toEqual([['{"search_path=claimed_schema, shared_schema"}']])
  })

  test('its login reads and writes its own rows, evidence included, under the id of the spare', async () => {
    const claimed = await asTenant(platform, 'claimed')
    await claimed.script("INSERT INTO users (role, full_name) VALUES ('agent', 'Asha')")
    const rows = await claimed.script(
      `SELECT u.tenant_id = t.tenant_id, a.tenant_id = t.tenant_id, a.actor_login
         FROM users u, audit_logs a, shared_schema.tenants t`,
    )
    await claimed.close()
    const built = await countTables(platform.database, await tenantLogin('built', platform))

    expect(rows.rows).toEqual([['t', 't', 'claimed_login']])
    expect(built.filter(({rows: count}) => count > 0)).toEqual([])
  })

  test('its history of migrations came with it', async () => {
    const rows = await admin(
      `SELECT count(*) FROM shared_schema.schema_migrations
        WHERE tenant_id = (SELECT tenant_id FROM shared_schema.tenants WHERE name = 'claimed')`,
    )
    expect(rows).toEqual([[String(migrations.tenant.length)]])
  })

  test('db migrate brings spares up to date with the tenants', async () => {
    const more = withMigration('CREATE TABLE claims ();')
    const run = await migrateAll(platform, more)
    const {spares} = await observeDatabase(platform.database)
    const {byTenant} = await observeDatabase(platform.database)

    expect(run.finished).toHaveLength(1)
    expect(spares.map(({id}) => byTenant.get(id)?.size)).toEqual(
      spares.map(() => more.tenant.length),
    )
    migrations = more
  })

  test('of two that want the same spare one gets it, the other is built; both are whole', async () => {
    const {spares} = await observeDatabase(platform.database)
    const plans = ['left', 'right'].map((name) =>
      planTenants([{name: asTenantName(name)}], new Set(), spares),
    )
    await Promise.all(plans.map((plan) => applyCreate(plan.create, toolsOf(platform, migrations))))

    expect(plans.map((plan) => plan.create[0]?.id)).toEqual([spares[0]?.id, spares[0]?.id])
    expect(await structureOf(platform, 'left')).toEqual(await structureOf(platform, 'right'))
    expect((await observeDatabase(platform.database)).spares).toEqual([])
  })

  test('a name that is taken leaves the spare a spare', async () => {
    await prewarm(1)
    const {spares} = await observeDatabase(platform.database)
    const [spare] = spares
    const twice = planTenants([{name: asTenantName('left')}], new Set(), spares)

    await expect(applyCreate(twice.create, toolsOf(platform, migrations))).rejects.toMatchObject({
      code: 'TENANT_EXISTS',
    })
    expect((await observeDatabase(platform.database)).spares).toEqual([spare])
  })

  test('a login that was left over is taken over by a tenant that is built', async () => {
    await queryAs(platform, 'migrator', 'CREATE ROLE again_login')
    await create('again')
    const again = await asTenant(platform, 'again')
    await again.close()

    expect((await observeDatabase(platform.database)).spares).toHaveLength(1)
  })

  test('a spare of an older month is not taken: its partitions are not those of a new tenant', async () => {
    await admin(
      "UPDATE shared_schema.tenants SET created_at = created_at - interval '32 days' WHERE state = 'spare'",
    )
    const plan = planSpares(await observeSpares(platform.database), 1)
    await create('december')
    const {spares: kept} = await observeDatabase(platform.database)
    await applySpares(plan, toolsOf(platform, migrations))
    const {spares} = await observeDatabase(platform.database)

    expect(plan.steps.map(({why}) => why)).toEqual([
      'it has the partitions of an older month',
      'the next tenant is then made by renaming it',
    ])
    expect(kept).toHaveLength(1)
    expect(spares).toHaveLength(1)
    expect(spares[0]?.id).not.toBe(kept[0]?.id)
    expect(await structureOf(platform, 'december')).toEqual(await structureOf(platform, 'left'))
  })

  test('while one makes spares a second does nothing', async () => {
    const holder = await platform.database.connect({role: 'migrator'})
    await holder.query("SELECT pg_advisory_lock(hashtextextended('mitra spares', 0))")
    const made = await prewarm(3)
    await holder.close()

    expect(made).toBe(false)
    expect((await observeDatabase(platform.database)).spares).toHaveLength(1)
  })

  test('surplus ones are removed, and nothing of them stays', async () => {
    await prewarm(0)
    const left = await admin(
      `SELECT (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'mitra\\_spare%'),
              (SELECT count(*) FROM pg_roles WHERE rolname LIKE 'mitra\\_spare%'),
              (SELECT count(*) FROM shared_schema.schema_migrations m WHERE tenant_id IS NOT NULL
                AND NOT EXISTS (SELECT FROM shared_schema.tenants t WHERE t.tenant_id = m.tenant_id))`,
    )
    expect(left).toEqual([['0', '0', '0']])
  })

  test('what was cut off while it was made or removed is removed by the next run', async () => {
    await prewarm(1)
    const id = randomUUID()
    await admin(`UPDATE shared_schema.tenants SET state = 'restoring' WHERE state = 'spare';
      INSERT INTO shared_schema.tenants (tenant_id, name, schema_name, login_name, display_name, state)
      VALUES ('${id}', 'mitra_spare_x', 'mitra_spare_x_schema', 'mitra_spare_x_login', '', 'dropping')`)
    const before = await observeDatabase(platform.database)
    await prewarm(1)
    const after = await admin(
      "SELECT state FROM shared_schema.tenants WHERE starts_with(name, 'mitra_spare_')",
    )
    expect([before.spares, before.closed]).toEqual([[], []])
    expect(after).toEqual([['spare']])
    await prewarm(0)
  })

  test('a migration that writes the name of its schema into a body is found before it does harm', async () => {
    const body = `DO $do$ BEGIN EXECUTE format(
      'CREATE FUNCTION count_users() RETURNS bigint LANGUAGE plpgsql AS %L',
      format('BEGIN RETURN (SELECT count(*) FROM %I.users); END', current_schema())); END $do$;`
    const bad = withMigration(body)

    await expect(prewarm(1, bad)).rejects.toMatchObject({
      code: 'NAMED_IN_TEXT',
      message: expect.stringContaining('count_users()'),
    })
    expect(await observeSpares(platform.database)).toEqual([])
  })
})
