import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {asTenantName, loginOf, schemaOf} from '../../../src/features/tenants/names.js'
import {identifier, literal} from '../../../src/ports/sql-text.js'

const isName = (text: string): boolean => {
  try {
    asTenantName(text)
    return true
  } catch {
    return false
  }
}

describe('names of tenants', () => {
  test.each(['lic', 'hdfc', 'icici_2', 'a', 'a'.repeat(41)])('%s is one', (text) => {
    expect(asTenantName(text)).toBe(text)
  })

  test.each([
    ['', 'it is empty'],
    ['LIC', 'other characters'],
    ['1st', 'other characters'],
    ['lic"; DROP SCHEMA x; --', 'other characters'],
    ["o'neil", 'other characters'],
    ['lіc', 'other characters'],
    ['बीमा', 'other characters'],
    ['a'.repeat(42), 'it is too long'],
    ['pg_lic', 'pg_ belongs to Postgres'],
    ['mitra_x', 'mitra_ belongs to mitra'],
    ['shared', 'the word is reserved'],
    ['public', 'the word is reserved'],
    ['lic\n', 'other characters'],
    ['lic\0', 'other characters'],
  ])('%j is none, and why is said', (text, why) => {
    expect(() => asTenantName(text)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        code: 'TENANT_NAME',
        message: expect.stringContaining(why),
      }),
    )
  })

  test.each([
    ['LIC', 'Try lic.'],
    ['HDFC Life', 'Try hdfc_life.'],
    ['Bajaj-Allianz!', 'Try bajaj_allianz.'],
  ])('%j has a neighbour that is one', (text, hint) => {
    expect(() => asTenantName(text)).toThrow(
      expect.objectContaining({hints: expect.arrayContaining([hint])}),
    )
  })

  test('whatever is accepted gives names within 63 bytes that need no quotes and never collide', () => {
    const letters = 'abz09_'.split('')
    const names = fc.string({unit: fc.constantFrom(...letters), minLength: 1, maxLength: 45})
    const check = () =>
      fc.assert(
        fc.property(names, names, (one, other) => {
          fc.pre(isName(one) && isName(other) && one !== other)
          const derived = [one, other].flatMap((text) => {
            const name = asTenantName(text)
            return [schemaOf(name), loginOf(name)]
          })
          return (
            new Set(derived).size === 4 &&
            derived.every((name) => Buffer.byteLength(name) <= 63 && /^[a-z][a-z0-9_]*$/.test(name))
          )
        }),
        {numRuns: 5000},
      )
    expect(check).not.toThrow()
  })

  test('no text of any kind gets past the check with a character that SQL would read', () => {
    const check = () =>
      fc.assert(
        fc.property(fc.string({unit: 'binary', maxLength: 50}), (text) => {
          return !isName(text) || /^[a-z][a-z0-9_]{0,40}$/.test(text)
        }),
        {numRuns: 20_000},
      )
    expect(check).not.toThrow()
  })
})

describe('SQL text', () => {
  test('quotes cannot be left', () => {
    expect(identifier('a"b')).toBe('"a""b"')
    expect(literal("a'b")).toBe("'a''b'")
  })
})
