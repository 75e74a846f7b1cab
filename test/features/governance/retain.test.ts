import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {planRetain} from '../../../src/features/governance/retain-plan.js'
import type {GovernedTenant} from '../../../src/features/governance/tenant-work.js'
import {verifyChain} from '../../../src/features/governance/verify.js'
import type {RetentionRules} from '../../../src/ports/retention-rules.js'
import {governedPlatform, shippedRules, type GovernedPlatform} from '../../support/governed.js'
import {asTenant} from '../../support/platform.js'
import {inMonths, monthName, retainAt} from '../../support/retaining.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

const today = new Date()

describe.skipIf(!isPostgresThere)('keeping data as the rules say', () => {
  let server: TestPostgres
  let platform: GovernedPlatform
  let lic: GovernedTenant
  let folder = ''
  let count = 0

  beforeAll(async () => {
    server = await startPostgres()
    folder = mkdtempSync(join(tmpdir(), 'mitra-retain-'))
  })

  afterAll(async () => {
    rmSync(folder, {recursive: true, force: true})
    await server?.stop()
  })

  beforeEach(async () => {
    count += 1
    platform = await governedPlatform(server, `retain${count}`, {tenants: ['lic']})
    lic = await platform.tenant('lic')
  })

  const partsAt = (now: Date, rules: RetentionRules) => ({
    database: platform.database,
    rules,
    now,
    connections: 2,
  })

  const retain = (now = today, rules = shippedRules()) =>
    retainAt(platform, [lic], {now, rules, folder: join(folder, String(count))})

  const stepsOf = async (now: Date, rules = shippedRules()) =>
    (await planRetain([lic], partsAt(now, rules))).steps.map(({id}) => id)

  const asLic = async (sql: string) => {
    const session = await asTenant(platform, 'lic')
    try {
      return await session.script(sql)
    } finally {
      await session.close()
    }
  }

  const one = async (sql: string) => String((await platform.tamper(sql)).rows[0]?.[0])
  const verify = () => verifyChain(platform.database, lic, [])

  test('makes what will be needed, and then there is nothing to do', async () => {
    const {ids, run} = await retain(inMonths(2))
    const provider = (await one('SELECT provider_id FROM insurance_providers')).replaceAll('-', '')

    expect(ids).toEqual([
      `retain.lic.make.${monthName('audit_logs', inMonths(4))}`,
      `retain.lic.make.${monthName('audit_logs', inMonths(5))}`,
      `retain.lic.make.${monthName('customer_analytics', inMonths(4))}`,
      `retain.lic.make.${monthName('customer_analytics', inMonths(5))}`,
      `retain.lic.make.insurance_policies_p_${provider}`,
      'audit.seal.lic',
    ])
    expect(run.finished).toEqual(ids)
    expect(await stepsOf(inMonths(2))).toEqual([])
    expect(await verify()).toMatchObject({wrong: 0, seals: 1})
  })

  test('moves rows out of the default partition, and names those that no month is made for', async () => {
    await asLic(
      `INSERT INTO customer_analytics (event_type, timestamp) VALUES
         ('far', '${inMonths(14).toISOString()}'), ('old', '1970-01-01'), ('never', 'infinity')`,
    )
    const {plan} = await retain()

    expect(plan.steps.map(({title}) => title)).toContain(
      `lic: make ${monthName('customer_analytics', inMonths(14))} and move 1 rows there`,
    )
    expect(plan.findings.map(({message}) => message)).toEqual([
      expect.stringContaining('1 rows of customer_analytics in lic are of 1970-01'),
      expect.stringContaining('1 rows of customer_analytics in lic are of no month'),
    ])
    expect(await one('SELECT count(*) FROM customer_analytics_default')).toBe('2')
  })

  test('deletes rows by their day, a batch at a time, and writes down no value of theirs', async () => {
    await asLic(
      `INSERT INTO user_sessions (user_id, expires_at, device_info)
         SELECT user_id, now() - g * interval '1 day', '{"secret": "handset"}'
           FROM users, generate_series(1, 200) g`,
    )
    const {ids, run} = await retain()
    const left = await one("SELECT max(now() - expires_at) < '90 days 1 hour' FROM user_sessions")
    const evidence = await one(
      "SELECT count(*) FROM audit_logs WHERE resource_type = 'user_session' AND action = 'DELETE' AND old_values IS NOT NULL",
    )

    expect(run.finished).toEqual(ids)
    expect(ids).toContain('retain.lic.delete.user_sessions')
    expect(left).toBe('t')
    expect(evidence).toBe('0')
    expect(await stepsOf(today)).toEqual([])
  })

  test('empties what is personal in rows past their time, but not in those that must be kept', async () => {
    await asLic(
      `UPDATE insurance_policies SET start_date = '1990-01-01', maturity_date = '2001-01-01', status = 'matured',
         nominee_details = '{"name": "n"}'`,
    )
    await asLic(
      "UPDATE insurance_policies SET status = 'active' WHERE policy_id = (SELECT policy_id FROM insurance_policies LIMIT 1)",
    )
    const {ids} = await retain()

    expect(ids).toContain('retain.lic.redact.insurance_policies')
    expect(
      await one('SELECT count(*) FROM insurance_policies WHERE nominee_details IS NOT NULL'),
    ).toBe('1')
    expect(await stepsOf(today)).not.toContain('retain.lic.redact.insurance_policies')
  })

  test('drops months that are past their time', async () => {
    const later = inMonths(30)
    const {ids} = await retain(later)
    const gone = monthName('customer_analytics', inMonths(1))

    expect(ids).toContain(`retain.lic.drop.${gone}`)
    expect(ids).not.toContain(`retain.lic.drop.${monthName('audit_logs', today)}`)
    expect(await one(`SELECT to_regclass('${gone}') IS NULL`)).toBe('t')
    expect(await stepsOf(later)).toEqual([])
  })

  test('detaches them where the rule says so: the table stays, closed to its tenant', async () => {
    const rules = shippedRules((text) =>
      text.replace('{keep: 25 months, action: drop}', '{keep: 25 months, action: detach}'),
    )
    const {ids} = await retain(inMonths(30), rules)
    const gone = monthName('customer_analytics', inMonths(1))

    expect(ids).toContain(`retain.lic.detach.${gone}`)
    expect(
      await one(`SELECT relispartition OR NOT relforcerowsecurity OR has_table_privilege('lic_login', oid, 'SELECT')
        FROM pg_class WHERE oid = 'lic_schema.${gone}'::regclass`),
    ).toBe('f')
    expect(await stepsOf(inMonths(30), rules)).toEqual([])
  })
})
