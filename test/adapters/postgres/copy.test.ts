import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {PgDatabase} from '../../../src/adapters/postgres/database.js'
import type {Session} from '../../../src/ports/database.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

describe.skipIf(!isPostgresThere)('COPY through a session', () => {
  let server: TestPostgres
  let database: PgDatabase
  let session: Session

  beforeAll(async () => {
    server = await startPostgres()
    database = await server.create('copies')
    session = await database.connect({role: 'admin'})
    await session.script('CREATE TABLE notes (id int PRIMARY KEY, body text)')
  })

  afterAll(async () => {
    await session?.close()
    await server?.stop()
  })

  const drain = async (sql: string) => {
    const out = session.copyOut(sql)
    const chunks: Uint8Array[] = []
    for (;;) {
      const {value, done} = await out.next()
      if (done === true) return {rows: value, text: Buffer.concat(chunks).toString()}
      chunks.push(value)
    }
  }
  async function* texts(...given: readonly string[]): AsyncGenerator<Uint8Array> {
    for (const text of given) yield Buffer.from(text)
  }
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('7\tseven\n')
    throw new Error('the file ends here')
  }
  const count = async () => (await session.query('SELECT count(*) FROM notes')).rows[0]?.[0]

  test('what comes out goes in again; both sides count, wherever the chunks are cut', async () => {
    const made = "SELECT i, 'மொழி ' || i FROM generate_series(1, 3000) i"
    const {rows, text} = await drain(`COPY (${made}) TO STDOUT`)
    const cuts = [text.slice(0, 7), text.slice(7, 30_001), text.slice(30_001)]
    const taken = await session.copyIn('COPY notes FROM STDIN', texts(...cuts))
    const again = await drain('COPY notes TO STDOUT')

    expect([rows, taken, again.rows]).toEqual([3000, 3000, 3000])
    expect(again.text).toBe(text)
  })

  test('nothing out and nothing in are zero rows', async () => {
    const {rows} = await drain('COPY (SELECT 1 WHERE false) TO STDOUT')
    const taken = await session.copyIn('COPY notes FROM STDIN', texts())

    expect([rows, taken]).toEqual([0, 0])
  })

  test('a row that the server refuses takes none of them, and the session goes on', async () => {
    const twice = session.copyIn('COPY notes FROM STDIN', texts('9001\tnew\n', '1\tthere\n'))

    await expect(twice).rejects.toMatchObject({code: '23505'})
    expect(await count()).toBe('3000')
  })

  test('chunks that fail take none of them, and their own error comes through', async () => {
    await expect(session.copyIn('COPY notes FROM STDIN', breaking())).rejects.toThrow(
      'the file ends here',
    )
    expect(await count()).toBe('3000')
  })

  test('an error of the server in the middle of what comes out has its SQLSTATE', async () => {
    const failing = 'COPY (SELECT 1 / (1000 - i) FROM generate_series(1, 2000) i) TO STDOUT'

    await expect(drain(failing)).rejects.toMatchObject({code: '22012'})
    expect(await count()).toBe('3000')
  })

  test('a session that is left half way through can be closed at once', async () => {
    const other = await database.connect({role: 'admin'})
    const out = other.copyOut('COPY (SELECT generate_series(1, 10000000)) TO STDOUT')
    await out.next()
    const start = performance.now()
    await other.close()

    expect(performance.now() - start).toBeLessThan(5000)
  })
})
