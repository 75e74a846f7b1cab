import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbLint from '../../src/commands/db/lint.js'
import DbMigrate from '../../src/commands/db/migrate.js'
import DbQuery from '../../src/commands/db/query.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import type {Tools} from '../../src/cli/tools.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

const file = '20990101000000_claims.sql'
const open = 'CREATE TABLE claims (tenant_id uuid NOT NULL);'

describe.skipIf(!isPostgresThere)('db lint and db migrate', () => {
  let workspace: DatabaseWorkspace

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    await run(DbMigrate, [], workspace.tools())
    await run(TenantCreate, ['lic'], workspace.tools())
  })

  afterAll(async () => {
    await workspace?.leave()
  })

  const ledgerSize = async () => {
    const query = 'SELECT count(*) FROM shared_schema.schema_migrations'
    const {result} = await run(DbQuery, [query], workspace.tools())
    return Number(result?.rows[0]?.[0])
  }

  test('db lint finds nothing in a new workspace and exits 0', async () => {
    const {json, exitCode, stdout} = await run(DbLint, ['--json'], workspace.tools())
    const text = await run(DbLint, [], workspace.tools())

    expect(exitCode).toBe(0)
    expect(json).toMatchObject({findings: []})
    expect(stdout).toContain('"files"')
    expect(text.stdout).toContain('Nothing is unsafe')
  })

  test('db lint names file, line, rule, reason and remedy, and exits 1', async () => {
    workspace.write(file, open)
    const {json, exitCode} = await run(DbLint, ['--json'], workspace.tools())
    const text = await run(DbLint, [file], workspace.tools())

    expect(exitCode).toBe(1)
    expect(json).toMatchObject({
      findings: [{rule: 'rls-missing', path: `database/tenant/${file}`, line: 2}],
    })
    expect(text.stdout).toContain(`database/tenant/${file}:2 rls-missing`)
    expect(text.stdout).toContain("> SELECT shared_schema.protect_table('claims'::regclass);")
  })

  test('db lint refuses a name that no migration has', async () => {
    const {error, exitCode} = await run(DbLint, ['nothing'], workspace.tools())

    expect(error?.code).toBe('NO_SUCH_MIGRATION')
    expect(exitCode).toBe(2)
  })

  test('db migrate refuses what is unsafe before anything runs, with --plan too', async () => {
    const before = await ledgerSize()
    const refused = await run(DbMigrate, ['--json'], workspace.tools())
    const planned = await run(DbMigrate, ['--plan'], workspace.tools())

    expect(refused.json).toMatchObject({error: {code: 'MIGRATION_UNSAFE'}})
    expect(planned.error?.message).toContain(`database/tenant/${file}:2 rls-missing`)
    expect(refused.exitCode).toBe(1)
    expect(planned.error?.code).toBe('MIGRATION_UNSAFE')
    expect(await ledgerSize()).toBe(before)
  })

  test('what was looked at once is not looked at again, until it changes', async () => {
    const heavy: string[] = []
    const counted = (): Tools => {
      const tools = workspace.tools()
      return {
        ...tools,
        sqlReader: async () => {
          heavy.push('parser')
          return tools.sqlReader()
        },
        ddlChecker: async () => {
          heavy.push('squawk')
          return tools.ddlChecker()
        },
      }
    }
    workspace.write(file, `${open}\nSELECT shared_schema.protect_table('claims'::regclass);`)
    await run(DbMigrate, ['--plan'], counted())
    const once = [...heavy]
    await run(DbMigrate, ['--plan'], counted())
    const {exitCode} = await run(DbMigrate, [], counted())
    await run(DbMigrate, [], counted())

    expect(once).toEqual(['parser', 'squawk'])
    expect(heavy).toEqual(once)
    expect(exitCode).toBe(0)
  })

  test('verdicts that cannot be read are made anew', async () => {
    const kept = join(workspace.folder, '.mitra/lint.json')
    const next = '20990102000000_next.sql'
    workspace.write(next, 'RESET ALL;')
    await run(DbMigrate, ['--plan'], workspace.tools())
    writeFileSync(kept, readFileSync(kept, 'utf8').slice(0, 20))
    const {error} = await run(DbMigrate, ['--plan'], workspace.tools())

    expect(error?.code).toBe('MIGRATION_UNSAFE')
    expect(readFileSync(kept, 'utf8')).toContain('session-setting')
    rmSync(join(workspace.folder, 'database/tenant', next))
  })

  test('--no-lint runs it all the same', async () => {
    const next = '20990102000000_next.sql'
    workspace.write(next, 'CREATE TABLE open_to_all (id int);')
    const before = await ledgerSize()
    const {exitCode} = await run(DbMigrate, ['--no-lint'], workspace.tools())

    expect(exitCode).toBe(0)
    expect(await ledgerSize()).toBe(before + 1)
  })
})
