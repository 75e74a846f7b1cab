import {cpSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {mitra, mitraJson} from '../../support/cli.js'
import {killedFleet, type KilledFleet} from '../../support/killed-fleet.js'
import {queryAs} from '../../support/platform.js'
import {isPostgresThere} from '../../support/postgres.js'

// More of them: MITRA_TENANTS=200 npx vitest run test/features/migrations/fleet-cli.test.ts
const count = Number(process.env['MITRA_TENANTS'] ?? 20)

interface Failed {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly hints: readonly string[]
  }
}

// Each test goes on from the one before it.
describe.skipIf(!isPostgresThere)('migrating a fleet with the built CLI', () => {
  let fleet: KilledFleet
  let cwd: string

  beforeAll(async () => {
    fleet = await killedFleet(count)
    cwd = fleet.workspace.folder
  }, 600_000)

  afterAll(async () => {
    await fleet?.leave()
  })

  const sql = async (text: string) => (await queryAs(fleet.platform, 'admin', text)).rows
  const migrate = (...argv: string[]) => mitra(['db', 'migrate', '--no-lint', ...argv], {cwd})
  const failing = (...argv: string[]) =>
    mitraJson<Failed>(['db', 'migrate', '--no-lint', ...argv], {
      cwd,
      env: {MITRA_DATABASE_PATIENCE_SECONDS: '2'},
    })

  /** In how many tenants a version ran. */
  const ran = async (version: string) => {
    const [row] = await sql(
      `SELECT count(*) FROM shared_schema.schema_migrations WHERE version = '${version}'`,
    )
    return Number(row?.[0])
  }

  const write = (version: string, up: string, header = '') =>
    writeFileSync(
      join(cwd, `database/tenant/${version}_x.sql`),
      `${header}-- migrate:up\n${up}\n-- migrate:down\n`,
    )

  const remove = (version: string) => rmSync(join(cwd, `database/tenant/${version}_x.sql`))

  test('four at once, each in a workspace of its own: each file once per tenant, no error', async () => {
    for (let file = 0; file < 3; file += 1) fleet.writeNext()
    const others = Array.from({length: 3}, () => mkdtempSync(join(tmpdir(), 'mitra-fleet-')))
    for (const other of others) cpSync(cwd, other, {recursive: true})
    const runs = await Promise.all(
      [cwd, ...others].map((folder) => mitra(['db', 'migrate', '--no-lint'], {cwd: folder})),
    )
    for (const other of others) rmSync(other, {recursive: true, force: true})

    expect(runs.map(({code, stderr}) => (code === 0 ? '' : stderr))).toEqual(['', '', '', ''])
    expect(await fleet.faults()).toEqual([])
  })

  test('four at once in the same workspace: one works, the others find nothing to do', async () => {
    fleet.writeNext()
    const runs = await Promise.all([1, 2, 3, 4].map(() => migrate()))
    const idle = runs.filter(({stdout}) => stdout.includes('Nothing to do'))

    expect(runs.map(({code}) => code)).toEqual([0, 0, 0, 0])
    expect(idle).toHaveLength(3)
    expect(await fleet.faults()).toEqual([])
  })

  test('an error in one tenant names tenant, file and line; all others are done', async () => {
    await sql('CREATE TABLE t7_schema.claims ()')
    write('20280101000000', 'SELECT 1;\nCREATE TABLE claims (id int);\nSELECT id FROM claims;')
    const {error} = await failing()
    const done = await ran('20280101000000')
    await sql('DROP TABLE t7_schema.claims')
    const next = await migrate('--json')

    expect(error).toMatchObject({
      code: 'TENANTS_FAILED',
      message: `1 of ${count} tenants were not migrated: t7.`,
    })
    expect(error.hints[0]).toBe(
      'database/tenant/20280101000000_x.sql: relation "claims" already exists (in t7).',
    )
    expect(done).toBe(count - 1)
    expect(JSON.parse(next.stdout)).toMatchObject({plan: [{detail: {tenants: ['t7']}}]})
  })

  test('a mistake that all make is one line, with file and line and some of them', async () => {
    write('20280101000001', 'SELECT 1;\nCREATE TABEL mistaken ();')
    const {error} = await failing()
    remove('20280101000001')
    const [line, ...rest] = error.hints

    expect(line).toContain(
      `${count} tenants: database/tenant/20280101000001_x.sql:3: syntax error at or near "TABEL" (in `,
    )
    expect(line).toContain(`and ${count - 5} more).`)
    expect(rest).toHaveLength(1)
    expect(await ran('20280101000001')).toBe(0)
  })

  test('who holds a table is named by process, program and login', async () => {
    const holder = await fleet.platform.database.connect(
      {role: 'admin'},
      {applicationName: 'nightly report'},
    )
    await holder.script('BEGIN; SELECT count(*) FROM t3_schema.users')
    const {rows} = await holder.query('SELECT pg_backend_pid()')
    write('20280101000002', 'ALTER TABLE users ADD COLUMN note text;')
    const {error} = await failing()
    await holder.script('ROLLBACK')
    await holder.close()
    const next = await migrate()

    expect(error.message).toBe(`1 of ${count} tenants were not migrated: t3.`)
    expect(error.hints.join('\n')).toMatch(
      new RegExp(
        `users.* is held by pid ${String(rows[0]?.[0])} \\(nightly report as mitra_admin, idle in transaction for \\d+ s\\)`,
      ),
    )
    expect(next.code).toBe(0)
    expect(await ran('20280101000002')).toBe(count)
  })

  test('canaries that fail keep all others from beginning', async () => {
    await sql('CREATE TABLE t0_schema.canary ()')
    write('20280101000003', 'CREATE TABLE canary ();')
    const {error} = await failing('--canary', '2')
    const done = await ran('20280101000003')
    await sql('DROP TABLE t0_schema.canary')
    const next = await migrate('--canary', '2')

    expect(error.code).toBe('CANARY_FAILED')
    expect(error.hints.join('\n')).toContain(`${count - 2} tenants were not begun.`)
    expect(done).toBe(1)
    expect(next.code).toBe(0)
    expect(await ran('20280101000003')).toBe(count)
  })

  test('after so many failures no other tenant is begun', async () => {
    write('20280101000004', 'SELECT 1 / 0;')
    const {error} = await failing('--max-failures', '3')
    remove('20280101000004')

    expect(error.code).toBe('TOO_MANY_FAILED')
    // Those that were under way beside the third are over too.
    expect(Number(/^(\d+) of/.exec(error.message)?.[1])).toBeLessThanOrEqual(3 + 4)
  })

  test('a server that goes away is one message, and the next run completes', async () => {
    write('20280101000005', 'SELECT pg_sleep(0.3);\nCREATE TABLE late ();')
    const isAtWork = fleet.untilAtWork()
    const running = failing()
    await isAtWork
    await new Promise((resolve) => setTimeout(resolve, 500))
    await fleet.workspace.server.die()
    const {error} = await running
    await fleet.workspace.server.revive()
    const done = await ran('20280101000005')
    const next = await migrate()

    expect(error).toMatchObject({code: 'DATABASE_DOWN'})
    expect(error.message).toBe(
      `Postgres went away: ${done} of ${count} tenants are done, ${count - done} are not.`,
    )
    expect(done).toBeLessThan(count)
    expect(next.code).toBe(0)
    expect(await ran('20280101000005')).toBe(count)
  })

  test('what waits for the end of a deploy waits, and says so', async () => {
    write('20280101000006', 'DROP TABLE late;', '-- mitra:phase contract\n')
    write('20280101000007', 'CREATE TABLE newer ();', '-- mitra:phase expand\n')
    const expand = await migrate('--phase', 'expand')
    const status = await mitraJson<{
      versions: readonly {version: string; phase: string | null; missing: number}[]
    }>(['db', 'status'], {cwd})
    const contract = await migrate('--phase', 'contract')

    expect(expand.code).toBe(0)
    expect(status.versions.slice(-2)).toMatchObject([
      {phase: 'contract', missing: count},
      {phase: 'expand', missing: 0},
    ])
    expect(contract.code).toBe(0)
    expect((await mitra(['db', 'verify'], {cwd})).code).toBe(0)
  })

  test('rollback shows what it would do, wants a word without a terminal, and does it', async () => {
    write('20280101000008', 'CREATE TABLE back ();')
    writeFileSync(
      join(cwd, 'database/tenant/20280101000008_x.sql'),
      '-- migrate:up\nCREATE TABLE back ();\n-- migrate:down\nDROP TABLE back;\n',
    )
    await migrate()
    const planned = await mitra(['db', 'rollback', '--plan'], {cwd})
    const unasked = await mitra(['db', 'rollback'], {cwd})
    const done = await mitra(['db', 'rollback', '--yes'], {cwd})

    expect(planned).toMatchObject({code: 2, stdout: expect.stringContaining('DROP TABLE back;')})
    expect(unasked.code).not.toBe(0)
    expect(done.code).toBe(0)
    expect(await ran('20280101000008')).toBe(0)
  })
})
