import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {planMigrations} from '../../../src/features/migrations/plan.js'
import {
  readMigrations,
  type Migration,
  type Migrations,
} from '../../../src/features/migrations/files.js'
import {observeDatabase} from '../../../src/features/migrations/state.js'
import {verifyLedger} from '../../../src/features/migrations/verify.js'
import {observeDrift} from '../../../src/features/migrations/drift/report.js'
import {makeTenants, migrateAll, shippedMigrations, type Platform} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

const newest = '20261124000000'
const isOld = ({version}: Migration) => version < newest

test('every file that mitra brought after its first version is known as one of them', async () => {
  const {shared, tenant} = await shippedMigrations()
  const first = [...shared, ...tenant].filter(({version}) => version.startsWith('20260101'))

  expect([...shared, ...tenant].filter(({isBrought}) => !isBrought)).toEqual(first)
})

test('a file of the workspace is not, whatever its name', async () => {
  const fileName = '20261124020000_audit_chain.sql'
  const file = {scope: 'tenant', fileName, path: `database/tenant/${fileName}`} as const
  const {tenant} = readMigrations([{...file, text: '-- migrate:up\nSELECT 1;\n'}])

  expect(tenant.map(({isBrought}) => isBrought)).toEqual([false])
})

describe.skipIf(!isPostgresThere)('a workspace that has later files of its own', () => {
  let server: TestPostgres
  let platform: Platform
  let before: Migrations
  let all: Migrations

  beforeAll(async () => {
    server = await startPostgres()
    platform = {database: await server.create('upgraded'), secrets: server.secrets}
    const shipped = await shippedMigrations()
    const fileName = '20990101000000_own.sql'
    const {tenant: own} = readMigrations([
      {
        scope: 'tenant',
        fileName,
        path: `database/tenant/${fileName}`,
        text: '-- migrate:up\nALTER TABLE agents ADD COLUMN own text;\n-- migrate:down\n',
      },
    ])
    const {shared} = shipped
    before = {shared, tenant: [...shipped.tenant.filter(isOld), ...own]}
    all = {shared, tenant: [...shipped.tenant, ...own]}
    await migrateAll(platform, before)
    await makeTenants(platform, before, ['lic', 'hdfc'], {isFilled: false})
  })

  afterAll(() => server?.stop())

  test('takes what a newer mitra brings, after what it has', async () => {
    const run = await migrateAll(platform, all)
    await makeTenants(platform, all, ['later'], {isFilled: false})

    expect(run.finished).toHaveLength(1)
    expect(planMigrations(all, await observeDatabase(platform.database)).steps).toEqual([])
  })

  test('has a ledger that holds, and no tenant that differs from the others', async () => {
    const {findings} = await verifyLedger(platform.database, all)
    const drift = await observeDrift(platform.database)

    expect(findings).toEqual([])
    expect(drift.findings).toEqual([])
  })
})
