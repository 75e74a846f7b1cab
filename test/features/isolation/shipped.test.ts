import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import TenantCheck from '../../../src/commands/tenant/check.js'
import DbMigrate from '../../../src/commands/db/migrate.js'
import DbQuery from '../../../src/commands/db/query.js'
import TenantCreate from '../../../src/commands/tenant/create.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../../support/database-workspace.js'
import {isPostgresThere} from '../../support/postgres.js'
import {run} from '../../support/run.js'

describe.skipIf(!isPostgresThere)('tenant check', () => {
  let workspace: DatabaseWorkspace

  beforeAll(async () => {
    workspace = await databaseWorkspace()
  })

  afterAll(async () => {
    await workspace?.leave()
  })

  const check = (...argv: string[]) => run(TenantCheck, argv, workspace.tools())
  const query = (sql: string) => run(DbQuery, [sql], workspace.tools())

  test('says what to do where there is no registry yet', async () => {
    const {error, exitCode} = await check()

    expect(error).toMatchObject({code: 'SHARED_PENDING', hints: ['mitra db migrate']})
    expect(exitCode).toBe(4)
  })

  test('finds nothing in what mitra ships, without tenants and with', async () => {
    await run(DbMigrate, [], workspace.tools())
    const before = await check('--json')
    for (const name of ['lic', 'hdfc']) await run(TenantCreate, [name, '--demo'], workspace.tools())
    const after = await check('--json')

    expect(before).toMatchObject({exitCode: 0, json: {clean: true, tenants: 0, findings: []}})
    expect(after).toMatchObject({exitCode: 0, json: {clean: true, tenants: 2, findings: []}})
  })

  test('a finding is exit 1 and has tenant, rule, object and the SQL that mends it', async () => {
    await query('ALTER TABLE lic_schema.users NO FORCE ROW LEVEL SECURITY')
    const found = await check('--json')
    const text = await check('--static')
    const elsewhere = await check('hdfc')
    const ofOther = await check('--rule', 'table.security-off', 'lic')
    await query('ALTER TABLE lic_schema.users FORCE ROW LEVEL SECURITY')

    expect(found.exitCode).toBe(1)
    expect(found.json).toMatchObject({
      clean: false,
      findings: [
        {
          tenant: 'lic',
          rule: 'table.security-not-forced',
          object: 'lic_schema.users',
          what: 'row level security does not bind its owner',
          fix: 'ALTER TABLE lic_schema.users FORCE ROW LEVEL SECURITY;',
        },
        {tenant: 'lic', rule: 'probe.owner', object: 'lic_schema.users'},
      ],
    })
    expect(text.stdout).toContain('lic_schema.users: row level security does not bind its owner')
    expect(text.stdout).toContain('> ALTER TABLE lic_schema.users FORCE ROW LEVEL SECURITY;')
    expect(elsewhere.exitCode).toBe(0)
    expect(ofOther.stdout).toMatch(/^Nothing found: 1 tenant, 1 rule/)
  })

  test('what several tenants have alike is said once', async () => {
    for (const name of ['lic', 'hdfc']) {
      await query(`ALTER TABLE ${name}_schema.agents NO FORCE ROW LEVEL SECURITY`)
    }
    const {stdout} = await check('--static')
    for (const name of ['lic', 'hdfc']) {
      await query(`ALTER TABLE ${name}_schema.agents FORCE ROW LEVEL SECURITY`)
    }

    expect(stdout.match(/does not bind its owner/g)).toHaveLength(1)
    expect(stdout).toContain('The same in 1 other tenant: lic')
    expect(stdout).toMatch(/2 findings: 2 tenants, \d+ rules, 0 attempts\.\n$/)
  })

  test('a rule or a tenant that is not there is wrong usage, with what there is', async () => {
    const rule = await check('--rule', 'table.colour')
    const tenant = await check('lci')

    expect(rule).toMatchObject({exitCode: 2, error: {code: 'UNKNOWN_RULE'}})
    expect(tenant).toMatchObject({exitCode: 2, error: {code: 'NO_TENANT'}})
    expect(tenant.error?.hints).toContain('Did you mean lic?')
  })
})
