import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../src/commands/db/migrate.js'
import DbQuery from '../../src/commands/db/query.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import TenantDrift from '../../src/commands/tenant/drift.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

describe.skipIf(!isPostgresThere)('tenant drift', () => {
  let workspace: DatabaseWorkspace

  beforeAll(async () => {
    workspace = await databaseWorkspace()
  })

  afterAll(async () => {
    await workspace?.leave()
  })

  test('before the first migration says what to do, and exits 4', async () => {
    const {json, exitCode} = await run(TenantDrift, ['--json'], workspace.tools())

    expect(json).toMatchObject({error: {code: 'LEDGER_OLD', hints: [expect.any(String)]}})
    expect(exitCode).toBe(4)
  })

  test('of equal tenants is none, and exits 0', async () => {
    await run(DbMigrate, [], workspace.tools())
    for (const name of ['lic', 'hdfc', 'icici']) {
      await run(TenantCreate, [name], workspace.tools())
    }
    const {stdout, exitCode} = await run(TenantDrift, [], workspace.tools())
    const {json} = await run(TenantDrift, ['--json'], workspace.tools())

    expect(stdout).toContain('No drift: 4 schemas')
    expect(exitCode).toBe(0)
    expect(json).toMatchObject({schemas: 4, findings: []})
  })

  test('names tenant, object, what was expected and found, and the repair; exits 1', async () => {
    await run(
      DbQuery,
      ['alter table hdfc_schema.users no force row level security'],
      workspace.tools(),
    )
    const {stdout, exitCode} = await run(TenantDrift, [], workspace.tools())
    const {json} = await run(TenantDrift, ['--json'], workspace.tools())

    expect(exitCode).toBe(1)
    expect(stdout).toContain('hdfc: It differs from 2 others with the same files')
    expect(stdout).toContain('row security users')
    expect(stdout).toContain('expected forced')
    expect(stdout).toContain('> ALTER TABLE "hdfc_schema"."users" ENABLE ROW LEVEL SECURITY')
    expect(json).toMatchObject({findings: [{tenants: ['hdfc'], differences: [{object: 'users'}]}]})
  })

  test('of no server is an error that says so', async () => {
    const {database} = workspace.tools()
    await (await database()).connect({role: 'admin'}).then((session) => session.close())
    await workspace.server.stop()
    const {error, exitCode} = await run(TenantDrift, [], workspace.tools())

    expect(error?.code).toBe('DATABASE_DOWN')
    expect(exitCode).toBe(4)
  })
})
