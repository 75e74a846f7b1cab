import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../src/commands/db/migrate.js'
import TenantAuditVerify from '../../src/commands/tenant/audit/verify.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

describe.skipIf(!isPostgresThere)('tenant audit verify', () => {
  let workspace: DatabaseWorkspace

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    await run(DbMigrate, [], workspace.tools())
    for (const name of ['lic', 'hdfc']) {
      await run(TenantCreate, [name, '--demo'], workspace.tools())
    }
  })

  afterAll(async () => {
    await workspace?.leave()
  })

  const verify = (...argv: string[]) => run(TenantAuditVerify, argv, workspace.tools())

  test('says of every tenant that its evidence is whole, and exits 0', async () => {
    const {stdout, exitCode} = await verify()
    const {json} = await verify('lic', '--json')

    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/hdfc +whole +\d+ +0 +never +[0-9a-f]{16}/)
    expect(stdout).toContain('Every record is as it was written: 2 tenants.')
    expect(json).toMatchObject({whole: true, tenants: [{tenant: 'lic', wrong: 0}]})
  })

  test('a tenant that is not there is named with those that are', async () => {
    const {error, exitCode} = await verify('lci')

    expect(error).toMatchObject({
      code: 'NO_TENANT',
      hints: expect.arrayContaining(['Did you mean lic?']),
    })
    expect(exitCode).toBe(2)
  })

  test('an altered record is named, and it exits 1', async () => {
    const tools = workspace.tools()
    const session = await (await tools.database()).connect({role: 'admin'})
    await session.script(
      "SET session_replication_role = replica; UPDATE lic_schema.audit_logs SET action = 'NONE'" +
        ' WHERE log_id = (SELECT log_id FROM lic_schema.audit_links WHERE seq = 5)',
    )
    await session.close()
    const {stdout, exitCode} = await verify()

    expect(exitCode).toBe(1)
    expect(stdout).toMatch(
      /lic:\n  Altered: record 5 of lane 1, [0-9a-f-]{36}, is not what was written/,
    )
    expect(stdout).toContain('1 record not as written.')
  })
})
