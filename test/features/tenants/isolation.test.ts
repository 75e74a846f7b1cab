import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Session} from '../../../src/ports/database.js'
import {
  asTenant,
  makeTenants,
  migrateAll,
  queryAs,
  shippedMigrations,
} from '../../support/platform.js'
import type {Platform} from '../../support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

describe.skipIf(!isPostgresThere)("what a tenant's login can reach", () => {
  let server: TestPostgres
  let platform: Platform
  let lic: Session
  let others: ReadonlySet<unknown> = new Set()

  beforeAll(async () => {
    server = await startPostgres()
    platform = {database: await server.create('isolation'), secrets: server.secrets}
    const migrations = await shippedMigrations()
    await migrateAll(platform, migrations)
    await makeTenants(platform, migrations, ['lic', 'hdfc'])
    const hdfc = await asTenant(platform, 'hdfc')
    const emails = await hdfc.query('SELECT email FROM users')
    others = new Set(emails.rows.map(([email]) => email))
    await hdfc.close()
    lic = await asTenant(platform, 'lic')
  })

  afterAll(async () => {
    await lic?.close()
    await server?.stop()
  })

  /** SQLSTATE of the refusal. */
  const answerTo = (sql: string): Promise<string> =>
    lic.script(sql).then(
      () => 'done',
      (error: {readonly code: string}) => error.code,
    )

  /** After the attempt, whatever it answered: only rows of its own, and all of them. */
  async function seesItsOwn(session: Session): Promise<boolean> {
    await session.script('RESET ROLE; SET row_security = on')
    const {rows} = await session.script('SELECT email FROM lic_schema.users')
    return rows.length > 0 && !rows.some(([email]) => others.has(email))
  }

  test('its own rows are there', async () => {
    expect(await seesItsOwn(lic)).toBe(true)
    expect(others.size).toBeGreaterThan(0)
  })

  test("another tenant's table is refused by name, by search_path and through a partition", async () => {
    expect(await answerTo('SELECT * FROM hdfc_schema.users')).toBe('42501')
    expect(await answerTo('SELECT * FROM hdfc_schema.insurance_policies_default')).toBe('42501')
    await lic.script('SET search_path = hdfc_schema')
    await expect(lic.script('SELECT * FROM users')).rejects.toMatchObject({code: '42P01'})
    await lic.script('RESET search_path')
  })

  test('the login cannot become anybody else', async () => {
    for (const role of [
      'hdfc_login',
      'mitra_migrator',
      'mitra_admin',
      'postgres',
      'pg_read_all_data',
    ]) {
      const attempt = lic.script(`SET ROLE ${role}`).catch((error: unknown) => error)
      expect(await attempt).toMatchObject({code: expect.stringMatching(/^(42501|22023)$/)})
      await expect(lic.script(`SET SESSION AUTHORIZATION ${role}`)).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|22023)$/),
      })
    }
    expect(await seesItsOwn(lic)).toBe(true)
  })

  test('the role shared by all tenants opens no table of any', async () => {
    await lic.script('SET ROLE mitra_tenant')
    expect(await answerTo('SELECT * FROM hdfc_schema.users')).toBe('42501')
    expect(await answerTo('SELECT * FROM lic_schema.users')).toBe('42501')
    const {rows} = await lic.script('SELECT name FROM shared_schema.tenants')
    expect(rows).toEqual([['lic']])
    expect(await seesItsOwn(lic)).toBe(true)
  })

  test('no setting makes it another tenant', async () => {
    const {rows} = await queryAs(
      platform,
      'admin',
      "SELECT tenant_id FROM shared_schema.tenants WHERE name = 'hdfc'",
    )
    const id = String(rows[0]?.[0])
    const before = await lic.script('SELECT shared_schema.current_tenant_id()')
    for (const setting of ['app.tenant_id', 'mitra.tenant_id', 'app.user_id', 'request.tenant']) {
      await lic.script(`SET "${setting}" = '${id}'`)
    }
    const after = await lic.script('SELECT shared_schema.current_tenant_id()')
    expect(after.rows).toEqual(before.rows)
    expect(after.rows[0]?.[0]).not.toBe(id)
    await lic.script('RESET ALL')
    expect(await seesItsOwn(lic)).toBe(true)
  })

  test('RESET of a setting leaves an empty text, and the tenant stays known', async () => {
    await lic.script("SET mitra.tenant_id = 'x'; RESET mitra.tenant_id; SELECT count(*) FROM users")
    expect(await seesItsOwn(lic)).toBe(true)
  })

  test('row_security off is an error, not a way past the policy', async () => {
    await lic.script('SET row_security = off')
    expect(await answerTo('SELECT * FROM users')).toBe('42501')
    expect(await seesItsOwn(lic)).toBe(true)
  })

  test('it owns nothing and can make nothing that shadows a name', async () => {
    const attempts = [
      'CREATE TABLE lic_schema.t ()',
      'CREATE TABLE shared_schema.t ()',
      'CREATE TABLE public.t ()',
      'CREATE TEMP TABLE users ()',
      'CREATE TEMP VIEW users AS SELECT 1',
      'CREATE SCHEMA mine',
      'CREATE FUNCTION lic_schema.current_tenant_id() RETURNS uuid LANGUAGE sql AS $$SELECT NULL::uuid$$',
      'CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
      'CREATE OPERATOR lic_schema.= (FUNCTION = texteq, LEFTARG = text, RIGHTARG = text)',
      'CREATE EXTENSION dblink',
      'CREATE ROLE other',
      'CREATE DATABASE other',
      'ALTER TABLE users DISABLE ROW LEVEL SECURITY',
      'ALTER TABLE users NO FORCE ROW LEVEL SECURITY',
      'CREATE POLICY mine ON users USING (true)',
      'DROP POLICY tenant_rows ON users',
      'ALTER ROLE lic_login BYPASSRLS',
      'ALTER ROLE lic_login SUPERUSER',
      'ALTER FUNCTION shared_schema.current_tenant_id() SET search_path = lic_schema',
      'TRUNCATE users',
      "COPY users TO '/tmp/users'",
      "COPY users TO PROGRAM 'cat'",
      "COPY users FROM PROGRAM 'cat'",
      "SELECT pg_read_file('/etc/passwd')",
      "SELECT lo_import('/etc/passwd')",
      'SELECT * FROM pg_authid',
      'SELECT * FROM shared_schema.schema_migrations',
      "INSERT INTO shared_schema.countries VALUES ('XX', 'x', '+0', 'INR')",
      'UPDATE shared_schema.tenants SET name = name',
      "SELECT shared_schema.protect_table('users'::regclass)",
      "SELECT shared_schema.grant_to_tenant('users'::regclass)",
      "SELECT shared_schema.make_month_partitions('audit_logs'::regclass, now()::date, 1)",
      'GRANT SELECT ON users TO mitra_tenant WITH GRANT OPTION',
    ]
    const passed: string[] = []
    for (const sql of attempts) {
      const code = await answerTo(sql)
      // A grant without the right to give it is a warning and gives nothing.
      if (code !== '42501' && !sql.startsWith('GRANT')) passed.push(`${sql}: ${code}`)
    }
    expect(passed).toEqual([])
    const {rows} = await queryAs(
      platform,
      'admin',
      "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = 'mitra_tenant' AND table_schema = 'lic_schema'",
    )
    expect(rows).toEqual([['0']])
    expect(await seesItsOwn(lic)).toBe(true)
  })

  test('COPY of its own table gives its own rows and does not hang', async () => {
    const {rowCount} = await lic.script('COPY users TO STDOUT')
    const own = await lic.script('SELECT count(*) FROM users')
    expect(rowCount).toBe(Number(own.rows[0]?.[0]))
    expect(await answerTo('COPY users FROM STDIN')).toBe('0A000')
  })

  test('rows cannot be written for another tenant, and not moved to one', async () => {
    const {rows} = await queryAs(
      platform,
      'admin',
      "SELECT tenant_id FROM shared_schema.tenants WHERE name = 'hdfc'",
    )
    const id = String(rows[0]?.[0])
    expect(
      await answerTo(`INSERT INTO users (tenant_id, role, email) VALUES ('${id}', 'agent', 'x@y')`),
    ).toBe('42501')
    expect(await answerTo(`UPDATE users SET tenant_id = '${id}'`)).toBe('42501')
  })

  test('a large object of one tenant cannot be read by another', async () => {
    const made = await lic.script("SELECT lo_from_bytea(0, 'secret')")
    const hdfc = await asTenant(platform, 'hdfc')
    await expect(hdfc.script(`SELECT lo_get(${String(made.rows[0]?.[0])})`)).rejects.toMatchObject({
      code: '42501',
    })
    await hdfc.close()
  })

  test("statements of another tenant's session are hidden", async () => {
    const hdfc = await asTenant(platform, 'hdfc')
    await hdfc.script("SELECT 'words of hdfc'")
    const {rows} = await lic.script(
      "SELECT query FROM pg_stat_activity WHERE usename = 'hdfc_login'",
    )
    expect(rows).toEqual([['<insufficient privilege>']])
    const stats = await lic.script(
      "SELECT count(*) FROM pg_stats WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'shared_schema')",
    )
    expect(stats.rows).toEqual([['0']])
    await hdfc.close()
  })

  test('evidence can be read and not written', async () => {
    await lic.script("UPDATE users SET full_name = full_name || ' ' WHERE email IS NOT NULL")
    const {rows} = await lic.script('SELECT DISTINCT actor_login FROM audit_logs')
    expect(rows).toEqual([['lic_login']])
    expect(await answerTo("INSERT INTO audit_logs (action) VALUES ('INSERT')")).toBe('42501')
    expect(await answerTo('DELETE FROM audit_logs')).toBe('42501')
    expect(await answerTo("UPDATE audit_logs SET action = 'none'")).toBe('42501')
  })

  test('passwords and token hashes stay out of the evidence', async () => {
    await lic.script("UPDATE users SET password_hash = 'kept-out' WHERE role = 'agent'")
    const {rows} = await lic.script(
      "SELECT count(*) FROM audit_logs WHERE old_values::text || new_values::text LIKE '%kept-out%'",
    )
    expect(rows).toEqual([['0']])
  })

  test('no other database of the cluster lets it in', async () => {
    const {database} = platform
    const password = await platform.secrets.ensure('tenant.lic')
    for (const name of ['postgres', 'template1']) {
      await expect(
        database.connect({role: 'tenant', user: 'lic_login', password}, {database: name}),
      ).rejects.toThrow('permission denied')
    }
  })

  test('a role set by somebody else for the login cannot widen what it sees', async () => {
    const {rows} = await queryAs(
      platform,
      'admin',
      'SELECT rolname FROM pg_roles' +
        " WHERE (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb) AND rolname <> 'mitra_admin'" +
        " AND rolname <> 'mitra_migrator'",
    )
    expect(rows).toEqual([])
  })
})
