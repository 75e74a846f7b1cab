import {existsSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../src/commands/db/migrate.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import TenantExport from '../../src/commands/tenant/export.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

describe.skipIf(!isPostgresThere)('tenant export', () => {
  let workspace: DatabaseWorkspace
  let email = ''

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    await run(DbMigrate, [], workspace.tools())
    await run(TenantCreate, ['lic', '--demo'], workspace.tools())
    const session = await (await workspace.tools().database()).connect({role: 'admin'})
    const {rows} = await session.query(
      'SELECT email FROM lic_schema.users JOIN lic_schema.policyholders USING (user_id) LIMIT 1',
    )
    email = String(rows[0]?.[0])
    await session.close()
  })

  afterAll(async () => {
    await workspace?.leave()
  })

  const call = (...argv: string[]) => run(TenantExport, argv, workspace.tools())

  test('--plan counts and writes nothing', async () => {
    const {json, exitCode} = await call('lic', '--person', email, '--plan', '--json')

    expect(exitCode).toBe(2)
    expect(json).toMatchObject({applied: false, plan: [{id: 'tenant.export.lic'}]})
    expect(existsSync(join(workspace.folder, '.mitra/exports'))).toBe(false)
  })

  test('writes a folder below .mitra and says where', async () => {
    const {json, exitCode} = await call('lic', '--person', email, '--json')
    const [folder = ''] = readdirSync(join(workspace.folder, '.mitra/exports'))

    expect(exitCode).toBe(0)
    expect(json).toMatchObject({
      applied: true,
      folder: join(workspace.folder, '.mitra/exports', folder),
    })
    expect(folder).toMatch(/^lic-\d{8}T\d{6}$/)
  })

  test('a folder that is there is left alone', async () => {
    const {error, exitCode} = await call('lic', '--person', email, '--to', workspace.folder)

    expect(error).toMatchObject({
      code: 'FOLDER_EXISTS',
      message: expect.stringContaining('nothing'),
    })
    expect(exitCode).toBe(1)
  })

  test('the journal knows that it was done, and nothing about whom', () => {
    const journal = workspace.journal()

    expect(journal).toContain('tenant export lic')
    expect(journal).not.toContain(email)
    expect(journal).not.toMatch(/"person":/)
  })

  test('nobody of that address is an error that does not repeat it', async () => {
    const {error, exitCode} = await call('lic', '--person', 'private@example.in')

    expect(error).toMatchObject({
      code: 'NO_PERSON',
      message: expect.not.stringContaining('private'),
    })
    expect(exitCode).toBe(2)
  })

  test('a typo in retention.yml is named with its line before anything is done', async () => {
    const own = join(workspace.folder, 'retention.yml')
    writeFileSync(own, 'partitions: {monthsAhead: 3}\nperson: {tabel: users}\ntables: {}\n')
    const {error, exitCode} = await call('lic', '--person', email)
    rmSync(own)

    expect(error).toMatchObject({
      message: expect.stringContaining('retention.yml:2 unknown key: person.tabel'),
      hints: expect.arrayContaining(['Did you mean table?']),
    })
    expect(exitCode).toBe(3)
  })
})
