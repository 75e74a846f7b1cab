import {describe, expect, test} from 'vitest'
import {newMigration, readMigrations} from '../../../src/features/migrations/files.js'
import {statementsOf, transactionStatement} from '../../../src/features/migrations/statements.js'
import {shippedMigrations} from '../../support/platform.js'

const up = (text: string) => `-- migrate:up\n${text}\n-- migrate:down\n`

function read(fileName: string, text: string) {
  return readMigrations([{scope: 'tenant', fileName, path: `database/tenant/${fileName}`, text}])
}

describe('reading migrations', () => {
  test('takes up and down apart and knows the line on which up begins', () => {
    const text = '-- words\n-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n'
    const [one] = read('20260101000000_one.sql', text).tenant

    expect(one).toMatchObject({version: '20260101000000', name: 'one', upLine: 3})
    expect(one?.up.trim()).toBe('SELECT 1;')
    expect(one?.down.trim()).toBe('SELECT 2;')
  })

  test.each([
    ['one.sql', 'MIGRATION_NAME', 'database/tenant/one.sql is not named like a migration.'],
    [
      '2026_one.sql',
      'MIGRATION_NAME',
      'database/tenant/2026_one.sql is not named like a migration.',
    ],
  ])('refuses the name %s', (fileName, code, message) => {
    expect(() => read(fileName, up('SELECT 1'))).toThrow(expect.objectContaining({code, message}))
  })

  test('a file without a header names its first line', () => {
    expect(() => read('20260101000000_one.sql', 'SELECT 1')).toThrow(
      'database/tenant/20260101000000_one.sql:1 has no line `-- migrate:up`.',
    )
  })

  test('an option that is none is refused with its line', () => {
    const text = '\n-- migrate:up transaction:maybe\nSELECT 1'
    expect(() => read('20260101000000_one.sql', text)).toThrow(
      'database/tenant/20260101000000_one.sql:2 asks for `transaction:maybe`.',
    )
  })

  test('two files of one version are refused', () => {
    const texts = ['a', 'b'].map((name) => ({
      scope: 'tenant' as const,
      fileName: `20260101000000_${name}.sql`,
      path: `${name}.sql`,
      text: up('SELECT 1'),
    }))
    expect(() => readMigrations(texts)).toThrow('a.sql and b.sql have the same version.')
  })

  test.each(['COMMIT', 'begin', 'ROLLBACK', 'END', 'START TRANSACTION', "PREPARE TRANSACTION 'x'"])(
    'a file with %s is refused with its line',
    (statement) => {
      const text = up(`CREATE TABLE t ();\n-- words; COMMIT;\n${statement};\nSELECT 1;`)
      expect(() => read('20260101000000_one.sql', text)).toThrow(
        /^database\/tenant\/20260101000000_one\.sql:4 begins or ends a transaction: /,
      )
    },
  )

  test('the files that mitra ships are read', async () => {
    const {shared, tenant} = await shippedMigrations()
    expect(shared.length).toBeGreaterThan(0)
    expect(tenant.every((file) => file.down.trim() !== '')).toBe(true)
  })
})

describe('statements of a script', () => {
  test.each([
    'DO $$ BEGIN COMMIT; END $$',
    'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN; END; $body$',
    "SELECT 'a; COMMIT; it''s'",
    "SELECT E'a\\'; COMMIT; '",
    'SELECT 1 AS "; COMMIT; "',
    '/* ; COMMIT; /* nested */ COMMIT; */ SELECT 1',
    '-- ; COMMIT;\nSELECT 1',
    'SAVEPOINT a; ROLLBACK TO SAVEPOINT a; RELEASE a',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3',
  ])('%s ends no transaction', (sql) => {
    expect(transactionStatement(sql)).toBeUndefined()
  })

  test('are found behind what hides them', () => {
    const words = statementsOf("SELECT $a$;$a$, ';' ; /* ; */ insert into t values (1);;\n COMMIT")
    expect(words.map((one) => one.words[0])).toEqual(['SELECT', 'INSERT', 'COMMIT'])
    expect(words.at(-1)?.line).toBe(1)
  })
})

describe('a new migration', () => {
  test('is dated to the second in UTC and has both headers', () => {
    const now = new Date('2026-11-24T07:08:09.123Z')
    const {fileName, text} = newMigration('tenant', 'add_claims', now)

    expect(fileName).toBe('20261124070809_add_claims.sql')
    expect(text).toContain('-- migrate:up\n')
    expect(text).toContain('-- migrate:down\n')
  })

  test.each(['Add Claims', '../x', '', '1st'])('refuses the name %j', (name) => {
    expect(() => newMigration('shared', name, new Date())).toThrow(
      expect.objectContaining({code: 'MIGRATION_NAME', kind: 'usage'}),
    )
  })
})
