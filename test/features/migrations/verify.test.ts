import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import type {Migrations} from '../../../src/features/migrations/files.js'
import {fleetStatus, tenantStatus} from '../../../src/features/migrations/status.js'
import {verifyLedger} from '../../../src/features/migrations/verify.js'
import type {Database} from '../../../src/ports/database.js'
import {makeFleets, type Fleets} from '../../support/fleet.js'
import {makeTenants, migrateAll, queryAs} from '../../support/platform.js'
import type {Platform} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta']

describe.skipIf(!isPostgresThere)('the ledger', () => {
  let server: TestPostgres
  let fleets: Fleets
  let shipped: Migrations
  let platform: Platform

  beforeAll(async () => {
    server = await startPostgres()
    fleets = await makeFleets(server, names)
    shipped = fleets.shipped
  }, 120_000)

  afterAll(async () => {
    await server?.stop()
  })

  beforeEach(async () => {
    platform = await fleets.copy()
  })

  const change = (sql: string) => queryAs(platform, 'admin', sql)
  const ledger = 'shared_schema.schema_migrations'
  const of = (name: string) =>
    `tenant_id = (SELECT tenant_id FROM shared_schema.tenants WHERE name = '${name}')`
  const verify = (migrations = shipped) => verifyLedger(platform.database, migrations)

  /** The same database, counting what is asked. */
  const counted = () => {
    const asked: string[] = []
    const database: Database = {
      name: platform.database.name,
      url: (login) => platform.database.url(login),
      async connect(...given) {
        const session = await platform.database.connect(...given)
        const ask = async (sql: string, parameters?: readonly unknown[]) => {
          asked.push(sql)
          return session.query(sql, parameters)
        }
        return new Proxy(session, {
          get: (target, key) => {
            if (key === 'query') return ask
            const value: unknown = Reflect.get(target, key)
            return typeof value === 'function' ? value.bind(target) : value
          },
        })
      },
    }
    return {database, asked}
  }

  describe('is verified', () => {
    test('to be right after a plain day, whatever ran in which order', async () => {
      const late = fleets.withFile('-- mitra:phase contract\nCREATE TABLE later ();')
      const newer = fleets.withFile('CREATE TABLE newer ();', {version: '20270101000001'})
      const [contract] = late.tenant.slice(-1)
      const [expand] = newer.tenant.slice(-1)
      if (contract === undefined || expand === undefined) throw new Error('there are two files')
      await migrateAll(platform, newer)
      const all = {shared: shipped.shared, tenant: [...shipped.tenant, contract, expand]}
      await migrateAll(platform, all)
      await makeTenants(platform, all, ['eta'], {isFilled: false})

      expect(await verify(all)).toMatchObject({findings: [], withoutFingerprint: 0})
    })

    test('in three questions, whatever the number of tenants', async () => {
      const {database, asked} = counted()
      await verifyLedger(database, shipped)

      expect(asked).toHaveLength(3)
    })

    test('a file that was changed is named with some of its tenants and their number', async () => {
      const [first, ...rest] = shipped.tenant
      if (first === undefined) throw new Error('there are files')
      const {findings} = await verify({
        shared: shipped.shared,
        tenant: [{...first, checksum: 'other'}, ...rest],
      })

      expect(findings).toMatchObject([
        {
          rule: 'edited',
          count: 6,
          targets: ['alpha', 'beta', 'delta', 'epsilon', 'gamma'],
          what: `${first.path} was changed after it ran in alpha, beta, delta, epsilon, gamma and 1 more.`,
        },
      ])
    })

    test('a file that is gone, of shared_schema too', async () => {
      const {findings} = await verify({shared: shipped.shared.slice(1), tenant: shipped.tenant})

      expect(findings).toMatchObject([
        {rule: 'missing', version: shipped.shared[0]?.version, targets: ['shared_schema']},
      ])
    })

    test('a record that somebody removed breaks the chain at the next one', async () => {
      const [, second, third] = shipped.tenant
      await change(`DELETE FROM ${ledger} WHERE version = '${second?.version}' AND ${of('beta')}`)
      const {findings} = await verify()

      expect(findings.map(({rule, version}) => `${rule} ${version}`)).toEqual([
        `chain ${third?.version}`,
        `late ${second?.version}`,
      ])
      expect(findings[0]).toMatchObject({targets: ['beta'], count: 1})
    })

    test('a record whose checksum somebody changed', async () => {
      const [first] = shipped.tenant
      await change(
        `UPDATE ${ledger} SET checksum = 'x' WHERE version = '${first?.version}' AND ${of('beta')}`,
      )
      const {findings} = await verify()

      expect(findings.map(({rule}) => rule)).toEqual(['edited', 'chain'])
    })

    test('a file that was cut off', async () => {
      const last = shipped.tenant.at(-1)
      await change(
        `UPDATE ${ledger} SET state = 'running' WHERE version = '${last?.version}' AND ${of('beta')}`,
      )
      const {findings} = await verify()

      expect(findings).toMatchObject([
        {rule: 'unfinished', targets: ['beta'], fix: 'mitra db migrate'},
      ])
    })

    test('a tenant that came out of the same files otherwise', async () => {
      await change('CREATE TABLE beta_schema.by_hand ()')
      const all = fleets.withFile('CREATE TABLE claims ();')
      await migrateAll(platform, all)
      const {findings} = await verify(all)

      expect(findings).toMatchObject([
        {
          rule: 'fingerprint',
          targets: ['beta'],
          what: 'beta came out of 20270101000000 otherwise than 5 tenants.',
        },
      ])
    })

    test('fingerprints of an older mitra are counted and not compared', async () => {
      await change(`UPDATE ${ledger} SET fingerprint_after = NULL WHERE ${of('beta')}`)
      await change(`UPDATE ${ledger} SET fingerprint_after = 'older:1' WHERE ${of('gamma')}`)

      expect(await verify()).toMatchObject({findings: [], withoutFingerprint: 1})
    })
  })

  describe('gives the status', () => {
    test('by file, in three questions, with who is behind', async () => {
      const all = fleets.withFile('CREATE TABLE claims ();')
      await change('CREATE TABLE beta_schema.claims ()')
      await expect(migrateAll(platform, all)).rejects.toThrow('1 of 6 tenants')
      const {database, asked} = counted()
      const status = await fleetStatus(database, all)

      expect(asked).toHaveLength(3)
      expect(status).toMatchObject({tenants: 6, pendingMigrations: 1})
      expect(status.versions.at(-1)).toEqual({
        scope: 'tenant',
        version: '20270101000000',
        name: 'more',
        phase: null,
        applied: 5,
        missing: 1,
        unfinished: 0,
        examples: ['beta'],
      })
    })

    test('what is begun and not through is missing as well, and told apart', async () => {
      const last = shipped.tenant.at(-1)
      await change(
        `UPDATE ${ledger} SET state = 'running' WHERE version = '${last?.version}' AND ${of('beta')}`,
      )
      const {versions} = await fleetStatus(platform.database, shipped)

      expect(versions.at(-1)).toMatchObject({applied: 5, missing: 1, unfinished: 1})
    })

    test('of a machine without a database yet: everything is missing', async () => {
      const empty = await server.create('nothing')
      const status = await fleetStatus(empty, shipped)

      expect(status).toMatchObject({tenants: 0, pendingMigrations: shipped.shared.length})
    })

    test('of one tenant, file by file', async () => {
      const versions = await tenantStatus(
        platform.database,
        fleets.withFile('CREATE TABLE claims ();'),
        'beta',
      )

      expect(versions).toHaveLength(shipped.tenant.length + 1)
      expect(versions.at(-1)).toMatchObject({state: 'pending', appliedAt: null, fingerprint: null})
      expect(versions.at(-2)).toMatchObject({state: 'done', fingerprint: expect.any(String)})
    })

    test('of a tenant that is none, an error', async () => {
      await expect(tenantStatus(platform.database, shipped, 'nobody')).rejects.toMatchObject({
        code: 'NO_TENANT',
      })
    })
  })
})
