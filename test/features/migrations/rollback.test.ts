import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import type {Migrations} from '../../../src/features/migrations/files.js'
import {sqlForTenant} from '../../../src/features/migrations/plan-sql.js'
import {
  applyRollback,
  planRollback,
  rollbackSql,
  type RollbackWish,
} from '../../../src/features/migrations/rollback.js'
import {observeDatabase} from '../../../src/features/migrations/state.js'
import {makeFleets, type Fleets} from '../../support/fleet.js'
import {migrateAll, queryAs, toolsOf} from '../../support/platform.js'
import type {Platform} from '../../support/platform.js'
import {RecordedRun} from '../../fakes/run.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

const names = ['alpha', 'beta', 'gamma']

describe.skipIf(!isPostgresThere)('taking migrations back on a real server', () => {
  let server: TestPostgres
  let fleets: Fleets
  let platform: Platform

  beforeAll(async () => {
    server = await startPostgres()
    fleets = await makeFleets(server, names)
  }, 120_000)

  afterAll(async () => {
    await server?.stop()
  })

  beforeEach(async () => {
    platform = await fleets.copy()
  })

  const rows = async (sql: string) => (await queryAs(platform, 'admin', sql)).rows

  /** What every tenant is like: the digest of its live schema. */
  const prints = () =>
    rows(
      `SELECT DISTINCT shared_schema.schema_fingerprint(schema_name, login_name, tenant_id::text)
         FROM shared_schema.tenants`,
    )

  const versions = async (name: string) => {
    const found = await rows(
      `SELECT version FROM shared_schema.schema_migrations JOIN shared_schema.tenants t USING (tenant_id)
        WHERE t.name = '${name}' ORDER BY version`,
    )
    return found.flat()
  }

  const rollBack = async (migrations: Migrations, wish: Partial<RollbackWish> = {}) => {
    const run = new RecordedRun()
    const plan = planRollback(migrations, await observeDatabase(platform.database), {
      isShared: false,
      ...wish,
    })
    await applyRollback(plan, {
      ...toolsOf(platform, migrations, run),
      toolVersion: 'test',
      connections: 2,
    })
    return {plan, run}
  }

  const added = (down: string, options: Parameters<Fleets['withFile']>[1] = {}) =>
    fleets.withFile('CREATE TABLE claims ();', {down, ...options})

  test('the newest file is taken back everywhere, with its records; schemas are as before', async () => {
    const all = added('DROP TABLE claims;')
    const before = await prints()
    await migrateAll(platform, all)
    const between = await prints()
    const {run} = await rollBack(all)

    expect(run.finished).toEqual(['db.rollback.20270101000000'])
    expect(await prints()).toEqual(before)
    expect(between).not.toEqual(before)
    expect(await versions('beta')).toEqual(fleets.shipped.tenant.map(({version}) => version))
  })

  test('the plan holds the exact SQL, one copy for all', async () => {
    const all = added('DROP TABLE claims;')
    await migrateAll(platform, all)
    const plan = planRollback(all, await observeDatabase(platform.database), {isShared: false})
    const [sql] = rollbackSql(plan)
    for (const tenant of sql?.tenants ?? []) {
      await queryAs(platform, 'migrator', sql === undefined ? '' : sqlForTenant(sql, tenant))
    }

    expect(sql?.tenants.map(({name}) => name)).toEqual(names)
    expect(await versions('gamma')).toHaveLength(fleets.shipped.tenant.length)
  })

  test('all shipped files go back to nothing and come again', async () => {
    const before = await prints()
    await rollBack(fleets.shipped, {steps: fleets.shipped.tenant.length})
    const gone = await rows(
      "SELECT count(*) FROM pg_class WHERE relnamespace = 'alpha_schema'::regnamespace",
    )
    await migrateAll(platform, fleets.shipped)

    expect(gone).toEqual([['0']])
    expect(await prints()).toEqual(before)
  })

  test('a version to keep is given; only those who have a newer one lose it', async () => {
    const all = added('DROP TABLE claims;')
    const [, keep] = fleets.shipped.tenant.toReversed()
    await migrateAll(platform, all)
    await rollBack(all)
    const {plan} = await rollBack(all, {to: keep?.version ?? ''})

    expect(plan.stages.map(({files}) => files.length)).toEqual([1])
    expect((await versions('alpha')).at(-1)).toBe(keep?.version)
  })

  test('a version that nobody has is an error that names those there are', async () => {
    await expect(rollBack(fleets.shipped, {to: '20200101000000'})).rejects.toMatchObject({
      code: 'NO_SUCH_VERSION',
      hints: [expect.stringContaining(fleets.shipped.tenant.at(-1)?.version ?? 'none')],
    })
  })

  test('a file without a way back is refused with its line before anything is touched', async () => {
    const all = added('-- nothing but words')
    await migrateAll(platform, all)

    await expect(rollBack(all)).rejects.toMatchObject({
      code: 'MIGRATION_NO_DOWN',
      message: 'database/tenant/20270101000000_more.sql:5 has nothing under `-- migrate:down`.',
    })
  })

  test('a file that was changed since is refused', async () => {
    await migrateAll(platform, added('DROP TABLE claims;'))

    await expect(rollBack(added('DROP TABLE claims; SELECT 1;'))).rejects.toMatchObject({
      code: 'MIGRATION_EDITED',
    })
  })

  test('a tenant that fails keeps its table and its record; the others are taken back', async () => {
    const all = added('DROP TABLE claims;')
    await migrateAll(platform, all)
    await rows('CREATE VIEW beta_schema.v AS SELECT FROM beta_schema.claims')

    await expect(rollBack(all)).rejects.toMatchObject({
      code: 'TENANTS_FAILED',
      message: '1 of 3 tenants were not taken back: beta.',
      hints: expect.arrayContaining([
        expect.stringContaining('database/tenant/20270101000000_more.sql: cannot drop table'),
      ]),
    })
    expect(await versions('beta')).toContain('20270101000000')
    expect(await versions('alpha')).not.toContain('20270101000000')
  })

  test('an index is dropped concurrently; cut off, the next run goes on', async () => {
    const all = fleets.withFile('CREATE INDEX CONCURRENTLY i ON agents (territory);', {
      header: '-- migrate:up transaction:false',
      downHeader: '-- migrate:down transaction:false',
      down: 'DROP INDEX CONCURRENTLY i;\nSELECT 1;',
    })
    const before = await prints()
    await migrateAll(platform, all)
    await rows('DROP INDEX beta_schema.i')
    await rows(
      `UPDATE shared_schema.schema_migrations SET state = 'undoing', statements_done = 0 WHERE version = '20270101000000'
        AND tenant_id = (SELECT tenant_id FROM shared_schema.tenants WHERE name = 'beta')`,
    )
    await expect(migrateAll(platform, all)).rejects.toMatchObject({code: 'MIGRATION_HALF_UNDONE'})
    await rollBack(all)

    expect(await prints()).toEqual(before)
    expect(await versions('beta')).not.toContain('20270101000000')
  })

  test('shared_schema goes back by itself', async () => {
    const [newest] = fleets.shipped.shared.toReversed()
    const {run} = await rollBack(fleets.shipped, {isShared: true})
    const again = await migrateAll(platform, fleets.shipped)

    expect(run.finished).toEqual([`db.rollback.shared.${newest?.version}`])
    expect(again.finished).toEqual([`db.shared.${newest?.version}`])
  })
})
