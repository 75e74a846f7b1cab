import {expect, test} from 'vitest'
import {table} from '../../src/cli/table.js'
import {wrapWords} from '../../src/cli/wrap.js'

const why = 'port 5432 is taken by postgres (pid 812), so it listens on 5433 from now on. '.repeat(
  6,
)
const path = `database/shared/${'x'.repeat(60)}.sql`

test('a table wider than the terminal is wrapped by words to its width, and loses none', () => {
  const text = table(['What', 'Why', 'Undo'], [['Start Postgres', why, 'yes']], 120)

  const lines = text.split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
  expect(lines.length).toBeGreaterThan(4)
  expect(text.match(/\(pid 812\),/g)).toHaveLength(6)
  expect(text).not.toContain('…')
})

test('a path is never cut, however narrow the terminal is', () => {
  const text = table(['What', 'Why'], [[`Run ${path}`, 'lic does not have it']], 40)

  expect(text).toContain(path)
  expect(text).not.toContain('…')
})

test('a table that fits, and one that goes to a pipe, is one line a row', () => {
  expect(table(['What', 'Why'], [['a', 'b']], 120)).toBe('What  Why\na     b')
  expect(table(['Why'], [[why.trim()]], undefined).split('\n')).toHaveLength(2)
})

test('a long command goes on below as a shell reads it, and no word is broken', () => {
  const words = ['apt-get', 'install', "'a word'", 'python3', 'redis-tools']

  const text = wrapWords(words, {columns: 24, indent: '  ', joint: ' \\'})

  expect(text.replaceAll(/ \\\n\s+/g, ' ')).toBe(`  ${words.join(' ')}`)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(24)
})
