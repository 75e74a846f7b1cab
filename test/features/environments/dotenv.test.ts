import {execFileSync} from 'node:child_process'
import {parseEnv} from 'node:util'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {dotenvValues, readDotenv, withVariable} from '../../../src/features/environments/dotenv.js'

const text = [
  '# The database.',
  'DATABASE_URL=postgresql://127.0.0.1/x # on this machine',
  '',
  'export KEY="line one',
  'line two"',
  "QUOTED='a # b'",
  'EMPTY=',
  '',
].join('\n')

describe('a .env file', () => {
  test('is read as Node reads it, with the line of each variable', () => {
    const {entries, oddLines} = readDotenv(text)

    expect(Object.fromEntries(entries.map(({name, value}) => [name, value]))).toEqual(
      parseEnv(text),
    )
    expect(entries.map(({name, line}) => `${name}:${line}`)).toEqual([
      'DATABASE_URL:2',
      'KEY:4',
      'QUOTED:6',
      'EMPTY:7',
    ])
    expect(oddLines).toEqual([])
  })

  test('names lines that say nothing and quotes that are not closed', () => {
    const {oddLines} = readDotenv('A=1\nhello there\nB="open\nC=2\n')

    expect(oddLines).toEqual([
      {line: 2, what: 'is not NAME=value'},
      {line: 3, what: 'opens a quote for B that is not closed'},
    ])
  })

  test('keeps every other byte when one variable changes', () => {
    const changed = withVariable(text, 'KEY', 'short')

    expect(changed).toBe(text.replace('"line one\nline two"', 'short'))
  })

  test('gets a new variable at its end, with its description', () => {
    const changed = withVariable('A=1', 'B', 'two words', 'What B is.')

    expect(changed).toBe("A=1\n\n# What B is.\nB='two words'\n")
  })

  test('is not changed where a line could be lost', () => {
    expect(() => withVariable('A="open\nB=1\n', 'C', 'x')).toThrow(/line 1 opens a quote/)
  })
})

// No NUL, which no file of this kind can hold, and not all kinds of quotes at once.
const value = fc.string({unit: 'grapheme', maxLength: 40}).filter((one) => {
  const kinds = ["'", '"', '`'].filter((quote) => one.includes(quote))
  return !one.includes('\0') && !one.includes('\r') && !/\\n/.test(one) && kinds.length < 2
})
const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,12}$/)

test('every value is read back as it was set, and no other variable changes', () => {
  fc.assert(
    fc.property(fc.dictionary(name, value, {maxKeys: 6}), name, value, (all, one, set) => {
      const before = Object.entries(all).reduce((file, [key, v]) => withVariable(file, key, v), '')
      const after = dotenvValues(readDotenv(withVariable(before, one, set)))

      expect(Object.fromEntries(after)).toEqual({...all, [one]: set})
    }),
    {numRuns: 2000},
  )
})

test('a shell reads what was set too', () => {
  const values = ['plain', 'two words', 'a$b', 'with # in it', 'tick`s', '50% of "all"']

  for (const one of values) {
    const file = withVariable('', 'A', one)
    const read = execFileSync('bash', ['-c', `eval "$(cat)"; printf %s "$A"`], {input: file})

    expect(read.toString()).toBe(one)
  }
})
