import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../../src/commands/db/migrate.js'
import DbQuery from '../../../src/commands/db/query.js'
import DbVerify from '../../../src/commands/db/verify.js'
import TenantCreate from '../../../src/commands/tenant/create.js'
import TenantDrop from '../../../src/commands/tenant/drop.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../../support/database-workspace.js'
import {isPgBouncerThere, startPgBouncer, type PgBouncer} from '../../support/pgbouncer.js'
import {isPostgresThere} from '../../support/postgres.js'
import {run} from '../../support/run.js'

const names = Array.from({length: 6}, (_, number) => `pooled_${number}`)

describe.skipIf(!isPostgresThere || !isPgBouncerThere)('through a pooler', () => {
  let workspace: DatabaseWorkspace
  let pooler: PgBouncer

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    const {port} = workspace.server
    const adminPassword = (await workspace.server.secrets.ensure('postgres.admin')).reveal()
    pooler = await startPgBouncer({port, adminPassword})
    const settings = join(workspace.folder, 'mitra.yml')
    const text = readFileSync(settings, 'utf8').replace(String(port), String(pooler.port))
    writeFileSync(settings, text)
  })

  afterAll(async () => {
    await pooler?.stop()
    await workspace?.leave()
  })

  const query = async (sql: string, ...argv: string[]) => {
    const {json} = await run(DbQuery, [sql, '--json', ...argv], workspace.tools())
    return json
  }

  test('the database is made and tenants are created', async () => {
    const migrated = await run(DbMigrate, ['--json'], workspace.tools())
    const created: number[] = []
    for (const name of names) {
      created.push((await run(TenantCreate, [name, '--json'], workspace.tools())).exitCode)
    }

    expect([migrated.exitCode, ...created]).toEqual([0, ...names.map(() => 0)])
    expect(await query('SELECT session_user, current_schema()', '--tenant', 'pooled_3')).toEqual({
      columns: ['session_user', 'current_schema'],
      rows: [['pooled_3_login', 'pooled_3_schema']],
      rowCount: 1,
    })
  })

  test('a migration runs once in each tenant, over connections that they share', async () => {
    workspace.write('20270101000000_pooled.sql', 'ALTER TABLE users ADD COLUMN pooled text;')

    const {exitCode} = await run(DbMigrate, ['--json'], workspace.tools())
    const {json} = await run(DbVerify, ['--json'], workspace.tools())

    expect(exitCode).toBe(0)
    expect(json).toMatchObject({findings: []})
    expect(
      await query(
        "SELECT count(*), count(DISTINCT fingerprint_after) FROM shared_schema.schema_migrations WHERE version = '20270101000000'",
      ),
    ).toMatchObject({rows: [[String(names.length), '1']]})
  })

  test('nothing of a migration is left in the connections that others get', async () => {
    const settings =
      "SELECT DISTINCT current_setting('lock_timeout'), current_setting('row_security'), coalesce(current_setting('mitra.tenant_id', true), '')"
    const database = await workspace.tools().database()
    const sessions = await Promise.all(
      Array.from({length: 2}, () => database.connect({role: 'migrator'})),
    )
    // Both inside a transaction: two connections of the server, which is all that there are.
    const answers = await Promise.all(sessions.map((one) => one.script(`BEGIN; ${settings}`)))
    await Promise.all(sessions.map((one) => one.close()))

    expect(answers.map(({rows}) => rows)).toEqual([[['0', 'on', '']], [['0', 'on', '']]])
  })

  test('what needs a session of its own is refused before anything is changed', async () => {
    workspace.write(
      '20270101000100_alone.sql',
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (pooled);',
    )
    const path = join(workspace.folder, 'database/tenant/20270101000100_alone.sql')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('-- migrate:up', '-- migrate:up transaction:false'))

    const {json, exitCode} = await run(DbMigrate, ['--json'], workspace.tools())
    const dropped = await run(TenantDrop, ['pooled_0', '--yes', '--json'], workspace.tools())

    expect(exitCode).not.toBe(0)
    expect(JSON.stringify(json)).toContain('goes through a pooler')
    expect(dropped.json).toMatchObject({error: {code: 'POOLED_CONNECTION'}})
    expect(
      await query("SELECT count(*) FROM shared_schema.tenants WHERE state = 'active'"),
    ).toMatchObject({rows: [[String(names.length)]]})
  })
})
