import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {readMigrations, type Migrations} from '../../../src/features/migrations/files.js'
import {makeTenants, migrateAll, queryAs, shippedMigrations} from '../../support/platform.js'
import type {Platform} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

const sql = 'CREATE TABLE claims ();\nSELECT pg_sleep(0.25);\nCREATE TABLE claim_notes ();'
const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta']

describe.skipIf(!isPostgresThere)('a migration that is cut off', () => {
  let server: TestPostgres
  let shipped: Migrations
  let all: Migrations
  let count = 0

  beforeAll(async () => {
    server = await startPostgres()
    shipped = await shippedMigrations()
    const fileName = '20270101000000_more.sql'
    const text = `-- migrate:up\n${sql}\n-- migrate:down\n`
    const more = readMigrations([{scope: 'tenant', fileName, path: fileName, text}])
    all = {shared: shipped.shared, tenant: [...shipped.tenant, ...more.tenant]}
  })

  afterAll(async () => {
    await server?.stop()
  })

  const fleet = async (): Promise<Platform> => {
    count += 1
    const platform = {database: await server.create(`cut${count}`), secrets: server.secrets}
    await migrateAll(platform, shipped)
    await makeTenants(platform, shipped, names, {isFilled: false})
    return platform
  }

  const start = async (platform: Platform) => {
    const passwords: Record<string, string> = {}
    for (const name of await server.secrets.names()) {
      passwords[name] = (await server.secrets.ensure(name)).reveal()
    }
    const order = {port: server.port, name: platform.database.name, passwords, sql}
    const script = fileURLToPath(new URL('../../support/migrate-forever.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', script], {
      env: {...process.env, MIGRATE_ORDER: JSON.stringify(order)},
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await once(child.stdout, 'data')
    return child
  }

  /** By tenant: the tables of the file, its ledger rows. */
  const traces = async (platform: Platform) => {
    const {rows} = await queryAs(
      platform,
      'admin',
      `SELECT t.name,
        (SELECT count(*) FROM pg_class WHERE relnamespace = t.schema_name::regnamespace
          AND relname IN ('claims', 'claim_notes')),
        (SELECT count(*) FROM shared_schema.schema_migrations m
          WHERE m.tenant_id = t.tenant_id AND version = '20270101000000')
       FROM shared_schema.tenants t ORDER BY 1`,
    )
    return rows.map(([, tables, ledger]) => `${String(tables)} tables, ${String(ledger)} records`)
  }

  const untilNobodyWorks = async (platform: Platform) => {
    for (let busy = true; busy; await sleep(50)) {
      const {rows} = await queryAs(
        platform,
        'admin',
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'mitra_migrator'",
      )
      busy = rows[0]?.[0] !== '0'
    }
  }

  const whole = '2 tables, 1 records'
  const none = '0 tables, 0 records'

  test.each([30, 200, 350, 500, 700])(
    'SIGKILL of mitra after %i ms leaves each tenant whole or untouched; the next run completes',
    async (ms) => {
      const platform = await fleet()
      const child = await start(platform)
      const ended = once(child, 'exit')
      await sleep(ms)
      child.kill('SIGKILL')
      await ended
      await untilNobodyWorks(platform)
      const cut = await traces(platform)
      await migrateAll(platform, all)

      expect(cut.filter((trace) => trace !== whole && trace !== none)).toEqual([])
      expect(await traces(platform)).toEqual(names.map(() => whole))
    },
  )

  test('a crash of the server is waited for: the same run completes', async () => {
    const platform = await fleet()
    const running = migrateAll(platform, all, 2).then(
      () => 'done',
      (error: {readonly code: string}) => error.code,
    )
    await sleep(400)
    await server.crash()

    expect(await running).toBe('done')
    expect(await traces(platform)).toEqual(names.map(() => whole))
  })
})
