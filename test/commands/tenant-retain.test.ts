import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../src/commands/db/migrate.js'
import TenantAuditVerify from '../../src/commands/tenant/audit/verify.js'
import TenantCheck from '../../src/commands/tenant/check.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import TenantRetain from '../../src/commands/tenant/retain.js'
import {repositoryRoot} from '../support/cli.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

describe.skipIf(!isPostgresThere)('tenant retain', () => {
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

  const call = (...argv: string[]) => run(TenantRetain, argv, workspace.tools())

  const admin = async (sql: string) => {
    const session = await (await workspace.tools().database()).connect({role: 'admin'})
    const {rows} = await session.script(sql)
    await session.close()
    return rows
  }

  test.each([[[]], [['lic', '--all']]])('needs names or --all, and not both: %j', async (argv) => {
    const {error, exitCode} = await call(...argv)

    expect(error).toMatchObject({code: 'WHICH_TENANTS'})
    expect(exitCode).toBe(2)
  })

  test('--plan says what and why, exits 2 and changes nothing', async () => {
    const {stdout, exitCode} = await call('--all', '--plan')
    const again = await call('--all', '--plan', '--json')

    expect(exitCode).toBe(2)
    expect(stdout).toMatch(/lic: make insurance_policies_p_[0-9a-f]{32} and move \d+ rows there/)
    expect(stdout).toMatch(/hdfc: seal the evidence +\d+ records are in no seal yet/)
    expect(again.json).toMatchObject({applied: false, tenants: 2, findings: []})
  })

  test('without a terminal and without --yes it is refused', async () => {
    expect(await call('lic')).toMatchObject({exitCode: 6, error: {code: 'NEEDS_YES'}})
  })

  test('does it, and a second run has nothing to do', async () => {
    const first = await call('--all', '--yes', '--json')
    const second = await call('--all', '--yes')

    expect(first).toMatchObject({exitCode: 0, json: {applied: true}})
    expect(second.stdout).toBe('Nothing to do: 2 tenants as the rules say.\n')
    expect(second.exitCode).toBe(0)
  })

  test('what it made passes the isolation check', async () => {
    const {exitCode, json} = await run(TenantCheck, ['--json'], workspace.tools())

    expect(json).toMatchObject({clean: true, findings: []})
    expect(exitCode).toBe(0)
  })

  test('the journal remembers the seal, and verify compares the chain with it', async () => {
    const whole = await run(TenantAuditVerify, ['lic', '--json'], workspace.tools())
    await admin(
      `SET session_replication_role = replica;
       DELETE FROM lic_schema.audit_links WHERE log_id IN (SELECT log_id FROM lic_schema.audit_logs WHERE action = 'SEAL');
       DELETE FROM lic_schema.audit_logs WHERE action = 'SEAL'`,
    )
    const cut = await run(TenantAuditVerify, ['lic', '--json'], workspace.tools())

    expect(whole).toMatchObject({exitCode: 0, json: {tenants: [{anchors: 1, seals: 1}]}})
    expect(cut).toMatchObject({exitCode: 1, json: {tenants: [{findings: [{kind: 'anchor'}]}]}})
  })

  test('rows of a time that no partition is made for are a finding and exit 1', async () => {
    await admin(
      `SET session_replication_role = replica; INSERT INTO hdfc_schema.customer_analytics (tenant_id, event_type, timestamp)
         SELECT tenant_id, 'x', '1970-01-01' FROM shared_schema.tenants WHERE name = 'hdfc'`,
    )
    const {stdout, exitCode} = await call('hdfc', '--yes')

    expect(stdout).toContain('1 rows of customer_analytics in hdfc are of 1970-01')
    expect(exitCode).toBe(1)
  })

  test('a tenant whose table is held fails by name, the others are done', async () => {
    const rules = readFileSync(join(repositoryRoot, 'config/retention.yml'), 'utf8')
    writeFileSync(
      join(workspace.folder, 'retention.yml'),
      rules.replace('monthsAhead: 3', 'monthsAhead: 4'),
    )
    const holder = await (await workspace.tools().database()).connect({role: 'admin'})
    await holder.script('BEGIN; LOCK TABLE lic_schema.customer_analytics')
    const unseen = await call('lic', '--plan')
    await holder.script('COMMIT; BEGIN; LOCK TABLE lic_schema.customer_analytics IN SHARE MODE')
    const held = await call('lic', 'hdfc', '--yes')
    await holder.script('COMMIT')
    await holder.close()
    const after = await call('lic', '--yes')

    expect(unseen.error).toMatchObject({code: 'RETAIN_FAILED'})
    expect(held.error).toMatchObject({
      code: 'RETAIN_FAILED',
      message: expect.stringContaining('1 of 2 tenants are not done: lic'),
    })
    expect(after.exitCode).toBe(0)
  }, 120_000)
})
