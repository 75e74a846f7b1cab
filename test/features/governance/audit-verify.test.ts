import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {GovernedTenant} from '../../../src/features/governance/tenant-work.js'
import {verifyChain} from '../../../src/features/governance/verify.js'
import {governedPlatform, type GovernedPlatform} from '../../support/governed.js'
import {asTenant, queryAs} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

describe.skipIf(!isPostgresThere)('evidence that was tampered with', () => {
  let server: TestPostgres
  let platform: GovernedPlatform
  let lic: GovernedTenant

  beforeAll(async () => {
    server = await startPostgres()
    platform = await governedPlatform(server, 'tampered')
    lic = await platform.tenant('lic')
    const session = await asTenant(platform, 'lic')
    await session.script("UPDATE users SET subscription_plan = 'plus' WHERE role = 'agent'")
    await session.close()
    await platform.tamper(
      'CREATE TABLE public.kept_logs AS TABLE audit_logs; CREATE TABLE public.kept_links AS TABLE audit_links',
    )
  })

  afterAll(async () => {
    await server?.stop()
  })

  const tamper = (sql: string) => platform.tamper(sql)

  const putBack = () =>
    tamper(
      'DELETE FROM audit_logs; DELETE FROM audit_links;' +
        'INSERT INTO audit_logs TABLE public.kept_logs; INSERT INTO audit_links TABLE public.kept_links',
    )

  const verify = (tenant = lic) => verifyChain(platform.database, tenant, [])

  /** log_id of the record at a place of lane 1, from its end where negative. */
  const recordAt = async (seq: number): Promise<string> => {
    const {rows} = await tamper(
      `SELECT log_id FROM audit_links WHERE lane = 1 AND seq = ${seq < 0 ? `(SELECT max(seq) + 1 FROM audit_links) ${seq}` : seq}`,
    )
    return String(rows[0]?.[0])
  }

  test('is whole: each change of a row is one record with one link', async () => {
    const report = await verify()
    const {rows} = await queryAs(platform, 'admin', 'SELECT count(*) FROM lic_schema.audit_logs')

    expect(report).toMatchObject({tenant: 'lic', wrong: 0, findings: [], lanes: 1})
    expect(report.records).toBe(Number(rows[0]?.[0]))
    expect(report.records).toBeGreaterThan(100)
  })

  test('has another head for another tenant, and the same one when nothing was added', async () => {
    const first = await verify()

    expect((await verify()).head).toBe(first.head)
    expect((await verify(await platform.tenant('hdfc'))).head).not.toBe(first.head)
  })

  const places: readonly (readonly [string, number])[] = [
    ['the first', 1],
    ['one in the middle', 60],
    ['the last', -1],
  ]

  const changes: readonly (readonly [string, string])[] = [
    ['a new value', `new_values = '{"role": "super_admin"}'`],
    ['an old value', `old_values = '{}'`],
    ['the actor', "actor_login = 'hdfc_login'"],
    ['the person', 'user_id = gen_random_uuid()'],
    ['the action', "action = 'NOTHING'"],
    ['the kind', "resource_type = 'video'"],
    ['the subject', 'resource_id = NULL'],
    ['the address', "ip_address = '10.9.8.7'"],
    ['the agent', "user_agent = 'other'"],
    ['the time', "timestamp = timestamp - interval '1 second'"],
  ]

  test.each(changes)('tells that %s was altered, and in which record', async (_, change) => {
    const record = await recordAt(60)
    await tamper(`UPDATE audit_logs SET ${change} WHERE log_id = '${record}'`)
    const report = await verify()
    await putBack()

    expect(report.findings).toMatchObject([{kind: 'altered', lane: 1, seq: 60, record}])
  })

  test.each(places)('tells that %s was removed', async (_, seq) => {
    const record = await recordAt(seq)
    await tamper(`DELETE FROM audit_logs WHERE log_id = '${record}'`)
    const report = await verify()
    await putBack()

    expect(report.findings).toMatchObject([{kind: 'removed', record}])
    expect(report.findings[0]?.message).toContain(record)
  })

  test('tells that records were removed with their links', async () => {
    await tamper(
      'DELETE FROM audit_logs WHERE log_id IN (SELECT log_id FROM audit_links WHERE seq BETWEEN 20 AND 22);' +
        'DELETE FROM audit_links WHERE seq BETWEEN 20 AND 22',
    )
    const report = await verify()
    await putBack()

    expect(report.findings).toMatchObject([{kind: 'gap', lane: 1, seq: 23}])
    expect(report.findings[0]?.message).toContain('records 20 to 22 of lane 1')
  })

  test('tells that records were removed with their links and the rest moved up', async () => {
    await tamper(
      'DELETE FROM audit_logs WHERE log_id = (SELECT log_id FROM audit_links WHERE seq = 20);' +
        'DELETE FROM audit_links WHERE seq = 20; UPDATE audit_links SET seq = -seq WHERE seq > 20;' +
        'UPDATE audit_links SET seq = -seq - 1 WHERE seq < 0',
    )
    const report = await verify()
    await putBack()

    expect(report.findings).toMatchObject([{kind: 'altered', lane: 1, seq: 20}])
  })

  test('tells that a record was slipped in, with and without a link', async () => {
    const columns = "'lic_login', 'INSERT', 'user'"
    await tamper(
      `INSERT INTO audit_logs (tenant_id, log_id, actor_login, action, resource_type) VALUES
         ('${lic.id}', '00000000-0000-4000-8000-000000000001', ${columns}),
         ('${lic.id}', '00000000-0000-4000-8000-000000000002', ${columns});
       INSERT INTO audit_links SELECT tenant_id, 1, max(seq) + 1, '00000000-0000-4000-8000-000000000002',
         gen_random_uuid(), sha256('x') FROM audit_links GROUP BY 1`,
    )
    const report = await verify()
    await putBack()

    const found = report.findings.map(({kind, record}) => `${kind} ${record?.slice(-1)}`)
    expect(found.toSorted()).toEqual(['altered 2', 'inserted 1'])
  })

  test('tells that two records changed places', async () => {
    const [early, late] = [await recordAt(30), await recordAt(50)]
    await tamper(
      `UPDATE audit_links SET log_id = CASE seq WHEN 30 THEN '${late}' ELSE '${early}' END::uuid,
         salt = (SELECT o.salt FROM audit_links o WHERE o.seq = 80 - audit_links.seq) WHERE seq IN (30, 50)`,
    )
    const report = await verify()
    await putBack()

    expect(report.findings).toMatchObject([
      {kind: 'reordered', seq: 30, record: late},
      {kind: 'reordered', seq: 50, record: early},
    ])
    expect(report.findings[0]?.message).toContain(`stands where ${early} belongs`)
  })

  test('tells that values were taken away without an erasure', async () => {
    const record = await recordAt(60)
    await tamper(
      `UPDATE audit_links l SET salt = NULL, digest = sha256(uuid_send(l.salt) || convert_to(
           coalesce(old_values::text, '') || E'\\n' || coalesce(new_values::text, '') || E'\\n' ||
           coalesce(ip_address::text, '') || E'\\n' || coalesce(user_agent, ''), 'UTF8'))
         FROM audit_logs a WHERE a.log_id = l.log_id AND l.log_id = '${record}';
       UPDATE audit_logs SET old_values = NULL, new_values = NULL, ip_address = NULL
         WHERE log_id = '${record}'`,
    )
    const report = await verify()
    await putBack()

    expect(report.findings).toMatchObject([{kind: 'emptied', record}])
  })

  test('counts all that is wrong and shows a hundred', async () => {
    await tamper("UPDATE audit_logs SET action = 'NOTHING'")
    const report = await verify()
    await putBack()

    expect(report.wrong).toBe(report.records)
    expect(report.findings).toHaveLength(Math.min(100, report.records))
    expect(await verify()).toMatchObject({wrong: 0})
  })
})
