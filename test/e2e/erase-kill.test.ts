import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../src/commands/db/migrate.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import TenantErase from '../../src/commands/tenant/erase.js'
import {atEveryRecord, mitraIn} from '../support/cut-off.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

describe.skipIf(!isPostgresThere)('tenant erase, killed at every record of the journal', () => {
  let workspace: DatabaseWorkspace

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    await run(DbMigrate, [], workspace.tools())
    await run(TenantCreate, ['lic', '--demo'], workspace.tools())
  })

  afterAll(async () => {
    await workspace?.leave()
  })

  const admin = async (sql: string) => {
    const session = await (await workspace.tools().database()).connect({role: 'admin'})
    const {rows} = await session.script(`SET search_path = lic_schema; ${sql}`)
    await session.close()
    return rows
  }

  const certificates = () => {
    const folder = join(workspace.folder, '.mitra/certificates')
    return readdirSync(folder).map((name): {readonly subject: string} =>
      JSON.parse(readFileSync(join(folder, name), 'utf8')),
    )
  }

  test('the same command goes on: nobody is half erased, each has one certificate', async () => {
    let erased = 0
    const records = await atEveryRecord(workspace, {
      async prepare() {
        const [[email, key] = []] = await admin(
          'SELECT email, user_id FROM users JOIN policyholders USING (user_id) WHERE email IS NOT NULL ORDER BY email LIMIT 1',
        )
        return {email: String(email), key: String(key)}
      },
      argv: ({email}) => ['tenant', 'erase', 'lic', '--person', email, '--yes'],
      async check({email, key}) {
        const left = await admin(
          `SELECT (SELECT count(*) FROM users WHERE email = '${email}'),
            (SELECT count(*) FROM user_sessions WHERE user_id = '${key}'),
            (SELECT count(*) FROM audit_logs WHERE concat(old_values, new_values) LIKE '%${email}%')`,
        )
        const isWhole = left[0]?.[0] === '1'
        if (!isWhole) expect(left).toEqual([['0', '0', '0']])
        else expect(Number(left[0]?.[2])).toBeGreaterThan(0)
        const argv = ['lic', '--person', email, '--yes']
        const again = await run(TenantErase, argv, workspace.tools())
        erased += 1

        // The run that was not cut off leaves nothing to go on with.
        expect([0, 2]).toContain(again.exitCode)
        expect(await admin(`SELECT count(*) FROM users WHERE email = '${email}'`)).toEqual([['0']])
        expect(certificates()).toHaveLength(erased)
      },
    })
    const verified = await mitraIn(workspace, ['tenant', 'audit', 'verify', 'lic'])

    expect(records).toBeGreaterThan(5)
    expect(new Set(certificates().map(({subject}) => subject)).size).toBe(erased)
    expect(verified.code).toBe(0)
    expect(workspace.journal()).not.toMatch(/@lic\.example/)
  }, 240_000)
})
