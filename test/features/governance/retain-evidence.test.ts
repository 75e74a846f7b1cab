import {execFileSync} from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {anchorsIn} from '../../../src/features/governance/anchors.js'
import {retireMonth} from '../../../src/features/governance/retire-months.js'
import {sealChain} from '../../../src/features/governance/seal.js'
import {inTenant, type GovernedTenant} from '../../../src/features/governance/tenant-work.js'
import {verifyChain} from '../../../src/features/governance/verify.js'
import {governedPlatform, shippedRules, type GovernedPlatform} from '../../support/governed.js'
import {asTenant} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'
import {inMonths, monthName, retainAt} from '../../support/retaining.js'

const today = new Date()
const nineYearsOn = inMonths(12 * 9)
const month = monthName('audit_logs', today)

describe.skipIf(!isPostgresThere)('evidence past its time', () => {
  let server: TestPostgres
  let platform: GovernedPlatform
  let lic: GovernedTenant
  let folder = ''
  let count = 0

  beforeAll(async () => {
    server = await startPostgres()
  })

  afterAll(async () => {
    await server?.stop()
  })

  beforeEach(async () => {
    count += 1
    folder = mkdtempSync(join(tmpdir(), 'mitra-evidence-'))
    platform = await governedPlatform(server, `evidence${count}`, {tenants: ['lic']})
    lic = await platform.tenant('lic')
    return () => rmSync(folder, {recursive: true})
  })

  const retain = (now: Date, action = 'drop') => {
    const rules = shippedRules((text) =>
      text.replace('{keep: 8 years, action: drop}', `{keep: 8 years, action: ${action}}`),
    )
    return retainAt(platform, [lic], {now, rules, folder})
  }

  const asLic = async (...statements: readonly string[]) => {
    const session = await asTenant(platform, 'lic')
    for (const sql of statements) await session.script(sql)
    await session.close()
  }

  const one = async (sql: string) => String((await platform.tamper(sql)).rows[0]?.[0])
  const verify = (anchors: Parameters<typeof verifyChain>[2] = []) =>
    verifyChain(platform.database, lic, anchors)

  const change = "UPDATE users SET mfa_enabled = NOT mfa_enabled WHERE role = 'agent'"
  const ownLane = `BEGIN ISOLATION LEVEL REPEATABLE READ; ${change}; COMMIT`

  test('goes with its links; what came later verifies, and so does what comes then', async () => {
    await asLic(change, ownLane)
    await retain(today)
    const before = await verify()
    const {ids} = await retain(nineYearsOn)
    const after = await verify()
    await asLic(change, ownLane)

    expect(ids).toContain(`retain.lic.drop.${month}`)
    expect(after).toMatchObject({wrong: 0})
    expect(after.records).toBeLessThan(before.records)
    expect(await verify()).toMatchObject({wrong: 0})
  })

  test('goes again and again: what earlier records said about the chain is said anew', async () => {
    for (let generation = 0; generation < 3; generation += 1) {
      await asLic(change, ownLane)
      // The month is made again, and takes its rows out of the default partition.
      await retain(today)
      await retain(nineYearsOn)
      expect(await verify()).toMatchObject({wrong: 0})
    }
    expect(Number(await one('SELECT count(*) FROM audit_links'))).toBeLessThan(20)
  })

  test('leaves nothing that hides a removal', async () => {
    await asLic(change)
    await retain(nineYearsOn)
    await asLic(change)
    const [first, last] = [
      await one('SELECT log_id FROM audit_links WHERE salt IS NOT NULL ORDER BY lane, seq LIMIT 1'),
      await one('SELECT log_id FROM audit_links ORDER BY lane, seq DESC LIMIT 1'),
    ]
    for (const record of [first, last]) {
      await platform.tamper(
        `CREATE TABLE public.k1 AS SELECT * FROM audit_logs WHERE log_id = '${record}';
         CREATE TABLE public.k2 AS SELECT * FROM audit_links WHERE log_id = '${record}';
         DELETE FROM audit_logs WHERE log_id = '${record}';
         UPDATE audit_links SET salt = NULL, digest = link WHERE log_id = '${record}'`,
      )
      expect((await verify()).findings).toMatchObject([{kind: 'removed', record}])
      await platform.tamper(
        `DELETE FROM audit_links WHERE log_id = '${record}'; INSERT INTO audit_logs TABLE public.k1;
         INSERT INTO audit_links TABLE public.k2; DROP TABLE public.k1, public.k2`,
      )
    }
    expect(await verify()).toMatchObject({wrong: 0})
  })

  test('that is linked between younger records leaves its digest behind', async () => {
    const early = await asTenant(platform, 'lic')
    await early.script('BEGIN; SELECT 1')
    const {rows} = await early.script("SELECT now() + interval '1 microsecond'")
    const border = String(rows[0]?.[0])
    await asLic(change)
    await early.script(`${change}; COMMIT`)
    await early.close()
    await asLic(change)
    await platform.tamper(
      `ALTER TABLE audit_logs DETACH PARTITION ${month}; ALTER TABLE ${month} RENAME TO whole;
       CREATE TABLE audit_logs_early PARTITION OF audit_logs FOR VALUES FROM ('2000-01-01') TO ('${border}');
       INSERT INTO audit_logs TABLE whole; DROP TABLE whole; ALTER TABLE audit_logs_early OWNER TO mitra_migrator`,
    )
    const session = await platform.database.connect({role: 'migrator'})
    const settings = {'mitra.retention': 'on'}
    await inTenant(session, lic, {mode: 'write', settings}, () =>
      retireMonth(session, lic, {
        table: 'audit_logs',
        partition: 'audit_logs_early',
        isDropped: true,
        archived: undefined,
      }),
    )
    await session.close()
    const kept = await one(
      "SELECT jsonb_array_length(new_values -> 'kept') FROM audit_logs WHERE action = 'RETAIN'",
    )

    expect(Number(kept)).toBeGreaterThan(0)
    expect(await one('SELECT count(*) FROM audit_links WHERE digest IS NOT NULL')).toBe(kept)
    expect(await verify()).toMatchObject({wrong: 0})
  })

  test('lies in a file first, with its links, where the rule says so', async () => {
    await asLic(change)
    const {ids} = await retain(nineYearsOn, 'archive')
    const file = join(folder, 'lic', `${month}.tar.gz`)
    const place = mkdtempSync(join(folder, 'read-'))
    execFileSync('tar', ['-xzf', file, '-C', place], {stdio: 'ignore'})
    const lines = (name: string) =>
      readdirSync(place)
        .filter((entry) => entry.startsWith(name))
        .flatMap((entry) => readFileSync(join(place, entry), 'utf8').trim().split('\n'))

    expect(ids.filter((id) => id.includes(month))).toEqual([
      `retain.lic.archive.${month}`,
      `retain.lic.drop.${month}`,
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const {rows}: {rows: number} = JSON.parse(lines('manifest')[0] ?? '')
    expect(rows).toBeGreaterThan(100)
    expect(lines('rows-')).toHaveLength(rows)
    expect(lines('links-')).toHaveLength(rows)
    expect(await verify()).toMatchObject({wrong: 0})
  })

  test('a damaged archive is written anew, a whole one is taken as it is', async () => {
    const file = join(folder, 'lic', `${month}.tar.gz`)
    rmSync(join(folder, 'lic'), {recursive: true, force: true})
    await retain(today)
    mkdirSync(join(folder, 'lic'))
    writeFileSync(file, 'no archive')
    await retain(nineYearsOn, 'archive')

    expect(readFileSync(file).length).toBeGreaterThan(1000)
    expect(await one(`SELECT to_regclass('${month}') IS NULL`)).toBe('t')
  })

  test('a seal tells that the end of a lane was cut off, link and all', async () => {
    const session = await platform.database.connect({role: 'migrator'})
    const anchor = await inTenant(session, lic, {mode: 'write'}, () => sealChain(session, lic))
    const again = await inTenant(session, lic, {mode: 'write'}, () => sealChain(session, lic))
    await session.close()
    const anchors = anchor === undefined ? [] : [anchor]
    const sealed = await verify(anchors)
    await platform.tamper(
      `WITH gone AS (DELETE FROM audit_links WHERE seq >= (SELECT max(seq) - 1 FROM audit_links)
          AND log_id NOT IN (SELECT log_id FROM audit_logs WHERE action = 'SEAL') RETURNING log_id)
         DELETE FROM audit_logs WHERE log_id IN (SELECT log_id FROM gone)`,
    )
    const cut = await verify(anchors)
    await platform.tamper(
      `DELETE FROM audit_links WHERE log_id IN (SELECT log_id FROM audit_logs WHERE action = 'SEAL');
       DELETE FROM audit_logs WHERE action = 'SEAL'`,
    )
    const unsealed = await verify(anchors)

    expect(again).toBeUndefined()
    expect(sealed).toMatchObject({wrong: 0, seals: 1, anchors: 1})
    expect(cut.findings.map(({kind}) => kind)).toContain('seal')
    expect(unsealed.findings).toMatchObject([{kind: 'anchor', record: anchor?.seal}])
    expect(await verify()).toMatchObject({wrong: 0})
  })

  test('the journal remembers seals and nothing that only looks like one', () => {
    const base = {id: 'r', command: 'c', startedAt: '', endedAt: '', outcome: 'done' as const}
    const run = {...base, plan: [], failed: [], undoneBy: undefined}
    const anchor = {tenantId: 't', seal: 's', digest: 'd'}
    const finished = [
      {id: 'audit.seal.lic', at: '', undo: anchor},
      {id: 'audit.seal.hdfc', at: '', undo: undefined},
      {id: 'tenant.create.lic', at: '', undo: anchor},
    ]
    expect(anchorsIn([{...run, finished}])).toEqual([anchor])
  })
})
