import {inspect} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {PgDatabase} from '../../../src/adapters/postgres/database.js'
import {scramVerifier} from '../../../src/adapters/scram/verifier.js'
import type {Session} from '../../../src/ports/database.js'
import {MemorySecrets} from '../../fakes/secrets.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

describe.skipIf(!isPostgresThere)('a session on a real Postgres', () => {
  let server: TestPostgres
  let database: PgDatabase
  let session: Session

  beforeAll(async () => {
    server = await startPostgres()
    database = await server.create('adapter')
    session = await database.connect({role: 'admin'})
  })

  afterAll(async () => {
    await session?.close()
    await server?.stop()
  })

  const at = (port: number, name: string, secrets = server.secrets) =>
    new PgDatabase({host: '127.0.0.1', port, name, adminUser: 'mitra_admin', secrets})

  test('gives columns and rows as Postgres writes them, without losing digits', async () => {
    const {columns, rows, rowCount} = await session.query(
      "SELECT 9007199254740993::bigint AS big, 1.10::numeric AS price, NULL AS none, '{a,b}'::text[] AS list",
    )
    expect(columns).toEqual(['big', 'price', 'none', 'list'])
    expect(rows).toEqual([['9007199254740993', '1.10', null, '{a,b}']])
    expect(rowCount).toBe(1)
  })

  test('keeps both of two columns with one name', async () => {
    const {columns, rows} = await session.query('SELECT 1 AS a, 2 AS a')
    expect([columns, rows]).toEqual([['a', 'a'], [['1', '2']]])
  })

  test('binds parameters: a text is never SQL', async () => {
    const text = "'; DROP TABLE x; --"
    expect((await session.query('SELECT $1::text', [text])).rows).toEqual([[text]])
  })

  test('a script answers with its last rows; what follows without rows does not hide them', async () => {
    const {rows} = await session.script("SELECT 1; SELECT 2; SET application_name = 'x'")
    expect(rows).toEqual([['2']])
  })

  test('an empty statement is no error and has no rows', async () => {
    expect(await session.script('')).toEqual({columns: [], rows: [], rowCount: 0})
  })

  test('the number of changed rows is told', async () => {
    await session.script('CREATE TEMP TABLE t AS SELECT generate_series(1, 5) AS n')
    expect(await session.script('UPDATE t SET n = 0')).toMatchObject({columns: [], rowCount: 5})
  })

  test('notices are kept until they are asked for, in order', async () => {
    await session.script("DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two'; END $$")
    expect(session.notices()).toEqual(['one', 'two'])
    expect(session.notices()).toEqual([])
  })

  test('an error has the SQLSTATE as its code and an index into what was sent', async () => {
    const sql = "SELECT '😀';\nSELECT nothing"
    const error: unknown = await session.script(sql).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      kind: 'failed',
      code: '42703',
      message: 'column "nothing" does not exist (line 2, column 8).',
      offset: sql.indexOf('nothing'),
    })
  })

  test("the server's detail and hint are hints", async () => {
    await session.script('CREATE TEMP TABLE k (id int PRIMARY KEY); INSERT INTO k VALUES (1)')
    await expect(session.script('INSERT INTO k VALUES (1)')).rejects.toMatchObject({
      code: '23505',
      hints: ['Key (id)=(1) already exists.'],
    })
  })

  test('a session whose server hung up says so and does not end the process', async () => {
    const victim = await database.connect({role: 'admin'})
    const {rows} = await victim.query('SELECT pg_backend_pid()')
    const sleeping = victim.script('SELECT pg_sleep(30)').catch((thrown: unknown) => thrown)
    await session.query('SELECT pg_sleep(0.1), pg_terminate_backend($1)', [rows[0]?.[0]])

    expect(await sleeping).toMatchObject({code: '57P01'})
    await expect(victim.query('SELECT 1')).rejects.toMatchObject({code: 'CONNECTION_LOST'})
    await victim.close()
  })

  test('nobody at the port: DATABASE_DOWN with what to do', async () => {
    await expect(at(1, 'adapter').connect({role: 'admin'})).rejects.toMatchObject({
      kind: 'notReady',
      code: 'DATABASE_DOWN',
      hints: ['mitra up postgres', 'mitra status'],
    })
  })

  test('a database that is not there is named', async () => {
    await expect(at(server.port, 'nowhere').connect({role: 'admin'})).rejects.toMatchObject({
      code: 'NO_DATABASE',
      message: 'database "nowhere" does not exist.',
    })
  })

  test('a wrong password is AUTH_FAILED, names the role and holds no password', async () => {
    const secrets = new MemorySecrets()
    secrets.put('postgres.admin', 'wrong-and-secret')
    const error = await at(server.port, 'adapter', secrets)
      .connect({role: 'admin'})
      .catch((thrown: Error) => thrown)

    expect(error).toMatchObject({code: 'AUTH_FAILED', kind: 'notReady'})
    expect(inspect(error)).not.toContain('wrong-and-secret')
  })

  test('a password set as a verifier lets its holder in', async () => {
    await server.secrets.ensure('postgres.migrator')
    const password = (await server.secrets.ensure('postgres.migrator')).reveal()
    await session.script(`CREATE ROLE mitra_migrator LOGIN PASSWORD '${scramVerifier(password)}'`)
    const migrator = await database.connect({role: 'migrator'})
    expect((await migrator.query('SELECT current_user')).rows).toEqual([['mitra_migrator']])
    await migrator.close()
  })

  test('sessions name themselves to the server', async () => {
    const named = await database.connect({role: 'admin'}, {applicationName: 'mitra db query'})
    expect((await named.query('SHOW application_name')).rows).toEqual([['mitra db query']])
    await named.close()
  })
})
