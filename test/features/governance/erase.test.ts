import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {applyErase} from '../../../src/features/governance/erase-apply.js'
import {planErase} from '../../../src/features/governance/erase-plan.js'
import type {GovernedTenant} from '../../../src/features/governance/tenant-work.js'
import {verifyChain} from '../../../src/features/governance/verify.js'
import type {RetentionRules} from '../../../src/ports/retention-rules.js'
import {RecordedRun, silentProgress} from '../../fakes/run.js'
import {governedPlatform, shippedRules, type GovernedPlatform} from '../../support/governed.js'
import {asTenant} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

describe.skipIf(!isPostgresThere)('taking a person out', () => {
  let server: TestPostgres
  let platform: GovernedPlatform
  let lic: GovernedTenant

  beforeAll(async () => {
    server = await startPostgres()
    platform = await governedPlatform(server, 'erase')
    lic = await platform.tenant('lic')
  })

  afterAll(async () => {
    await server?.stop()
  })

  const asLic = async (sql: string) => {
    const session = await asTenant(platform, 'lic')
    try {
      return await session.script(sql)
    } finally {
      await session.close()
    }
  }

  const one = async (sql: string) => String((await platform.tamper(sql)).rows[0]?.[0])

  const noFiles = {
    read: async () => undefined,
    write: async () => undefined,
    remove: async () => undefined,
  }

  const toolsWith = (rules: RetentionRules) => ({
    database: platform.database,
    rules,
    files: noFiles,
    folder: '/nowhere',
    runs: [],
  })

  const plan = (person: string, rules = shippedRules()) => planErase(lic, person, toolsWith(rules))

  const erase = async (person: string, rules = shippedRules()) => {
    const planned = await plan(person, rules)
    return applyErase(
      lic,
      {...planned, person},
      {
        by: 'tester',
        request: 'R-1',
        at: new Date(0),
        toolVersion: 'test',
        rulesDigest: '0'.repeat(64),
      },
      {...toolsWith(rules), run: new RecordedRun(), progress: silentProgress},
    )
  }

  const verify = () => verifyChain(platform.database, lic, [])

  /** Every text of the tenant's tables in which the words appear. */
  const placesOf = async (words: string) => {
    const {rows} = await platform.tamper(
      `SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'lic_schema'::regnamespace
         AND c.relkind = 'r' AND query_to_xml(format('SELECT * FROM %s', c.oid::regclass), true, true, '')::text
         LIKE '%${words}%'`,
    )
    return rows.flat()
  }

  /** Somebody with a session, analytics and a policy in that state that ended then. */
  const somebody = async ({state = 'matured', maturity = '2001-01-01', words = 'Zzyzx'} = {}) => {
    await asLic(
      `SET app.user_agent = 'agent of ${words}';
       INSERT INTO users (email, phone_number, full_name, role, password_hash) VALUES
         ('${words}@x', '+91${words.length}${words}', '${words} Name', 'policyholder', 'hash');
       UPDATE users SET full_name = '${words} Renamed' WHERE email = '${words}@x';
       INSERT INTO user_sessions (user_id, device_info) SELECT user_id, '{"of": "${words}"}' FROM users WHERE email = '${words}@x';
       INSERT INTO customer_analytics (user_id, event_type, event_data)
         SELECT user_id, 'seen', '{"by": "${words}"}' FROM users WHERE email = '${words}@x';
       INSERT INTO policyholders (user_id, provider_id, customer_id)
         SELECT user_id, provider_id, 'C ${words}' FROM users, insurance_providers WHERE email = '${words}@x';
       INSERT INTO insurance_policies (policy_number, policyholder_id, provider_id, status, start_date, maturity_date, nominee_details, premium_amount)
         SELECT 'P-${words}', policyholder_id, provider_id, '${state}', '2000-01-01', '${maturity}', '{"name": "wife of ${words}"}', 12
           FROM policyholders WHERE customer_id = 'C ${words}';
       UPDATE insurance_policies SET premium_amount = 13 WHERE policy_number = 'P-${words}'`,
    )
    return one(`SELECT user_id FROM users WHERE email = '${words}@x'`)
  }

  test('leaves no word about them in any table, and the chain whole', async () => {
    const person = await somebody()
    await asLic(`SET app.user_id = '${person}'; UPDATE video_content SET view_count = 7`)
    const before = await verify()
    expect(await placesOf('Zzyzx')).not.toEqual([])
    const {tables, records, ...certificate} = await erase(person)
    const after = await verify()

    expect(await placesOf('Zzyzx')).toEqual([])
    expect(await placesOf(person)).toEqual([expect.stringMatching(/^audit_logs_/)])
    expect(after).toMatchObject({wrong: 0, erased: records})
    expect(after.records).toBeGreaterThan(before.records)
    expect(tables.map(({table, deleted, kept}) => [table, deleted, kept])).toEqual([
      ['users', 1, 0],
      ['customer_analytics', 1, 0],
      ['policyholders', 1, 0],
      ['insurance_policies', 1, 0],
      ['user_sessions', 1, 0],
    ])
    expect(certificate).toMatchObject({tenant: 'lic', by: 'tester', request: 'R-1'})
    expect(JSON.stringify(certificate)).not.toContain(person)
  })

  test('leaves the evidence that it was done: who, what, when, and no value', async () => {
    const person = await somebody({words: 'Yonder'})
    await erase(person)
    const {rows} = await platform.tamper(
      `SELECT action, actor_login, old_values, new_values FROM audit_logs
        WHERE resource_id = '${person}' AND resource_type = 'user' ORDER BY timestamp`,
    )

    expect(rows).toEqual(expect.arrayContaining([['DELETE', 'mitra_migrator', null, null]]))
    expect(rows.every(([, , old, after]) => old === null && after === null)).toBe(true)
  })

  test('keeps what the law keeps, without what is personal, and says until when', async () => {
    const maturity = `${new Date().getUTCFullYear() - 3}-05-01`
    const person = await somebody({words: 'Xanadu', maturity})
    const planned = await plan(person)
    const rows = new Map(planned.tables.map((table) => [table.table, table]))
    await erase(person)
    const {rows: left} = await platform.tamper(
      `SELECT u.email, u.full_name, h.customer_id, p.policy_number, p.premium_amount, p.nominee_details
         FROM users u JOIN policyholders h USING (user_id) JOIN insurance_policies p USING (policyholder_id)
        WHERE user_id = '${person}'`,
    )

    expect(rows.get('insurance_policies')).toMatchObject({
      deleted: 0,
      emptied: 1,
      held: {rows: 1, until: `${new Date().getUTCFullYear() + 7}-05-01`, confirmed: false},
    })
    expect(rows.get('users')).toMatchObject({deleted: 0, emptied: 1, held: null})
    expect(rows.get('user_sessions')).toMatchObject({deleted: 1})
    expect(planned.steps.map(({why}) => why).join()).toContain('(not confirmed by counsel)')
    expect(left).toEqual([[null, null, null, 'P-Xanadu', '13.00', null]])
    expect(await placesOf('wife of Xanadu')).toEqual([])
    expect(await placesOf('Xanadu Name')).toEqual([])
    expect(await verify()).toMatchObject({wrong: 0})
  })

  test('evidence of a contract that is kept keeps what is not personal', async () => {
    const {rows} = await platform.tamper(
      `SELECT old_values ->> 'premium_amount', new_values ->> 'premium_amount', new_values ? 'nominee_details'
         FROM audit_logs WHERE new_values ->> 'policy_number' = 'P-Xanadu' AND action = 'UPDATE' ORDER BY timestamp LIMIT 1`,
    )
    expect(rows).toEqual([['12.00', '13.00', 'f']])
  })

  test('a contract in force is kept without an end', async () => {
    const person = await somebody({words: 'Wicket', state: 'active'})
    const {tables} = await plan(person)

    expect(tables.find(({table}) => table === 'insurance_policies')?.held).toMatchObject({
      until: null,
    })
  })

  test('a rule that refuses refuses, with the day and the reason', async () => {
    const maturity = `${new Date().getUTCFullYear() - 3}-05-01`
    const person = await somebody({words: 'Vervain', maturity})
    const rules = shippedRules((text) => text.replace('mode: redact', 'mode: refuse'))

    await expect(plan(person, rules)).rejects.toMatchObject({
      kind: 'refused',
      code: 'LEGAL_HOLD',
      message: expect.stringContaining(`until ${new Date().getUTCFullYear() + 7}-05-01: IRDAI`),
      hints: expect.arrayContaining(['Counsel has not confirmed this rule.']),
    })
  })

  test('an agent whom others’ rows name stays as a number without a name', async () => {
    const agent = await one(
      'SELECT a.user_id FROM agents a JOIN policyholders USING (agent_id) LIMIT 1',
    )
    const name = await one(`SELECT full_name FROM users WHERE user_id = '${agent}'`)
    const policies = 'SELECT count(*) FROM insurance_policies WHERE agent_id IS NOT NULL'
    const before = await one(policies)
    const {tables} = await erase(agent)

    expect(tables.find(({table}) => table === 'agents')).toMatchObject({deleted: 0, kept: 1})
    expect(await one(policies)).toBe(before)
    expect(await placesOf(name)).toEqual([])
    expect(await verify()).toMatchObject({wrong: 0})
  })

  test('a second time there is nothing to do, and the certificate is shown', async () => {
    const person = await somebody({words: 'Umber'})
    const certificate = await erase(person)
    const again = await plan(person)

    expect(again).toMatchObject({steps: [], former: certificate})
  })

  test('somebody who is not there is an error', async () => {
    await expect(plan('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({
      code: 'NO_PERSON',
    })
    await expect(plan('nobody@x')).rejects.toMatchObject({code: 'NO_PERSON'})
  })

  test('a row that came after the plan stops it, and nothing is half erased', async () => {
    const person = await somebody({words: 'Tundra'})
    const planned = await plan(person)
    await asLic(`INSERT INTO user_sessions (user_id) VALUES ('${person}')`)
    const tools = {...toolsWith(shippedRules()), run: new RecordedRun(), progress: silentProgress}
    const request = {by: 't', request: null, at: new Date(), toolVersion: 't', rulesDigest: ''}
    const erasing = applyErase(lic, {...planned, person}, request, tools)

    await expect(erasing).rejects.toMatchObject({code: 'CHANGED_MEANWHILE'})
    expect(await one(`SELECT email FROM users WHERE user_id = '${person}'`)).toBe('Tundra@x')
    expect(tools.run.finished).toEqual([])
  })

  test('two at once: one erases, the other is told', async () => {
    const person = await somebody({words: 'Sedge'})
    const both = await Promise.allSettled([erase(person), erase(person)])
    const codes = both.map((result) =>
      result.status === 'fulfilled' ? 'done' : String(result.reason.code),
    )

    expect(codes.toSorted()).toEqual(['CHANGED_MEANWHILE', 'done'])
    expect(await verify()).toMatchObject({wrong: 0})
  })

  test('a table without a rule is asked for, once it has rows of the person', async () => {
    const person = await somebody({words: 'Rowan'})
    await platform.tamper(
      `SET search_path = lic_schema, shared_schema;
       CREATE TABLE claims (tenant_id uuid NOT NULL, claim_id uuid NOT NULL, user_id uuid,
         PRIMARY KEY (tenant_id, claim_id), FOREIGN KEY (tenant_id, user_id) REFERENCES users);
       ALTER TABLE claims OWNER TO mitra_migrator`,
    )
    await expect(plan(person)).resolves.toMatchObject({person})
    await platform.tamper(
      `SET search_path = lic_schema; INSERT INTO claims SELECT tenant_id, gen_random_uuid(), user_id FROM users WHERE user_id = '${person}'`,
    )
    await expect(plan(person)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^retention\.yml:\d+ tables: nothing says .* the rows of claims/,
      ),
    })
    await platform.tamper('DROP TABLE claims')
  })

  test('what is emptied after the erasure is tampering all the same', async () => {
    const record = await one(
      'SELECT log_id FROM audit_links WHERE salt IS NULL ORDER BY seq DESC LIMIT 1',
    )
    await platform.tamper(
      `UPDATE audit_logs SET new_values = '{"forged": true}' WHERE log_id = '${record}'`,
    )

    expect((await verify()).findings).toMatchObject([{kind: 'emptied', record}])
  })
})
