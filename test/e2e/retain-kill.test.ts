import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../src/commands/db/migrate.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import TenantRetain from '../../src/commands/tenant/retain.js'
import {repositoryRoot} from '../support/cli.js'
import {atEveryRecord, mitraIn} from '../support/cut-off.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

describe.skipIf(!isPostgresThere)('tenant retain, killed at every record of the journal', () => {
  let workspace: DatabaseWorkspace

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    await run(DbMigrate, [], workspace.tools())
    const rules = readFileSync(join(repositoryRoot, 'config/retention.yml'), 'utf8')
    writeFileSync(
      join(workspace.folder, 'retention.yml'),
      rules.replace('{keep: 25 months, action: drop}', '{keep: 45 days, action: archive}'),
    )
  })

  afterAll(async () => {
    await workspace?.leave()
  })

  const admin = async (sql: string) => {
    const session = await (await workspace.tools().database()).connect({role: 'admin'})
    const {rows} = await session.script(sql)
    await session.close()
    return rows
  }

  /** What retaining must lead to, whatever was cut off on the way. */
  const endOf = async (name: string) => {
    const rows = await admin(
      `SET search_path = ${name}_schema; SELECT
         (SELECT count(*) FROM insurance_policies_default),
         (SELECT count(*) FROM user_sessions),
         (SELECT string_agg(replace(c.relname, '_', '-'), ' ' ORDER BY 1) FROM pg_class c
           WHERE relnamespace = '${name}_schema'::regnamespace AND relname ~ '^customer_analytics_\\d' AND relkind = 'r'),
         (SELECT count(*) FROM audit_logs WHERE action = 'DELETE')`,
    )
    return rows[0]
  }

  test('the same command goes on, and ends where an undisturbed run does', async () => {
    let count = 0
    const fresh = async () => {
      count += 1
      const name = `t${count}`
      await run(TenantCreate, [name, '--demo'], workspace.tools())
      await admin(
        `SET session_replication_role = replica; INSERT INTO ${name}_schema.user_sessions (tenant_id, user_id, expires_at)
           SELECT tenant_id, user_id, now() - interval '1 year' FROM ${name}_schema.users LIMIT 5`,
      )
      return name
    }
    const calm = await fresh()
    await run(TenantRetain, [calm, '--yes'], workspace.tools())
    const wanted = await endOf(calm)
    const records = await atEveryRecord(workspace, {
      prepare: fresh,
      argv: (name) => ['tenant', 'retain', name, '--yes'],
      async check(name) {
        const again = await run(TenantRetain, [name, '--yes'], workspace.tools())
        const planned = await run(TenantRetain, [name, '--plan'], workspace.tools())

        expect(again).toMatchObject({exitCode: 0})
        expect(planned).toMatchObject({exitCode: 0, stdout: 'Nothing to do.\n'})
        expect(await endOf(name)).toEqual(wanted)
      },
    })
    const verified = await mitraIn(workspace, ['tenant', 'audit', 'verify'])

    expect(wanted?.slice(0, 2)).toEqual(['0', '0'])
    expect(records).toBeGreaterThan(6)
    expect(verified.code).toBe(0)
  }, 400_000)
})
