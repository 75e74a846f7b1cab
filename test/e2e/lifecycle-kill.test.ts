import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../src/commands/db/migrate.js'
import TenantArchive from '../../src/commands/tenant/archive.js'
import TenantCreate from '../../src/commands/tenant/create.js'
import TenantDrop from '../../src/commands/tenant/drop.js'
import TenantExec from '../../src/commands/tenant/exec.js'
import TenantRename from '../../src/commands/tenant/rename.js'
import TenantRestore from '../../src/commands/tenant/restore.js'
import Undo from '../../src/commands/undo.js'
import {contentOf} from '../support/archived.js'
import {atEveryRecord, mitraIn} from '../support/cut-off.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../support/database-workspace.js'
import {isPostgresThere} from '../support/postgres.js'
import {run} from '../support/run.js'

describe.skipIf(!isPostgresThere)('a tenant on its way out, in and to another name', () => {
  let workspace: DatabaseWorkspace
  let count = 0

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    await run(DbMigrate, [], workspace.tools())
  })

  afterAll(async () => {
    await workspace?.leave()
  })

  const fresh = async () => {
    count += 1
    const name = `t${count}`
    await run(TenantCreate, [name, '--demo'], workspace.tools())
    return name
  }
  const rows = async (name: string) => {
    const database = await workspace.tools().database()
    return contentOf({database, secrets: workspace.server.secrets}, name)
  }
  const admin = async (sql: string) => {
    const session = await (await workspace.tools().database()).connect({role: 'admin'})
    const {rows: found} = await session.script(sql)
    await session.close()
    return found
  }
  const traces = async (name: string) =>
    admin(
      `SELECT to_regnamespace('${name}_schema'), to_regrole('${name}_login'),
         (SELECT count(*) FROM shared_schema.tenants WHERE name = '${name}')`,
    )
  const archiveOf = async (name: string, file: string) =>
    run(TenantArchive, [name, '--file', file], workspace.tools())

  test('a drop that was killed goes on, with an archive that brings every row back', async () => {
    const records = await atEveryRecord(workspace, {
      async prepare() {
        const name = await fresh()
        return {name, before: await rows(name)}
      },
      argv: ({name}) => ['tenant', 'drop', name, '--yes'],
      async check({name, before}, fault) {
        if ((await traces(name))[0]?.[2] !== '0') {
          const {exitCode} = await run(TenantDrop, [name, '--yes'], workspace.tools())
          expect(exitCode).toBe(0)
        }
        const gone = await traces(name)
        const files = readdirSync(join(workspace.folder, '.mitra/archives')).toSorted()
        const file = files.filter((one) => one.startsWith(`${name}-`)).at(-1) ?? fault
        const path = join(workspace.folder, '.mitra/archives', file)
        const back = await run(TenantRestore, [path], workspace.tools())

        expect(gone).toEqual([[null, null, '0']])
        expect(back.exitCode).toBe(0)
        expect(await rows(name)).toEqual(before)
      },
    })

    expect(records).toBe(5)
  }, 600_000)

  test('a restore that was killed leaves nobody in, and the same command ends it', async () => {
    const records = await atEveryRecord(workspace, {
      async prepare() {
        const name = await fresh()
        const file = join(workspace.folder, `${name}.tar.gz`)
        const before = await rows(name)
        await archiveOf(name, file)
        const dropped = ['--no-archive', '--confirm', name, '--yes']
        await run(TenantDrop, [name, ...dropped], workspace.tools())
        return {name, file, before}
      },
      argv: ({file}) => ['tenant', 'restore', file],
      async check({name, file, before}) {
        const [registry] = await admin(
          `SELECT state, (SELECT rolcanlogin FROM pg_roles WHERE rolname = login_name)
             FROM shared_schema.tenants WHERE name = '${name}'`,
        )
        const isIn = registry?.[0] === 'active'
        const again = await run(TenantRestore, [file], workspace.tools())

        expect(registry?.[1] ?? 'f').toBe(isIn ? 't' : 'f')
        expect(again.exitCode).toBe(isIn ? 2 : 0)
        expect(await rows(name)).toEqual(before)
      },
    })

    expect(records).toBe(5)
  }, 600_000)

  test('a renaming that was killed ends under the new name, with the password that fits', async () => {
    const records = await atEveryRecord(workspace, {
      async prepare() {
        const name = await fresh()
        return {name, to: `${name}_new`, before: await rows(name)}
      },
      argv: ({name, to}) => ['tenant', 'rename', name, to],
      async check({name, to, before}) {
        const again = await run(TenantRename, [name, to], workspace.tools())
        const seen = await mitraIn(workspace, ['db', 'query', 'SELECT 1', '--tenant', to])

        // Named so already: there is no such tenant any more.
        expect([0, 2]).toContain(again.exitCode)
        expect(seen.code).toBe(0)
        expect(await rows(to)).toEqual(before)
        expect(Object.keys(workspace.secrets())).not.toContain(`tenant.${name}`)
      },
    })

    expect(records).toBe(3)
  }, 600_000)

  test('two archives within a second do not stand in the way of each other', async () => {
    const name = await fresh()

    const first = await run(TenantArchive, [name], workspace.tools())
    const second = await run(TenantArchive, [name], workspace.tools())

    expect([first.exitCode, second.exitCode]).toEqual([0, 0])
    expect(first.result?.archive?.file).not.toBe(second.result?.archive?.file)
  }, 120_000)

  test('undo brings back a dropped tenant, and a renamed one to its name', async () => {
    const name = await fresh()
    const before = await rows(name)
    await run(TenantRename, [name, `${name}_b`], workspace.tools())
    const renamed = await run(Undo, ['--yes'], workspace.tools())
    await run(TenantDrop, [name, '--yes'], workspace.tools())
    const dropped = await run(Undo, ['--yes'], workspace.tools())

    expect([renamed.exitCode, dropped.exitCode]).toEqual([0, 0])
    expect(await rows(name)).toEqual(before)
  }, 120_000)

  test('undo lets a closed tenant in again, and never one of which something may be gone', async () => {
    const [whole, begun] = [await fresh(), await fresh()]
    const before = await rows(whole)
    const cutOff = async (name: string) =>
      mitraIn(workspace, ['tenant', 'drop', name, '--yes'], 'journal:2:after')
    await cutOff(whole)
    const reopened = await run(Undo, ['--yes'], workspace.tools())
    const seen = await mitraIn(workspace, ['db', 'query', 'SELECT 1', '--tenant', whole])

    await cutOff(begun)
    await admin(`DROP TABLE ${begun}_schema.customer_analytics CASCADE`)
    const secrets = await workspace.tools().secrets()
    await secrets.remove(`tenant.${begun}`)
    const refused = await run(Undo, ['last', '--yes'], workspace.tools())
    const [state] = await admin(`SELECT state FROM shared_schema.tenants WHERE name = '${begun}'`)

    expect([reopened.exitCode, seen.code]).toEqual([0, 0])
    expect(await rows(whole)).toEqual(before)
    expect(refused.stdout).not.toContain('Let ')
    expect(state).toEqual(['dropping'])
  }, 120_000)

  test('without an archive a drop wants the name twice, and says nothing can be brought back', async () => {
    const name = await fresh()

    const bare = await run(TenantDrop, [name, '--no-archive', '--yes'], workspace.tools())
    const wrong = await run(
      TenantDrop,
      [name, '--no-archive', '--confirm', 'other', '--yes'],
      workspace.tools(),
    )
    const asked = await run(TenantDrop, [name], workspace.tools())

    expect([bare.exitCode, wrong.exitCode, asked.exitCode]).toEqual([6, 6, 6])
    expect((await traces(name))[0]?.[2]).toBe('1')
  }, 120_000)

  test('a restore over a tenant that is there, and of a file that is none, change nothing', async () => {
    const name = await fresh()
    const file = join(workspace.folder, `${name}-twice.tar.gz`)
    await archiveOf(name, file)

    const over = await run(TenantRestore, [file, '--json'], workspace.tools())
    const none = await run(
      TenantRestore,
      [join(workspace.folder, 'mitra.yml'), '--json'],
      workspace.tools(),
    )
    const gone = await run(TenantRestore, ['nowhere.tar.gz', '--json'], workspace.tools())

    expect(existsSync(file)).toBe(true)
    expect(over.json).toMatchObject({error: {code: 'TENANT_EXISTS'}})
    expect(none.json).toMatchObject({error: {code: 'NO_ARCHIVE'}})
    expect(gone.json).toMatchObject({error: {code: 'ARCHIVE_MISSING'}})
  }, 120_000)

  test('exec gives a program the connection in its environment, and its exit code back', async () => {
    const name = await fresh()
    const shown = ['sh', '-c', 'echo "$PGUSER $MITRA_TENANT ${#PGPASSWORD}"; exit 7']

    const one = await mitraIn(workspace, ['tenant', 'exec', name, '--', ...shown])
    const missing = await run(TenantExec, [name, '--', 'no-such-program'], workspace.tools())

    expect(one).toMatchObject({code: 7, stdout: `${name}_login ${name} 32\n`})
    expect(missing).toMatchObject({exitCode: 1, error: {code: 'CANNOT_RUN'}})
  }, 120_000)
})
