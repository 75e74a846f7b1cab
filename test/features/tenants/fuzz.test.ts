import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Database, Session} from '../../../src/ports/database.js'
import TenantCreate from '../../../src/commands/tenant/create.js'
import {asTenantName, loginOf, schemaOf, secretOf} from '../../../src/features/tenants/names.js'
import type {TenantName} from '../../../src/features/tenants/names.js'
import {identifier, literal} from '../../../src/ports/sql-text.js'
import {databaseWorkspace} from '../../support/database-workspace.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'
import {run} from '../../support/run.js'
import {hostileNames} from './hostile-names.js'

const count = 300_000

const asAccepted = (text: string): TenantName | undefined => {
  try {
    return asTenantName(text)
  } catch {
    return undefined
  }
}

const names = hostileNames(count)
const accepted = [...new Set(names.flatMap((name) => asAccepted(name) ?? []))]
const refused = [...new Set(names.filter((name) => asAccepted(name) === undefined))]

// A half of a surrogate pair is no text that UTF-8 has.
const isWhole = (text: string) => Buffer.from(text).toString() === text

/** All but the zero byte, which no message to Postgres can hold; and as Postgres reads UTF-8. */
const sendable = [...new Set(names)].filter((name) => !name.includes('\0') && isWhole(name))

const slices = <T>(list: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({length: Math.ceil(list.length / size)}, (_, nth) =>
    list.slice(nth * size, (nth + 1) * size),
  )

test('300,000 names are of both kinds, and of every kind of attack', () => {
  expect(names).toHaveLength(count)
  expect(accepted.length).toBeGreaterThan(30_000)
  expect(refused.length).toBeGreaterThan(100_000)
  expect(refused.some((name) => name.includes('"'))).toBe(true)
  expect(refused.some((name) => name.includes('\0'))).toBe(true)
  expect(refused.some((name) => name.includes('$$'))).toBe(true)
  expect(refused.some((name) => /^\p{Letter}+$/u.test(name) && !/^[a-z]/i.test(name))).toBe(true)
})

test('what is accepted is plain ASCII, and what is derived fits 63 bytes and never meets another', () => {
  const derived = accepted.flatMap((name) => [schemaOf(name), loginOf(name), secretOf(name)])
  const odd = accepted.filter((name) => !/^[a-z][a-z0-9_]{0,40}$/.test(name))
  const long = derived.filter((name) => Buffer.byteLength(name) > 63)
  const others = new Set(['shared_schema', 'information_schema', 'mitra_admin', 'mitra_migrator'])
  const taken = derived.filter((name) => others.has(name) || /^(pg_|mitra_)/.test(name))

  expect(odd).toEqual([])
  expect(long).toEqual([])
  expect(taken).toEqual([])
  expect(new Set(derived).size).toBe(accepted.length * 3)
})

describe.skipIf(!isPostgresThere)('a real server', () => {
  let server: TestPostgres
  let admin: Session
  let database: Database

  beforeAll(async () => {
    server = await startPostgres({isDurable: true})
    database = await server.create('fuzz')
    admin = await database.connect({role: 'admin'})
  }, 60_000)

  afterAll(async () => {
    await admin?.close()
    await server?.stop()
  })

  test('reads every derived name as it is, unquoted and quoted, and cuts none', async () => {
    const derived = accepted.flatMap((name) => [schemaOf(name), loginOf(name)])
    const {rows} = await admin.query(
      `SELECT count(*), count(*) FILTER (WHERE quote_ident(name) = name AND name::name::text = name),
         count(DISTINCT name::name) FROM unnest($1::text[]) name`,
      [derived],
    )

    const all = String(derived.length)
    expect(rows).toEqual([[all, all, all]])
  })

  test('makes schema and login of thousands of them, each its own', async () => {
    const some = accepted.slice(0, 3000)
    let made = 0
    for (const batch of slices(some, 500)) {
      const sql = batch.flatMap((name) => [
        `CREATE ROLE ${identifier(loginOf(name))};`,
        `CREATE SCHEMA ${identifier(schemaOf(name))};`,
      ])
      await admin.script(`BEGIN; ${sql.join('\n')}`)
      const {rows} = await admin.query(
        `SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = ANY ($1)),
           (SELECT count(*) FROM pg_roles WHERE rolname = ANY ($2))`,
        [batch.map(schemaOf), batch.map(loginOf)],
      )
      await admin.script('ROLLBACK')
      expect(rows).toEqual([[String(batch.length), String(batch.length)]])
      made += batch.length
    }

    expect(made).toBe(3000)
  }, 60_000)

  test('reads back every text of all 300,000 as it was written, whatever it holds', async () => {
    let read = 0
    for (const batch of slices(sendable, 5000)) {
      const values = batch.map((text, nth) => `(${nth + 1}, ${literal(text)})`)
      const {rows} = await admin.script(
        `SELECT count(*), md5(string_agg(text, E'\\x01' ORDER BY nth))
           FROM (VALUES ${values.join(',')}) one (nth, text)`,
      )
      const {rows: bound} = await admin.query(
        `SELECT count(*), md5(string_agg(text, E'\\x01' ORDER BY nth))
           FROM unnest($1::text[]) WITH ORDINALITY one (text, nth)`,
        [batch],
      )
      expect(rows).toEqual(bound)
      read += batch.length
    }

    expect(read).toBe(sendable.length)
    expect(read).toBeGreaterThan(150_000)
  }, 120_000)

  test('takes every text of all 300,000 as one identifier and nothing more', async () => {
    const fitting = sendable.filter((text) => text !== '' && Buffer.byteLength(text) <= 63)
    for (const batch of slices(fitting, 1500)) {
      const columns = batch.map((text) => `1 AS ${identifier(text)}`)
      const {columns: seen} = await admin.script(`SELECT ${columns.join(',')}`)
      expect(seen).toEqual(batch)
    }

    expect(fitting.length).toBeGreaterThan(100_000)
  }, 120_000)
})

describe.skipIf(!isPostgresThere)('tenant create', () => {
  test('refuses a name before anything is opened', async () => {
    const workspace = await databaseWorkspace()
    const opened: string[] = []
    const tools = {
      ...workspace.tools(),
      database: async () => {
        opened.push('database')
        throw new Error('the database was opened')
      },
    }
    const before = workspace.server.log().length
    const some = refused.filter((name) => !name.startsWith('-')).filter((_, nth) => nth % 500 === 0)
    const codes = new Set<string | undefined>()
    for (const name of some) codes.add((await run(TenantCreate, [name], tools)).error?.code)
    const logged = workspace.server.log().slice(before)
    await workspace.leave()

    expect(some.length).toBeGreaterThan(200)
    expect([...codes]).toEqual(['TENANT_NAME'])
    expect(opened).toEqual([])
    expect(logged).toBe('')
  }, 120_000)
})
