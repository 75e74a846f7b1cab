import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {observeDrift, type DriftReport} from '../../../../src/features/migrations/drift/report.js'
import type {Session} from '../../../../src/ports/database.js'
import {
  makeTenants,
  migrateAll,
  shippedMigrations,
  type Platform,
} from '../../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../../support/postgres.js'
import {edits} from './edits.js'

// Names of many lengths and names that lie in others.
const names = ['red', 'odd', 'actor', 'users', 'hdfc_life_insurance_of_the_north', 'lic']

describe.skipIf(!isPostgresThere)('drift of a fleet', () => {
  let server: TestPostgres
  let platform: Platform
  let admin: Session

  beforeAll(async () => {
    server = await startPostgres()
    platform = {database: await server.create('drift'), secrets: server.secrets}
    const shipped = await shippedMigrations()
    const older = {...shipped, tenant: shipped.tenant.slice(0, -1)}
    await migrateAll(platform, shipped)
    // Some were made before the last migration, some after it.
    await makeTenants(platform, older, names.slice(0, 3), {isFilled: false})
    await migrateAll(platform, shipped)
    await makeTenants(platform, shipped, names.slice(3), {isFilled: false})
    admin = await platform.database.connect({role: 'admin'})
    // Partitions of other months and of providers, as time and trade make them.
    await makePartitions()
  }, 120_000)

  afterAll(async () => {
    await admin?.close()
    await server?.stop()
  })

  async function makePartitions(): Promise<void> {
    const migrator = await platform.database.connect({role: 'migrator'})
    await migrator.script(`
      SELECT shared_schema.make_month_partitions('red_schema.customer_analytics', '2025-01-01', 5);
      SELECT shared_schema.make_month_partitions('lic_schema.audit_logs', '2030-01-01', 2);
      SELECT shared_schema.make_provider_partition('lic_schema.insurance_policies', gen_random_uuid());
      SELECT shared_schema.make_provider_partition('lic_schema.insurance_policies', gen_random_uuid())`)
    await migrator.close()
  }

  const look = (): Promise<DriftReport> => observeDrift(platform.database)
  const inOdd = (sql: string) =>
    admin.script(
      `SET search_path = odd_schema, shared_schema; ${sql
        .replaceAll('~login', 'odd_login')
        .replaceAll('~', 'odd_schema')}; RESET search_path`,
    )

  test('tenants made at different times, with different partitions, are equal and as recorded', async () => {
    const {schemas, clusters, findings} = await look()

    expect(findings).toEqual([])
    expect(schemas).toBe(names.length + 1)
    expect(clusters).toMatchObject([
      {isNorm: true, recorded: 'same', tenants: names.toSorted()},
      {isNorm: true, recorded: 'same', tenants: ['shared_schema']},
    ])
  })

  test.each(edits)('names $what: $kind $object', async ({sql, kind, object, undo, leaves}) => {
    await inOdd(sql)
    const {findings} = await look()
    const [finding] = findings
    const differences = finding?.differences ?? []
    const repair = differences.flatMap((one) => one.repair)
    await inOdd(undo === 'repair' ? repair.join('\n') : undo)
    const after = await look()

    expect(findings).toHaveLength(1)
    expect(finding).toMatchObject({tenants: ['odd'], what: 'differs'})
    expect(differences.map((one) => `${one.kind} ${one.object}`)).toContain(`${kind} ${object}`)
    const left = after.findings.flatMap((one) => one.differences)
    expect(left.map((one) => `${one.kind} ${one.object}`)).toEqual(
      leaves === undefined ? [] : [leaves],
    )
  })

  test('knows forty kinds of edits and more', () => {
    expect(edits.length).toBeGreaterThanOrEqual(40)
  })
})
