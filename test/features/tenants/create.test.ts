import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Migrations} from '../../../src/features/migrations/files.js'
import {readMigrations} from '../../../src/features/migrations/files.js'
import {applyCreate, planTenants} from '../../../src/features/tenants/create.js'
import {applyFill, isEmptyTenant} from '../../../src/features/tenants/demo.js'
import {tenantLogin} from '../../../src/features/tenants/login.js'
import {asTenantName} from '../../../src/features/tenants/names.js'
import {countTables} from '../../../src/features/tenants/show.js'
import {RecordedRun} from '../../fakes/run.js'
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

describe.skipIf(!isPostgresThere)('creating tenants on a real server', () => {
  let server: TestPostgres
  let platform: Platform
  let migrations: Migrations

  beforeAll(async () => {
    server = await startPostgres()
    platform = {database: await server.create('create'), secrets: server.secrets}
    migrations = await shippedMigrations()
    await migrateAll(platform, migrations)
    await makeTenants(platform, migrations, ['lic', 'hdfc', 'icici'])
  })

  afterAll(async () => {
    await server?.stop()
  })

  const admin = async (sql: string) => (await queryAs(platform, 'admin', sql)).rows
  const tablesOf = async (name: string) =>
    countTables(platform.database, await tenantLogin(name, platform))
  const traces = (name: string) =>
    admin(
      `SELECT to_regnamespace('${name}_schema'), to_regrole('${name}_login'),` +
        ` (SELECT count(*) FROM shared_schema.tenants WHERE name = '${name}')`,
    )
  const nothing = [[null, null, '0']]

  test('the whole design is there: every table, each with rows of the sample', async () => {
    const tables = await tablesOf('lic')

    expect(tables.map(({table}) => table)).toEqual([
      'agent_performance',
      'agents',
      'audit_links',
      'audit_logs',
      'chatbot_knowledge_base',
      'customer_analytics',
      'insurance_policies',
      'insurance_providers',
      'policyholders',
      'user_permissions',
      'user_sessions',
      'users',
      'video_content',
      'whatsapp_templates',
    ])
    const empty = tables.filter(({rows}) => rows === 0).map(({table}) => table)
    expect(empty).toEqual(['user_permissions', 'user_sessions'])
  })

  test('each tenant counts another number of users', async () => {
    const counts = await Promise.all(
      ['lic', 'hdfc', 'icici'].map(async (name) => {
        const tables = await tablesOf(name)
        return tables.find(({table}) => table === 'users')?.rows
      }),
    )
    expect(new Set(counts).size).toBe(3)
  })

  test('every table and partition is under forced row level security with the one policy, beside what the auditor reads', async () => {
    const rows = await admin(
      `SELECT c.oid::regclass FROM pg_class c
        WHERE c.relnamespace = 'lic_schema'::regnamespace AND c.relkind IN ('r', 'p')
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND (SELECT array_agg(polname::text) FROM pg_policy WHERE polrelid = c.oid
                   AND NOT (polcmd = 'r' AND polroles = ARRAY[to_regrole('mitra_auditor')::oid]))
                = '{tenant_rows}')`,
    )
    expect(rows).toEqual([])
  })

  test('nothing is granted on a partition', async () => {
    const rows = await admin(
      `SELECT c.oid::regclass FROM pg_class c WHERE c.relispartition AND c.relkind = 'r'
        AND has_table_privilege('lic_login', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')`,
    )
    expect(rows).toEqual([])
  })

  test('every unique key and every foreign key begins with the tenant', async () => {
    const rows = await admin(
      `SELECT conrelid::regclass, conname FROM pg_constraint c
         JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
        WHERE connamespace = 'lic_schema'::regnamespace AND contype IN ('p', 'u', 'f')
          AND attname <> 'tenant_id'`,
    )
    expect(rows).toEqual([])
  })

  test('the migrator owns all of it, and no time is without a zone', async () => {
    const owners = await admin(
      `SELECT DISTINCT relowner::regrole FROM pg_class
        WHERE relnamespace IN ('lic_schema'::regnamespace, 'shared_schema'::regnamespace)`,
    )
    const naive = await admin(
      `SELECT count(*) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        WHERE relnamespace = 'lic_schema'::regnamespace AND atttypid = 'timestamp'::regtype`,
    )
    expect(owners).toEqual([['mitra_migrator']])
    expect(naive).toEqual([['0']])
  })

  test('rows find their month, and a month made again is not made twice', async () => {
    const make =
      "SELECT shared_schema.make_month_partitions('lic_schema.customer_analytics'::regclass, (now() + interval '1 year')::date, 2)"
    const first = await queryAs(platform, 'migrator', make)
    const second = await queryAs(platform, 'migrator', make)
    const stray = await admin('SELECT count(*) FROM ONLY lic_schema.customer_analytics_default')

    expect([first.rows, second.rows, stray]).toEqual([[['2']], [['0']], [['0']]])
  })

  test('a provider gets a partition of its own, born protected', async () => {
    const provider = '11111111-1111-4111-8111-111111111111'
    const make = `SELECT shared_schema.make_provider_partition('lic_schema.insurance_policies'::regclass, '${provider}')`
    await queryAs(platform, 'migrator', make)
    const rows = await admin(
      `SELECT relforcerowsecurity FROM pg_class WHERE relname = 'insurance_policies_p_${provider.replaceAll('-', '')}'`,
    )
    expect(rows).toEqual([['t']])
  })

  test('an email may be that of a person in another tenant', async () => {
    const sql = "INSERT INTO users (role, email) VALUES ('agent', 'same@person.example')"
    const sessions = await Promise.all(['lic', 'hdfc'].map((name) => asTenant(platform, name)))
    const counts = await Promise.all(sessions.map(async (one) => (await one.script(sql)).rowCount))
    await Promise.all(sessions.map((one) => one.close()))
    expect(counts).toEqual([1, 1])
  })

  test('updated_at follows a change', async () => {
    const lic = await asTenant(platform, 'lic')
    const before = await lic.script('SELECT max(updated_at) FROM users')
    await lic.script("UPDATE users SET subscription_plan = 'plus' WHERE role = 'provider_admin'")
    const after = await lic.script('SELECT max(updated_at) FROM users')
    await lic.close()
    expect(String(after.rows[0]?.[0]) > String(before.rows[0]?.[0])).toBe(true)
  })

  test('passwords reach the server as verifiers only: its log of all statements holds none', async () => {
    const names = await server.secrets.names()
    const log = server.log()
    const seen = await Promise.all(
      names.map(async (name) => log.includes((await server.secrets.ensure(name)).reveal())),
    )
    expect(names).toContain('tenant.lic')
    expect(log).toContain('SCRAM-SHA-256$')
    expect(seen).toEqual(names.map(() => false))
  })

  test('a broken migration leaves no schema, no role and no registry row, and names its line', async () => {
    const text = '-- migrate:up\nSELECT 1;\nSELECT nothing_like_it;\n-- migrate:down\n'
    const fileName = '20270101000000_broken.sql'
    const path = `database/tenant/${fileName}`
    const broken = readMigrations([{scope: 'tenant', fileName, path, text}])
    const all = {shared: migrations.shared, tenant: [...migrations.tenant, ...broken.tenant]}

    await expect(makeTenants(platform, all, ['sbi'])).rejects.toMatchObject({
      code: '42703',
      message:
        'database/tenant/20270101000000_broken.sql:3: column "nothing_like_it" does not exist (in sbi).',
    })
    expect(await traces('sbi')).toEqual(nothing)
  })

  test('a duplicate key inside a migration is not taken for a tenant that is there already', async () => {
    const text =
      "-- migrate:up\nINSERT INTO shared_schema.languages VALUES ('en', 'English', 'English');\n-- migrate:down\n"
    const fileName = '20270101000000_twice.sql'
    const twice = readMigrations([{scope: 'tenant', fileName, path: fileName, text}])
    const all = {shared: migrations.shared, tenant: [...migrations.tenant, ...twice.tenant]}

    await expect(makeTenants(platform, all, ['sbi'])).rejects.toMatchObject({
      code: '23505',
      message: expect.stringContaining('20270101000000_twice.sql'),
    })
  })

  test('two at once: one makes it, the other is told', async () => {
    const {create} = planTenants([{name: asTenantName('twin')}], new Set())
    const [first] = create
    if (first === undefined) throw new Error('there is one to make')
    const second = {...first, id: '22222222-2222-4222-8222-222222222222'}
    const answers = await Promise.allSettled(
      [first, second].map((tenant) => applyCreate([tenant], toolsOf(platform, migrations))),
    )
    const told = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))

    expect(told).toMatchObject([{code: 'TENANT_EXISTS'}])
    const login = await asTenant(platform, 'twin')
    expect((await login.script('SELECT count(*) FROM users')).rows).toEqual([['0']])
    await login.close()
  })

  test('a schema that is no tenant is left alone and named', async () => {
    await admin('CREATE SCHEMA stray_schema')
    await expect(makeTenants(platform, migrations, ['stray'])).rejects.toMatchObject({
      code: 'SCHEMA_EXISTS',
    })
    expect(await admin("SELECT to_regrole('stray_login')")).toEqual([[null]])
  })

  test('sample rows are put in once, and only where there are none', async () => {
    const run = new RecordedRun()
    const target = {name: 'lic', login: 'lic_login'}
    const before = await tablesOf('lic')
    await applyFill(target, toolsOf(platform, migrations, run))

    expect(await isEmptyTenant(target, platform)).toBe(false)
    expect(await isEmptyTenant({name: 'twin', login: 'twin_login'}, platform)).toBe(true)
    expect(await tablesOf('lic')).toEqual(before)
    expect(run.finished).toEqual(['tenant.fill.lic'])
  })

  test('the plan leaves out those that are there', () => {
    const names = ['lic', 'axis'].map((name) => ({name: asTenantName(name)}))
    const {steps} = planTenants(names, new Set(['lic']))
    expect(steps.map((step) => step.id)).toEqual(['tenant.create.axis'])
  })

  test('an unknown tenant is an error with a neighbour', async () => {
    await expect(tenantLogin('lci', platform)).rejects.toMatchObject({
      code: 'NO_TENANT',
      hints: expect.arrayContaining(['Did you mean lic?']),
    })
  })
})
