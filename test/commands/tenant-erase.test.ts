import {readFileSync, statSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../src/commands/db/migrate.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import TenantErase from '../../src/commands/tenant/erase.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

describe.skipIf(!isPostgresThere)('tenant erase', () => {
  let workspace: DatabaseWorkspace
  let person = ''

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    await run(DbMigrate, [], workspace.tools())
    await run(TenantCreate, ['lic', '--demo'], workspace.tools())
    person = await one('SELECT user_id FROM policyholders LIMIT 1')
  })

  afterAll(async () => {
    await workspace?.leave()
  })

  const one = async (sql: string) => {
    const session = await (await workspace.tools().database()).connect({role: 'admin'})
    const {rows} = await session.script(`SET search_path = lic_schema; ${sql}`)
    await session.close()
    return String(rows[0]?.[0])
  }

  const call = (...argv: string[]) => run(TenantErase, argv, workspace.tools())

  test('--plan says of each table what happens to its rows and why, and changes nothing', async () => {
    const {stdout, exitCode} = await call('lic', '--person', person, '--plan')

    expect(exitCode).toBe(2)
    expect(stdout).toMatch(
      /insurance_policies: keep \d+ without policy_document_url, nominee_details/,
    )
    expect(stdout).toContain('IRDAI')
    expect(stdout).toMatch(/audit_logs: empty \d+ records; their hashes stay/)
    expect(await one(`SELECT email FROM users WHERE user_id = '${person}'`)).toContain('@')
  })

  test('asks, and without a terminal is refused', async () => {
    const {error, exitCode} = await call('lic', '--person', person)

    expect(error).toMatchObject({code: 'NEEDS_YES'})
    expect(exitCode).toBe(6)
  })

  test('a number of a request that could be a name is refused', async () => {
    const {error} = await call('lic', '--person', person, '--request', 'Asha Rao', '--yes')

    expect(error).toMatchObject({kind: 'usage', code: 'REQUEST_NUMBER'})
  })

  test('writes a certificate that is its owner’s alone and names nobody', async () => {
    const email = await one(`SELECT email FROM users WHERE user_id = '${person}'`)
    const {json, exitCode, result} = await call(
      'lic',
      '--person',
      email,
      '--request',
      'DPDP-2026/17',
      '--yes',
      '--json',
    )
    const [file = ''] = result?.files ?? []
    const text = readFileSync(file, 'utf8')

    expect(exitCode).toBe(0)
    expect(json).toMatchObject({applied: true, certificate: {request: 'DPDP-2026/17'}})
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(text)).toEqual(result?.certificate)
    for (const words of [email, person]) expect(text + workspace.journal()).not.toContain(words)
  })

  test('by key there is nothing to do a second time, by address there is nobody', async () => {
    const again = await call('lic', '--person', person, '--yes')
    const gone = await call('lic', '--person', 'asha@lic.example', '--yes')

    expect(again.stdout).toMatch(/Nothing to do: erased at .*, certificate [0-9a-f-]{36}/)
    expect(again.exitCode).toBe(0)
    expect(gone).toMatchObject({exitCode: 2, error: {code: 'NO_PERSON'}})
  })
})
