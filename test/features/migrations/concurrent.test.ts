import {describe, expect, test} from 'vitest'
import {readAlone, withoutConcurrently} from '../../../src/features/migrations/concurrent.js'
import {readMigrations} from '../../../src/features/migrations/files.js'

const kinds = (sql: string) =>
  readAlone(sql).map((one) =>
    Object.fromEntries(Object.entries(one).filter(([key]) => key !== 'statement')),
  )
const read = (text: string) => {
  const fileName = '20270101000000_x.sql'
  return readMigrations([{scope: 'tenant', fileName, path: 'x.sql', text}]).tenant[0]
}

describe('a file outside a transaction', () => {
  test.each([
    ['CREATE INDEX CONCURRENTLY i ON t (a)', {index: 'i', isPlain: true}],
    [
      'create unique index concurrently if not exists "I x" on only s.T using btree (a desc, b)',
      {index: 'I x', isPlain: true, table: {schema: 's', name: 't'}},
    ],
    ['CREATE INDEX CONCURRENTLY i ON t (lower(a))', {index: 'i', isPlain: false}],
    ["CREATE INDEX CONCURRENTLY i ON t ((a -> 'b'))", {index: 'i', isPlain: false}],
    ['CREATE INDEX CONCURRENTLY i ON t (a) WHERE b', {index: 'i', isPlain: false}],
    ['CREATE INDEX CONCURRENTLY i ON t (a) /* WHERE */ -- WHERE\n', {index: 'i', isPlain: true}],
    ['CREATE INDEX CONCURRENTLY ON t (a)', {index: undefined, isPlain: true}],
  ])('%s is an index that is made', (sql, what) => {
    expect(kinds(sql)).toEqual([
      expect.objectContaining({
        kind: 'create-index',
        table: {schema: undefined, name: 't'},
        ...what,
      }),
    ])
  })

  test.each([
    [
      'DROP INDEX CONCURRENTLY IF EXISTS i',
      {kind: 'drop-index', index: {schema: undefined, name: 'i'}},
    ],
    ['REINDEX INDEX CONCURRENTLY s.i', {kind: 'reindex', target: {schema: 's', name: 'i'}}],
    [
      'REINDEX (VERBOSE) TABLE CONCURRENTLY t',
      {kind: 'reindex', target: {schema: undefined, name: 't'}},
    ],
    [
      'ALTER TABLE a DETACH PARTITION b CONCURRENTLY',
      {
        kind: 'detach',
        parent: {schema: undefined, name: 'a'},
        partition: {schema: undefined, name: 'b'},
      },
    ],
    ['ALTER TABLE a DETACH PARTITION b', {kind: 'ordinary'}],
    ["ALTER TYPE e ADD VALUE 'concurrently'", {kind: 'ordinary'}],
    ['REFRESH MATERIALIZED VIEW CONCURRENTLY m', {kind: 'ordinary'}],
  ])('%s is known for what it is', (sql, what) => {
    expect(kinds(sql)).toEqual([what])
  })

  test('in a schema that is being made runs in the transaction, every place where it was', () => {
    const sql =
      "CREATE INDEX CONCURRENTLY i ON t (a);\nSELECT 'CONCURRENTLY';\nDROP INDEX concurrently i;"
    const without = withoutConcurrently(sql)

    expect(without).toHaveLength(sql.length)
    expect(without.replaceAll(/ +/g, ' ')).toBe(
      "CREATE INDEX i ON t (a);\nSELECT 'CONCURRENTLY';\nDROP INDEX i;",
    )
  })

  test('says so in its header, for each half by itself', () => {
    const file = read(
      '-- migrate:up transaction:false\nDROP INDEX CONCURRENTLY i;\n-- migrate:down\nSELECT 1;\n',
    )

    expect(file).toMatchObject({isAlone: true, isDownAlone: false, downLine: 4})
    expect(read('-- migrate:up\nSELECT 1;\n')).toMatchObject({isAlone: false, down: ''})
  })

  test('names its indexes: what is left of one that was cut off must be found again', () => {
    const text = '-- migrate:up transaction:false\nSELECT 1;\nCREATE INDEX CONCURRENTLY ON t (a);\n'

    expect(() => read(text)).toThrow('x.sql:3 makes an index without a name.')
  })

  test('may not begin or end transactions either', () => {
    const text = '-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nCOMMIT;\n'

    expect(() => read(text)).toThrow('x.sql:4 begins or ends a transaction: COMMIT.')
  })
})

describe('the phase of a file', () => {
  test.each([
    ['-- mitra:phase expand\n-- migrate:up\nSELECT 1;', 'expand'],
    ['-- migrate:up\n-- mitra:phase contract\nSELECT 1;', 'contract'],
    ['-- migrate:up\nSELECT 1;', undefined],
  ])('is read from its line', (text, phase) => {
    expect(read(text)?.phase).toBe(phase)
  })

  test.each([
    ['-- migrate:up\n-- mitra:phase later\n', 'x.sql:2 has the phase `later`.'],
    [
      '-- mitra:phase expand\n-- migrate:up\n-- mitra:phase contract\n',
      'x.sql:3 names a second phase.',
    ],
  ])('that is none is an error with its line', (text, message) => {
    expect(() => read(text)).toThrow(message)
  })
})
