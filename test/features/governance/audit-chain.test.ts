import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {rowDigestSql} from '../../../src/features/governance/chain-sql.js'
import type {GovernedTenant} from '../../../src/features/governance/tenant-work.js'
import {verifyChain} from '../../../src/features/governance/verify.js'
import type {Session} from '../../../src/ports/database.js'
import {governedPlatform, type GovernedPlatform} from '../../support/governed.js'
import {asTenant, migrateAll, queryAs} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

const upgrade = '20261124020000'

describe.skipIf(!isPostgresThere)('the evidence of a tenant', () => {
  let server: TestPostgres
  let platform: GovernedPlatform
  let lic: GovernedTenant

  beforeAll(async () => {
    server = await startPostgres()
    platform = await governedPlatform(server, 'chain')
    lic = await platform.tenant('lic')
  })

  afterAll(async () => {
    await server?.stop()
  })

  describe('refuses to be changed', () => {
    let migrator: Session

    beforeAll(async () => {
      migrator = await platform.database.connect({role: 'migrator'})
      await migrator.script(
        `SELECT set_config('mitra.tenant_id', '${lic.id}', false); SET search_path = lic_schema`,
      )
    })

    afterAll(async () => {
      await migrator?.close()
    })

    const codeOf = async (sql: string): Promise<string> => {
      await migrator.script('BEGIN')
      const code = await migrator.script(sql).then(
        ({rowCount}) => `done ${rowCount}`,
        (error: {readonly code: string}) => error.code,
      )
      await migrator.script('ROLLBACK')
      return code
    }

    const month = `audit_logs_${new Date().toISOString().slice(0, 7).replace('-', '_')}`

    test.each([
      'DELETE FROM audit_logs',
      `DELETE FROM ${month}`,
      "UPDATE audit_logs SET action = 'x'",
      `UPDATE ${month} SET new_values = NULL`,
      'TRUNCATE audit_logs',
      `TRUNCATE ${month}`,
      'DELETE FROM audit_links',
      'UPDATE audit_links SET salt = NULL, digest = link',
      'TRUNCATE audit_links',
      "SET LOCAL mitra.erasure = 'on'; DELETE FROM audit_logs",
      "SET LOCAL mitra.erasure = 'on'; DELETE FROM audit_links",
      "SET LOCAL mitra.erasure = 'on'; UPDATE audit_logs SET action = 'x'",
      `SET LOCAL mitra.erasure = 'on'; UPDATE audit_logs SET new_values = '{"a": 1}'`,
      "SET LOCAL mitra.erasure = 'on'; UPDATE audit_logs SET ip_address = '10.0.0.1'",
      "SET LOCAL mitra.erasure = 'on'; UPDATE audit_links SET link = sha256('x')",
      "SET LOCAL mitra.retention = 'on'; DELETE FROM audit_logs",
    ])('%s', async (sql) => {
      expect(await codeOf(sql)).toBe('MT010')
    })

    test('and lets an erasure take values away', async () => {
      const sql = "SET LOCAL mitra.erasure = 'on'; UPDATE audit_logs SET new_values = NULL"
      expect(await codeOf(sql)).toMatch(/^done [1-9]/)
    })

    test('neither may its tenant touch it', async () => {
      const session = await asTenant(platform, 'lic')
      for (const sql of [
        'DELETE FROM audit_links',
        "INSERT INTO audit_links (lane, seq, log_id, link) VALUES (1, 1, gen_random_uuid(), 'x')",
        "SELECT shared_schema.append_audit(NULL, NULL, 'x', 'x', 'x', NULL, NULL, NULL, NULL, NULL)",
      ]) {
        await expect(session.script(sql)).rejects.toMatchObject({code: '42501'})
      }
      await session.close()
    })
  })

  test('writers never wait for each other, and what they roll back leaves no hole', async () => {
    const session = await asTenant(platform, 'lic')
    await session.script("BEGIN; UPDATE users SET full_name = 'held' WHERE email = 'nobody'")
    await session.script("INSERT INTO users (email, role) VALUES ('held@x', 'agent')")
    const writers = Array.from({length: 6}, async (_, writer) => {
      const own = await asTenant(platform, 'lic')
      await own.script("SET statement_timeout = '20s'")
      const level = writer % 2 === 0 ? 'READ COMMITTED' : 'REPEATABLE READ'
      for (let round = 0; round < 10; round += 1) {
        const email = `w${writer}.${round}`
        await own.script(
          `BEGIN ISOLATION LEVEL ${level};
           INSERT INTO users (email, role) VALUES ('${email}@x', 'agent');
           SAVEPOINT s; INSERT INTO users (email, role) VALUES ('${email}@y', 'agent'); ROLLBACK TO s;
           INSERT INTO users (email, role) VALUES ('${email}@z', 'agent');
           ${round % 4 === 3 ? 'ROLLBACK' : 'COMMIT'}`,
        )
      }
      await own.close()
    })
    await Promise.all(writers)
    await session.script('COMMIT')
    await session.script(
      "BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO users (email, role) VALUES ('s1@x', 'agent');" +
        "INSERT INTO users (email, role) VALUES ('s2@x', 'agent'); COMMIT",
    )
    await session.close()
    const report = await verifyChain(platform.database, lic, [])

    expect(report).toMatchObject({wrong: 0})
    expect(report.lanes).toBeGreaterThan(4)
  })

  test('the digest that is written and the one that verifies are the same', async () => {
    const {rows} = await platform.tamper(
      `SELECT count(*), count(*) FILTER (WHERE ${rowDigestSql} = shared_schema.audit_digest(l.salt,
          a.old_values, a.new_values, a.ip_address, a.user_agent, a.log_id, a.timestamp, a.tenant_id,
          a.user_id, a.resource_id, a.actor_login, a.action, a.resource_type))
         FROM audit_links l JOIN audit_logs a USING (log_id)`,
    )
    expect(rows[0]?.[0]).toBe(rows[0]?.[1])
  })

  test('is read by the auditor, who reads nothing else', async () => {
    const as = (sql: string) => queryAs(platform, 'admin', `SET ROLE mitra_auditor; ${sql}`)
    const {rows} = await as(
      'SELECT (SELECT count(*) FROM lic_schema.audit_logs), (SELECT count(*) FROM hdfc_schema.audit_links)',
    )

    expect(rows[0]?.map(Number).every((count) => count > 0)).toBe(true)
    for (const table of [
      'lic_schema.users',
      'shared_schema.tenants',
      'lic_schema.audit_logs_default',
    ]) {
      await expect(as(`SELECT * FROM ${table}`)).rejects.toMatchObject({code: '42501'})
    }
  })

  describe('from before the chain', () => {
    let old: GovernedPlatform

    beforeAll(async () => {
      old = await governedPlatform(server, 'before', {tenants: ['lic'], before: upgrade})
    })

    test('goes on being written while the tenant is not migrated yet, and is chained afterwards', async () => {
      await migrateAll(old, {
        shared: old.shipped.shared,
        tenant: old.shipped.tenant.filter(({version}) => version < upgrade),
      })
      const session = await asTenant(old, 'lic')
      await session.script("INSERT INTO users (email, role) VALUES ('between@x', 'agent')")
      await expect(verifyChain(old.database, await old.tenant('lic'), [])).rejects.toMatchObject({
        code: 'TENANT_PENDING',
        hints: ['mitra db migrate'],
      })
      const held = await asTenant(old, 'lic')
      await held.script("BEGIN; INSERT INTO users (email, role) VALUES ('held@x', 'agent')")
      const migrating = migrateAll(old, old.shipped)
      await untilWaiting(old)
      const waiting = session.script("INSERT INTO users (email, role) VALUES ('waits@x', 'agent')")
      await held.script('COMMIT')
      await Promise.all([migrating, waiting])
      await held.script("INSERT INTO users (email, role) VALUES ('after@x', 'agent')")
      await Promise.all([session.close(), held.close()])
      const report = await verifyChain(old.database, await old.tenant('lic'), [])

      expect(report).toMatchObject({wrong: 0, lanes: 2})
    })

    test('is as safe as what came later', async () => {
      const {rows} = await old.tamper('SELECT log_id FROM audit_links WHERE lane = 0 AND seq = 7')
      await old.tamper(
        `UPDATE audit_logs SET new_values = '{}' WHERE log_id = '${String(rows[0]?.[0])}'`,
      )
      const report = await verifyChain(old.database, await old.tenant('lic'), [])

      expect(report.findings).toMatchObject([
        {kind: 'altered', lane: 0, seq: 7, record: rows[0]?.[0]},
      ])
    })
  })
})

/** The migration is behind the transaction that holds audit_logs. */
async function untilWaiting(platform: GovernedPlatform): Promise<void> {
  for (let waits = false; !waits;) {
    const {rows} = await queryAs(
      platform,
      'admin',
      "SELECT count(*) FROM pg_stat_activity WHERE usename = 'mitra_migrator' AND wait_event_type = 'Lock' AND datname = current_database()",
    )
    waits = rows[0]?.[0] !== '0'
  }
}
