import {createHash} from 'node:crypto'
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {DiskFolders} from '../../../src/adapters/files/private-folders.js'
import {applyExport, planExport} from '../../../src/features/governance/export-person.js'
import type {GovernedTenant} from '../../../src/features/governance/tenant-work.js'
import type {RetentionRules} from '../../../src/ports/retention-rules.js'
import {governedPlatform, shippedRules, type GovernedPlatform} from '../../support/governed.js'
import {asTenant} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

interface Manifest {
  readonly tables: readonly {
    readonly table: string
    readonly rows: number
    readonly files: readonly {readonly name: string; readonly sha256: string}[]
  }[]
}

describe.skipIf(!isPostgresThere)('everything about one person', () => {
  let server: TestPostgres
  let platform: GovernedPlatform
  let lic: GovernedTenant
  let place = ''
  let count = 0

  beforeAll(async () => {
    server = await startPostgres()
    platform = await governedPlatform(server, 'exports')
    lic = await platform.tenant('lic')
    place = mkdtempSync(join(tmpdir(), 'mitra-export-'))
    const session = await asTenant(platform, 'lic')
    await session.script(
      `SET app.user_agent = 'a phone';
       UPDATE users SET password_hash = 'never-shown', full_name = 'Asha "A", Rao';
       INSERT INTO user_sessions (user_id, device_info, access_token_hash)
         SELECT user_id, '{"device": "handset"}', 'never-shown' FROM users;
       DELETE FROM user_sessions`,
    )
    await session.close()
  })

  afterAll(async () => {
    rmSync(place, {recursive: true, force: true})
    await server?.stop()
  })

  const one = async (sql: string) => String((await platform.tamper(sql)).rows[0]?.[0])
  const holder = () => one('SELECT user_id FROM policyholders ORDER BY customer_id LIMIT 1')
  const agent = () =>
    one('SELECT a.user_id FROM agents a JOIN policyholders USING (agent_id) LIMIT 1')

  const exportOf = async (given: string, rules: RetentionRules = shippedRules()) => {
    count += 1
    const to = join(place, String(count))
    const tools = {database: platform.database, rules, folders: new DiskFolders()}
    const {person, tables: planned} = await planExport(lic, given, tools)
    const tables = await applyExport(lic, {person, to, at: new Date(0)}, tools)
    const read = (name: string) => readFileSync(join(to, name), 'utf8')
    const json = (name: string): readonly Record<string, unknown>[] =>
      JSON.parse(read(`${name}.json`))
    return {person, planned, tables, read, json, files: readdirSync(to)}
  }

  const rowsOf = (tables: readonly {readonly table: string; readonly rows: number}[]) =>
    Object.fromEntries(tables.map(({table, rows}) => [table, rows]))

  test('is every row that refers to them, in JSON and CSV, with the hash of each file', async () => {
    const person = await holder()
    const {tables, planned, read, json, files} = await exportOf(person)
    const manifest: Manifest = JSON.parse(read('manifest.json'))

    expect(tables).toEqual(planned)
    expect(rowsOf(tables)).toMatchObject({users: 1, policyholders: 1, agents: 0, user_sessions: 0})
    expect(rowsOf(tables)['insurance_policies']).toBeGreaterThan(0)
    expect(json('users')).toMatchObject([{user_id: person, full_name: 'Asha "A", Rao'}])
    expect(read('users.csv').split('\r\n')[1]).toContain('"Asha ""A"", Rao"')
    expect(files).toHaveLength(1 + 2 * tables.length)
    for (const {table, rows, files: written} of manifest.tables) {
      expect(json(table)).toHaveLength(rows)
      for (const {name, sha256} of written) {
        expect(createHash('sha256').update(read(name)).digest('hex')).toBe(sha256)
      }
    }
  })

  test('has the evidence of what is gone, with the address where they acted themselves', async () => {
    const person = await holder()
    const session = await asTenant(platform, 'lic')
    await session.script(
      `SET app.user_id = '${person}'; UPDATE video_content SET view_count = view_count + 1`,
    )
    await session.close()
    const evidence = (await exportOf(person)).json('audit_logs')
    const of = (kind: string) => evidence.filter((row) => row['resource_type'] === kind)

    const actions = of('user_session').map((row) => String(row['action']))
    expect(actions.toSorted()).toEqual(['DELETE', 'INSERT'])
    expect(of('user').length).toBeGreaterThan(1)
    expect(of('insurance_policy').length).toBeGreaterThan(0)
    expect(of('video').length).toBeGreaterThan(0)
    expect(
      of('video').every((row) => row['new_values'] === null && row['ip_address'] !== null),
    ).toBe(true)
    expect(of('user').every((row) => row['ip_address'] === null)).toBe(true)
  })

  test('leaves out what opens doors', async () => {
    const {read, files} = await exportOf(await holder())

    expect(files.filter((name) => read(name).includes('never-shown'))).toEqual([])
  })

  test('of an agent names the customers by key and tells nothing about them', async () => {
    const person = await agent()
    const {read, json, files} = await exportOf(person)
    const others = await platform.tamper(
      `SELECT email FROM users WHERE user_id <> '${person}' UNION SELECT policy_number FROM insurance_policies`,
    )
    const all = files.map(read).join('')

    expect(json('mentions').map((row) => row['table'])).toEqual(
      expect.arrayContaining(['policyholders', 'insurance_policies', 'video_content']),
    )
    expect(others.rows.flat().filter((text) => all.includes(String(text)))).toEqual([])
  })

  test('is found by e-mail address, whatever its capitals, and by phone number', async () => {
    const person = await holder()
    const email = await one(`SELECT upper(email) FROM users WHERE user_id = '${person}'`)
    const phone = await one(`SELECT phone_number FROM users WHERE user_id = '${person}'`)

    expect(await exportOf(email)).toMatchObject({person})
    expect(await exportOf(phone)).toMatchObject({person})
  })

  test.each(['00000000-0000-4000-8000-000000000000', 'nobody@example.in', "' OR true --"])(
    'of somebody who is not there is an error: %s',
    async (given) => {
      await expect(exportOf(given)).rejects.toMatchObject({kind: 'usage', code: 'NO_PERSON'})
    },
  )

  test('of two people with one address asks which', async () => {
    const session = await asTenant(platform, 'lic')
    await session.script(
      "INSERT INTO users (email, role) VALUES ('Twin@x', 'agent'), ('twin@x', 'agent')",
    )
    await session.close()

    await expect(exportOf('TWIN@X')).rejects.toMatchObject({code: 'SEVERAL_PERSONS'})
  })

  test('finds a new table by its foreign key, and a soft reference by the rules', async () => {
    await platform.tamper(
      `SET search_path = lic_schema, shared_schema;
       CREATE TABLE claims (tenant_id uuid NOT NULL, claim_id uuid NOT NULL, policyholder_id uuid,
         PRIMARY KEY (tenant_id, claim_id), FOREIGN KEY (tenant_id, policyholder_id) REFERENCES policyholders);
       CREATE TABLE tickets (tenant_id uuid NOT NULL, ticket_id uuid NOT NULL, about uuid,
         PRIMARY KEY (tenant_id, ticket_id));
       ALTER TABLE claims OWNER TO mitra_migrator; ALTER TABLE tickets OWNER TO mitra_migrator;
       INSERT INTO claims SELECT tenant_id, gen_random_uuid(), policyholder_id FROM policyholders;
       INSERT INTO tickets SELECT tenant_id, gen_random_uuid(), user_id FROM users`,
    )
    const rules = shippedRules((text) =>
      text.replace('references: []', 'references: [{from: tickets.about, to: users}]'),
    )
    const {tables} = await exportOf(await holder(), rules)
    await platform.tamper('DROP TABLE claims, tickets')

    expect(rowsOf(tables)).toMatchObject({claims: 1, tickets: 1})
  })

  test.each([
    ['findBy: [email', 'findBy: [emial', 'users has no column emial', 'Did you mean email?'],
    ['  agents:\n', '  agentz:\n', 'there is no table agentz', 'Did you mean agents?'],
    ['- policyholders.agent_id', '- policyholders.agent', 'has no column agent.', 'agent_id?'],
    ['redact: [email,', 'redact: [role,', 'users.role is NOT NULL', 'retention.yml'],
    ['from: metric_date', 'from: metric_day', 'no column metric_day', 'metric_date?'],
  ])('a rule that does not fit the schema names its line: %s', async (good, bad, what, hint) => {
    const rules = shippedRules((text) => text.replace(good, bad))

    await expect(exportOf(await holder(), rules)).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(new RegExp(`^retention\\.yml:\\d+ .*${what}`)),
      hints: expect.arrayContaining([expect.stringContaining(hint)]),
    })
  })

  test('of one tenant has nothing of another', async () => {
    const hdfc = await platform.tenant('hdfc')
    const tools = {database: platform.database, rules: shippedRules()}

    await expect(planExport(hdfc, await holder(), tools)).rejects.toMatchObject({code: 'NO_PERSON'})
  })
})
