import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../src/commands/db/migrate.js'
import DbQuery from '../../src/commands/db/query.js'
import TenantCheck from '../../src/commands/tenant/check.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

describe.skipIf(!isPostgresThere)('the auditor', () => {
  let workspace: DatabaseWorkspace
  const query = (...argv: string[]) => run(DbQuery, [...argv, '--json'], workspace.tools())
  const audit = (sql: string) => query(sql, '--as', 'auditor')

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    await run(DbMigrate, [], workspace.tools())
    for (const name of ['lic', 'hdfc']) {
      await run(TenantCreate, [name, '--demo'], workspace.tools())
    }
  })

  afterAll(() => workspace?.leave())

  test('reads the evidence of every tenant', async () => {
    const {json} = await audit(
      'SELECT (SELECT count(*) > 0 FROM lic_schema.audit_logs), (SELECT count(*) > 0 FROM hdfc_schema.audit_links)',
    )

    expect(json).toMatchObject({rows: [['t', 't']]})
  })

  test.each([
    'SELECT 1 FROM lic_schema.users',
    'SELECT 1 FROM shared_schema.tenants',
    'BEGIN READ WRITE; DELETE FROM lic_schema.audit_logs',
    'BEGIN READ WRITE; UPDATE hdfc_schema.audit_links SET link = link',
    'SET ROLE mitra_migrator',
  ])('may not: %s', async (sql) => {
    const {json} = await audit(sql)

    expect(json).toMatchObject({error: {code: '42501'}})
  })

  test('begins read-only', async () => {
    const {json} = await audit('CREATE TEMP TABLE mine ()')

    expect(json).toMatchObject({error: {code: '25006'}})
  })

  test('is not asked for together with a tenant', async () => {
    const {exitCode} = await query('SELECT 1', '--as', 'auditor', '--tenant', 'lic')

    expect(exitCode).toBe(2)
  })

  test('gets its login in a database of an older mitra, by the next migration', async () => {
    const database = await workspace.tools().database()
    const admin = await database.connect({role: 'admin'})
    await admin.script(`ALTER ROLE mitra_auditor NOLOGIN PASSWORD NULL;
      ALTER ROLE mitra_auditor RESET ALL;
      REVOKE CONNECT ON DATABASE ${database.name} FROM mitra_auditor;
      COMMENT ON TABLE shared_schema.schema_migrations IS 'older'`)
    await admin.close()

    const refused = await audit('SELECT 1')
    const {json: found} = await run(TenantCheck, ['--json'], workspace.tools())
    const migrated = await run(DbMigrate, ['--json'], workspace.tools())
    const letIn = await audit('SELECT session_user::text')

    expect(refused.json).toMatchObject({error: {code: 'AUTH_FAILED'}})
    expect(found).toMatchObject({findings: [{rule: 'probe.untried', object: 'mitra_auditor'}]})
    expect(migrated.exitCode).toBe(0)
    expect(letIn.json).toMatchObject({rows: [['mitra_auditor']]})
  })

  test('has a password that only the file of secrets knows', async () => {
    const password = workspace.secrets()['postgres.auditor'] ?? ''
    const told = `${workspace.server.log()}${workspace.journal()}`

    expect(password.length).toBeGreaterThan(20)
    expect(told.includes(password)).toBe(false)
  })
})
