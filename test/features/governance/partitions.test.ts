import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {GovernedTenant} from '../../../src/features/governance/tenant-work.js'
import {inTenant} from '../../../src/features/governance/tenant-work.js'
import {verifyChain} from '../../../src/features/governance/verify.js'
import {governedPlatform, type GovernedPlatform} from '../../support/governed.js'
import {asTenant, queryAs} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

describe.skipIf(!isPostgresThere)(
  'a partition that is made when its rows are there already',
  () => {
    let server: TestPostgres
    let platform: GovernedPlatform
    let lic: GovernedTenant

    beforeAll(async () => {
      server = await startPostgres()
      platform = await governedPlatform(server, 'partitions')
      lic = await platform.tenant('lic')
    })

    afterAll(async () => {
      await server?.stop()
    })

    const asMigrator = async (sql: string) => {
      const session = await platform.database.connect({role: 'migrator'})
      try {
        return await inTenant(session, lic, {mode: 'write'}, () => session.script(sql))
      } finally {
        await session.close()
      }
    }

    const admin = async (sql: string) => (await queryAs(platform, 'admin', sql)).rows

    test('a month takes its rows out of the default partition', async () => {
      const session = await asTenant(platform, 'lic')
      await session.script(
        "INSERT INTO customer_analytics (event_type, timestamp) SELECT 'late', '2031-05-01Z'::timestamptz + g * interval '8 days' FROM generate_series(0, 4) g",
      )
      await session.close()
      const {rows} = await asMigrator(
        "SELECT shared_schema.make_month_partitions('customer_analytics', '2031-05-17', 2)",
      )

      expect(rows).toEqual([['2']])
      expect(
        await admin(
          "SELECT tableoid::regclass, count(*) FROM lic_schema.customer_analytics WHERE event_type = 'late' GROUP BY 1 ORDER BY 1",
        ),
      ).toEqual([
        ['lic_schema.customer_analytics_2031_05', '4'],
        ['lic_schema.customer_analytics_2031_06', '1'],
      ])
    })

    test('evidence moves too, and the chain stays whole', async () => {
      const hdfc = await platform.tenant('hdfc')
      const month = new Date().toISOString().slice(0, 7).replace('-', '_')
      // The month as it would be had nobody made it ahead: its rows lie in the default partition.
      await platform.tamper(
        `SET search_path = hdfc_schema; ALTER TABLE audit_logs DETACH PARTITION audit_logs_${month};
       INSERT INTO audit_logs TABLE audit_logs_${month}; DROP TABLE audit_logs_${month}`,
      )
      const before = await verifyChain(platform.database, hdfc, [])
      const work = await platform.database.connect({role: 'migrator'})
      await inTenant(work, hdfc, {mode: 'write'}, () =>
        work.script("SELECT shared_schema.make_month_partitions('audit_logs', now()::date, 1)"),
      )
      await work.close()

      expect(before).toMatchObject({wrong: 0})
      expect(await verifyChain(platform.database, hdfc, [])).toEqual(before)
      expect(await admin('SELECT count(*) FROM hdfc_schema.audit_logs_default')).toEqual([['0']])
    })

    test('a provider takes its policies, and no change of them is recorded', async () => {
      const counts = `SELECT (SELECT count(*) FROM lic_schema.insurance_policies),
      (SELECT count(*) FROM lic_schema.audit_links)`
      const before = await admin(counts)
      const {rows} = await asMigrator(
        "SELECT shared_schema.make_provider_partition('insurance_policies', provider_id) FROM insurance_providers",
      )
      const again = await asMigrator(
        "SELECT shared_schema.make_provider_partition('insurance_policies', provider_id) FROM insurance_providers",
      )

      expect(rows).toEqual([['t']])
      expect(again.rows).toEqual([['f']])
      expect(await admin(counts)).toEqual(before)
      expect(await admin('SELECT count(*) FROM lic_schema.insurance_policies_default')).toEqual([
        ['0'],
      ])
    })

    test('each is born with the security of its parent', async () => {
      const facts = `SELECT c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner), c.relacl IS NULL,
        (SELECT array_agg(polname::text) FROM pg_policy WHERE polrelid = c.oid),
        (SELECT array_agg(tgname || ' ' || tgenabled::text ORDER BY tgname) FROM pg_trigger
          WHERE tgrelid = c.oid AND NOT tgisinternal),
        (SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f'),
        (SELECT count(*) FROM pg_index WHERE indrelid = c.oid AND indisvalid)`
      const of = (name: string) =>
        admin(`${facts} FROM pg_class c WHERE c.oid = 'lic_schema.${name}'::regclass`)
      const provider = await admin(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'lic_schema.insurance_policies'::regclass AND inhrelid::regclass::text ~ '_p_'",
      )

      expect(await of('customer_analytics_2031_05')).toEqual(await of('customer_analytics_default'))
      expect(await of(String(provider[0]?.[0]).replace('lic_schema.', ''))).toEqual(
        await of('insurance_policies_default'),
      )
      await asMigrator("SELECT shared_schema.make_month_partitions('audit_logs', '2031-05-17', 1)")
      expect(await of('audit_logs_2031_05')).toEqual(await of('audit_logs_default'))
    })

    test('a change of a row in it is recorded, and its tenant reaches it through the parent alone', async () => {
      const session = await asTenant(platform, 'lic')
      await session.script("UPDATE insurance_policies SET plan_name = 'other'")
      const {rows} = await session.script(
        "SELECT count(*) = (SELECT count(*) FROM insurance_policies) FROM audit_logs WHERE resource_type = 'insurance_policy' AND action = 'UPDATE'",
      )
      await expect(
        session.script('SELECT * FROM customer_analytics_2031_05'),
      ).rejects.toMatchObject({code: '42501'})
      await session.close()

      expect(rows).toEqual([['t']])
    })
  },
)
