import {existsSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../src/commands/db/migrate.js'
import DbNew from '../../src/commands/db/new.js'
import DbPlan from '../../src/commands/db/plan.js'
import DbQuery from '../../src/commands/db/query.js'
import DbStatus from '../../src/commands/db/status.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import TenantList from '../../src/commands/tenant/list.js'
import TenantShow from '../../src/commands/tenant/show.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

// Each test goes on from the one before it, as a person's day does.
describe.skipIf(!isPostgresThere)('a day with db and tenant', () => {
  let workspace: DatabaseWorkspace

  beforeAll(async () => {
    workspace = await databaseWorkspace()
  })

  afterAll(async () => {
    await workspace?.leave()
  })

  const query = (...argv: string[]) => run(DbQuery, [...argv, '--json'], workspace.tools())

  test('db migrate --plan prints the SQL, exits 2 and changes nothing', async () => {
    const planned = await run(DbMigrate, ['--plan', '--json'], workspace.tools())
    const again = await run(DbMigrate, ['--plan'], workspace.tools())

    expect(planned.exitCode).toBe(2)
    const shared = readdirSync(join(workspace.folder, 'database/shared'))
    const ids = ['db.bootstrap', ...shared.map((file) => `db.shared.${file.slice(0, 14)}`)]
    expect(planned.json).toMatchObject({applied: false, plan: ids.map((id) => ({id}))})
    expect(again.stdout).toContain('CREATE TABLE shared_schema.tenants')
    expect(again.exitCode).toBe(2)
  })

  test('db plan is what db migrate --plan says', async () => {
    const asPlan = await run(DbPlan, ['--json'], workspace.tools())
    const asMigrate = await run(DbMigrate, ['--plan', '--json'], workspace.tools())

    expect(asPlan.exitCode).toBe(2)
    expect({...(asPlan.json as object), applied: false}).toEqual(asMigrate.json)
  })

  test('a tenant before the shared schema is refused with what to do', async () => {
    const {error, exitCode} = await run(TenantCreate, ['lic'], workspace.tools())

    expect(error).toMatchObject({code: 'SHARED_PENDING', hints: ['mitra db migrate']})
    expect(exitCode).toBe(4)
  })

  test('db migrate runs what is missing, and then there is nothing to do', async () => {
    const first = await run(DbMigrate, ['--json'], workspace.tools())
    const second = await run(DbMigrate, [], workspace.tools())
    const planned = await run(DbMigrate, ['--plan'], workspace.tools())
    const shown = await run(DbPlan, [], workspace.tools())

    expect(first).toMatchObject({exitCode: 0, json: {applied: true}})
    expect(second.stdout).toContain('Nothing to do')
    expect([planned.exitCode, shown.exitCode]).toEqual([0, 0])
  })

  test('tenant create --plan names schema and login and makes neither', async () => {
    const {json, exitCode} = await run(
      TenantCreate,
      ['lic', '--demo', '--plan', '--json'],
      workspace.tools(),
    )
    const list = await run(TenantList, ['--json'], workspace.tools())

    expect(json).toMatchObject({
      applied: false,
      schema: 'lic_schema',
      login: 'lic_login',
      plan: [{id: 'tenant.create.lic'}, {id: 'tenant.fill.lic'}],
    })
    expect(exitCode).toBe(2)
    expect(list.json).toEqual({tenants: []})
  })

  test('two tenants are made, and each login counts its own rows', async () => {
    for (const name of ['lic', 'hdfc']) {
      const made = await run(TenantCreate, [name, '--demo', '--json'], workspace.tools())
      expect(made).toMatchObject({exitCode: 0, json: {applied: true, tenant: name}})
    }
    const lic = await query('select count(*) from users', '--tenant', 'lic')
    const hdfc = await query('select count(*) from users', '--tenant', 'hdfc')
    expect(lic.json).toMatchObject({columns: ['count'], rowCount: 1})
    expect(lic.json).not.toEqual(hdfc.json)
  })

  test("another tenant's table is an error with the server's code", async () => {
    const {json, exitCode} = await query('select * from hdfc_schema.users', '-t', 'lic')

    expect(json).toMatchObject({
      error: {
        code: '42501',
        message: 'permission denied for schema hdfc_schema (at character 15).',
      },
    })
    expect(exitCode).toBe(1)
  })

  test('the migrator sees who the tenants are and the rows of none', async () => {
    const tenants = await query('select name from shared_schema.tenants order by 1')
    const users = await query('select count(*) from lic_schema.users')

    expect(tenants.json).toMatchObject({rows: [['hdfc'], ['lic']]})
    expect(users.json).toMatchObject({rows: [['0']]})
  })

  test('rows come as a table; empty values are empty', async () => {
    const {stdout} = await run(
      DbQuery,
      ["select 1 as one, null as nothing, 'மொழி' as word", '-t', 'lic'],
      workspace.tools(),
    )
    expect(stdout).toMatch(/one +nothing +word/)
    expect(stdout).toContain('மொழி')
    expect(stdout).toContain('1 row')
  })

  test('a mistake in the SQL says where', async () => {
    const {error} = await run(DbQuery, ['select * form users', '-t', 'lic'], workspace.tools())
    expect(error?.message).toBe('syntax error at or near "form" (at character 10).')
  })

  test('the same tenant twice is refused and left alone', async () => {
    const {error, exitCode} = await run(TenantCreate, ['lic'], workspace.tools())
    expect(error).toMatchObject({code: 'TENANT_EXISTS', hints: ['mitra tenant show lic']})
    expect(exitCode).toBe(2)
  })

  test('tenant show counts tables and tells where the password is, not what it is', async () => {
    const shown = await run(TenantShow, ['lic', '--json'], workspace.tools())
    const text = await run(TenantShow, ['lic'], workspace.tools())

    const files = readdirSync(join(workspace.folder, 'database/tenant'))
    const migrations = files.length
    expect(shown.json).toMatchObject({schema: 'lic_schema', migrations, displayName: 'LIC'})
    expect(text.stdout).toContain('tenant.lic in .mitra/secrets.json')
    expect(text.stdout).not.toContain(workspace.secrets()['tenant.lic'] ?? 'no password')
  })

  test('a wrong name gives the neighbour', async () => {
    const {error} = await run(TenantShow, ['lci'], workspace.tools())
    expect(error?.hints).toContain('Did you mean lic?')
  })

  test('db new writes a file that db status then counts as pending in each tenant', async () => {
    const made = await run(DbNew, ['add_claims', '--json'], workspace.tools())
    const status = await run(DbStatus, ['--check', '--json'], workspace.tools())
    const path = String((made.result as {path: string}).path)

    expect(existsSync(path)).toBe(true)
    expect(status).toMatchObject({exitCode: 1, json: {pendingMigrations: 2}})
    rmSync(path)
  })

  test('a tenant that fails is named with file and line; the other is done; exit 1', async () => {
    await run(DbQuery, ['create table lic_schema.claims ()'], workspace.tools())
    workspace.write('20990101000000_claims.sql', 'SELECT 1;\nCREATE TABLE claims ();\nSELECT nope;')
    const broken = await run(DbMigrate, ['--no-lint', '--json'], workspace.tools())
    workspace.write('20990101000000_claims.sql', 'CREATE TABLE claims ();')
    const half = await run(DbMigrate, ['--no-lint', '--json'], workspace.tools())
    await run(DbQuery, ['drop table lic_schema.claims'], workspace.tools())
    const whole = await run(DbMigrate, ['--no-lint', '--json'], workspace.tools())

    expect(JSON.stringify(broken.json)).toContain(
      'database/tenant/20990101000000_claims.sql:4: column',
    )
    expect(broken.exitCode).toBe(1)
    expect(half).toMatchObject({exitCode: 1, json: {error: {code: 'TENANTS_FAILED'}}})
    expect(whole).toMatchObject({exitCode: 0, json: {plan: [{detail: {tenants: ['lic']}}]}})
  })

  test('an applied file that is edited is an error before anything runs', async () => {
    workspace.write('20990101000000_claims.sql', 'CREATE TABLE claims (id int);')
    const {error, exitCode} = await run(DbMigrate, [], workspace.tools())

    expect(error?.code).toBe('MIGRATION_EDITED')
    expect(exitCode).toBe(3)
  })

  test('the journal holds each step and no password', async () => {
    const journal = workspace.journal()
    const passwords = Object.values(workspace.secrets())

    expect(journal).toContain('tenant.create.lic')
    expect(journal).toContain('db.tenants.20990101000000')
    expect(passwords.filter((password) => journal.includes(password))).toEqual([])
    expect(passwords.length).toBeGreaterThanOrEqual(4)
  })
})
