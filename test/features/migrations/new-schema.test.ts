import {expect, test} from 'vitest'
import {readMigrations} from '../../../src/features/migrations/files.js'
import {addsEnumValue, forNewSchema} from '../../../src/features/migrations/new-schema.js'

/** The texts of files as a new schema gets them. */
function inNewSchema(...ups: readonly string[]): readonly string[] {
  const {tenant} = readMigrations(
    ups.map((up, index) => ({
      scope: 'tenant' as const,
      fileName: `2027010100000${index}_x.sql`,
      path: 'x.sql',
      text: `-- migrate:up\n${up}`,
    })),
  )
  return forNewSchema(tenant).map((file) => file.up)
}

test('a value that is added later is there when the type is made', () => {
  const [made, added] = inNewSchema(
    "CREATE TYPE e AS ENUM\n  ('a',\n 'b');\nSELECT 1;",
    "ALTER TYPE e ADD VALUE 'c';\nALTER TYPE e\n ADD VALUE IF NOT EXISTS 'z' BEFORE 'a';\nSELECT 2;",
  )

  expect(made).toBe("CREATE TYPE e AS ENUM\n  ('z', 'a', 'b', 'c'\n);\nSELECT 1;")
  expect(added).toBe(';\n\n;\nSELECT 2;')
})

test('a value beside another stands there', () => {
  const [made] = inNewSchema(
    "CREATE TYPE \"E x\" AS ENUM ('a', 'b');",
    "ALTER TYPE \"E x\" ADD VALUE 'c' AFTER 'a';",
    "ALTER TYPE \"E x\" ADD VALUE 'd' BEFORE 'c';",
  )

  expect(made).toBe("CREATE TYPE \"E x\" AS ENUM ('a', 'd', 'c', 'b');")
})

test('one that is there already is not put twice', () => {
  const [made] = inNewSchema(
    "CREATE TYPE e AS ENUM ('a');",
    "ALTER TYPE e ADD VALUE IF NOT EXISTS 'a';",
  )

  expect(made).toBe("CREATE TYPE e AS ENUM ('a');")
})

test('a type that no file makes in plain words, or whose values were renamed, is left alone', () => {
  const files = [
    "CREATE TYPE e AS ENUM ('a');\nALTER TYPE e RENAME VALUE 'a' TO 'b';",
    "ALTER TYPE e ADD VALUE 'c' AFTER 'b';\nALTER TYPE unknown ADD VALUE 'd';",
  ]

  expect(inNewSchema(...files)).toEqual(files)
})

test('words in texts and comments are no statements', () => {
  expect(
    addsEnumValue({up: "-- ALTER TYPE e ADD VALUE 'x'\nSELECT 'ALTER TYPE e ADD VALUE';"}),
  ).toBe(false)
  expect(addsEnumValue({up: "alter type e add value 'x'"})).toBe(true)
})
