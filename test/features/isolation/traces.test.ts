import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../../src/commands/db/migrate.js'
import TenantCheck from '../../../src/commands/tenant/check.js'
import TenantCreate from '../../../src/commands/tenant/create.js'
import type {Session} from '../../../src/ports/database.js'
import {repositoryRoot} from '../../support/cli.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../../support/database-workspace.js'
import {isPostgresThere} from '../../support/postgres.js'
import {run} from '../../support/run.js'

describe.skipIf(!isPostgresThere)('what a check leaves behind', () => {
  let workspace: DatabaseWorkspace
  let admin: Session

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    await run(DbMigrate, [], workspace.tools())
    for (const name of ['lic', 'hdfc']) {
      await run(TenantCreate, [name, '--demo'], workspace.tools())
    }
    const database = await workspace.tools().database()
    admin = await database.connect({role: 'admin'})
  })

  afterAll(async () => {
    await admin?.close()
    await workspace?.leave()
  })

  /** Every row with the transaction that wrote it, and how many things of each kind there are. */
  async function world(): Promise<readonly unknown[]> {
    const tables = await admin.script(
      "SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class" +
        " WHERE relkind = 'r' AND relnamespace::regnamespace::text ~ '_schema$' ORDER BY 1",
    )
    const hashes = tables.rows.map(
      ([table]) =>
        `SELECT md5(coalesce(string_agg(x, ',' ORDER BY x), '')) FROM (SELECT t.xmin || t::text AS x FROM ${String(table)} t) y`,
    )
    const counts = ['pg_class', 'pg_proc', 'pg_policy', 'pg_roles', 'pg_largeobject_metadata']
      .concat(['pg_replication_slots', 'pg_db_role_setting', 'pg_namespace', 'pg_database'])
      .map((catalog) => `SELECT count(*)::text FROM ${catalog}`)
    const {rows} = await admin.script([...hashes, ...counts].join(' UNION ALL '))
    return rows.flat()
  }

  const check = (...argv: string[]) => run(TenantCheck, [...argv, '--json'], workspace.tools())

  test('no row, no role, no relation, and evidence of none of it', async () => {
    const before = await world()
    const {json} = await check()
    const after = await world()

    expect(json).toMatchObject({clean: true, untried: []})
    expect(after).toEqual(before)
    expect(before.length).toBeGreaterThan(40)
  })

  test('killed at any moment it leaves as little', async () => {
    const before = await world()
    for (const delayMs of [20, 90, 160, 230, 300, 370, 440, 510]) await killAfter(delayMs)
    await settled()

    expect(await world()).toEqual(before)
  })

  async function killAfter(delayMs: number): Promise<void> {
    const child = spawn(
      join(repositoryRoot, 'node_modules/.bin/tsx'),
      [fileURLToPath(new URL('check-process.ts', import.meta.url))],
      {
        env: {...process.env, CHECK_ORDER: JSON.stringify(order())},
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      },
    )
    const exit = once(child, 'exit')
    await once(child.stdout, 'data')
    await sleep(delayMs)
    // The whole group: tsx is a parent of its own.
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    await exit
  }

  function order() {
    return {
      port: workspace.server.port,
      name: 'agent_mitra_local',
      passwords: workspace.secrets(),
    }
  }

  /** The server has noticed that nobody is there any more. */
  async function settled(): Promise<void> {
    for (let turn = 0; turn < 100; turn += 1) {
      const {rows} = await admin.script(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mitra tenant check'",
      )
      if (rows[0]?.[0] === '0') return
      await sleep(100)
    }
    throw new Error('sessions of a killed check are still there')
  }

  test('a table that is held is not waited for: it is named, and the rest is tried', async () => {
    const database = await workspace.tools().database()
    const holder = await database.connect({role: 'admin'})
    await holder.script('BEGIN; LOCK TABLE lic_schema.agents IN ROW EXCLUSIVE MODE')
    const writer = await check('lic')
    await holder.script('ROLLBACK; BEGIN; LOCK TABLE lic_schema.agents IN SHARE MODE')
    const held = await check('lic')
    await holder.close()

    expect(writer.json).toMatchObject({clean: true, untried: []})
    expect(held).toMatchObject({
      exitCode: 0,
      json: {
        clean: true,
        untried: expect.arrayContaining([
          {
            tenant: 'lic',
            object: 'lic_schema.agents',
            why: expect.stringContaining('lock timeout'),
          },
        ]),
      },
    })
  })

  test('a login whose password is not here is a finding; --static leaves the attempts out', async () => {
    const path = join(workspace.folder, '.mitra/secrets.json')
    const secrets = workspace.secrets()
    const {'tenant.lic': _, ...rest} = secrets
    writeFileSync(path, JSON.stringify(rest), {mode: 0o600})
    const tried = await check('lic')
    const read = await check('lic', '--static')
    writeFileSync(path, JSON.stringify({...secrets, 'tenant.lic': 'wrong'}), {mode: 0o600})
    const refused = await check('lic')
    rmSync(path)
    writeFileSync(path, JSON.stringify(secrets), {mode: 0o600})

    expect(tried).toMatchObject({
      exitCode: 1,
      json: {findings: [{rule: 'probe.untried', object: 'lic_login'}]},
    })
    expect(read).toMatchObject({exitCode: 0, json: {clean: true, attempts: 0}})
    expect(refused.json).toMatchObject({
      findings: [{rule: 'probe.untried', what: 'Postgres refused the password of lic_login.'}],
    })
  })

  test('one tenant alone is tried against one that is not there', async () => {
    await admin.script("UPDATE shared_schema.tenants SET state = 'dropping' WHERE name = 'hdfc'")
    const {json} = await check()
    await admin.script("UPDATE shared_schema.tenants SET state = 'active' WHERE name = 'hdfc'")

    expect(json).toMatchObject({clean: true, tenants: 2, untried: []})
    expect((json as {readonly attempts: number}).attempts).toBeGreaterThan(100)
  })
})
