import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {FolderMigrationFiles} from '../../../../src/adapters/files/migration-files.js'
import {shippedFiles} from '../../../../src/features/migrations/lint/shipped.js'
import {lintTexts, lintUp, migrationText} from './lint-files.js'

const templates = fileURLToPath(new URL('../../../../templates/database', import.meta.url))

test('the migrations that mitra brings are safe, or say why they are as they are', async () => {
  const verdicts = await lintTexts(await new FolderMigrationFiles(templates).read())

  expect(verdicts.flatMap(({findings}) => findings)).toEqual([])
  expect(verdicts.flatMap(({allowed}) => allowed).filter(({reason}) => reason === '')).toEqual([])
})

test.each(shippedFiles)(
  'the reasons kept for $file are those of its very bytes',
  ({file, checksum}) => {
    const bytes = readFileSync(`${templates}/${file}`)

    expect(createHash('sha256').update(bytes).digest('hex')).toBe(checksum)
  },
)

const drop = 'ALTER TABLE users DROP COLUMN email;'

test.each([
  [
    'above the statement',
    `-- mitra:allow ban-drop-column nobody reads it since release 12\n${drop}`,
  ],
  [
    'inside it',
    'ALTER TABLE users\n  -- mitra:allow ban-drop-column nobody reads it\n  DROP COLUMN email;',
  ],
  ['behind it', `SELECT 1;\n${drop} -- mitra:allow ban-drop-column nobody reads it`],
  ['as a block', `/* mitra:allow ban-drop-column\n nobody reads it */ ${drop}`],
])('a finding is allowed by a comment %s, with its reason', async (_where, sql) => {
  const {findings, allowed} = await lintUp(sql)

  expect(findings).toEqual([])
  expect(allowed).toMatchObject([{rule: 'ban-drop-column'}])
  expect(allowed[0]?.reason).toContain('nobody reads it')
})

test('a drop is what a file of the phase contract is for', async () => {
  const {findings, allowed} = await lintUp(`-- mitra:phase contract\n${drop}`)
  const {findings: early} = await lintUp(drop)

  expect(findings).toEqual([])
  expect(allowed).toMatchObject([{rule: 'ban-drop-column'}])
  expect(early[0]?.fix).toContain('mitra:phase contract')
})

test('CONCURRENTLY is fine where the file says that it runs outside a transaction', async () => {
  const up = 'CREATE INDEX CONCURRENTLY by_email ON users (tenant_id, email);'
  const down = 'DROP INDEX CONCURRENTLY by_email;'
  const of = async (header: string, downHeader: string) => {
    const text = `-- migrate:up${header}\n${up}\n-- migrate:down${downHeader}\n${down}\n`
    const [verdict] = await lintTexts([migrationText('tenant', '20990101000000', text)])
    return verdict?.findings.map(({rule, line}) => `${line} ${rule}`)
  }

  expect(await of(' transaction:false', ' transaction:false')).toEqual([])
  expect(await of(' transaction:false', '')).toEqual(['4 concurrently-in-transaction'])
  expect(await of('', '')).toEqual([
    '2 concurrently-in-transaction',
    '4 concurrently-in-transaction',
  ])
})

test('an allowance holds for its own statement only', async () => {
  const sql = `-- mitra:allow ban-drop-column it is empty\n${drop}\n${drop}`

  const {findings, allowed} = await lintUp(sql)

  expect(findings).toMatchObject([{rule: 'ban-drop-column', line: 4}])
  expect(allowed).toMatchObject([{line: 3}])
})

test('an allowance in a text is none', async () => {
  const {findings} = await lintUp(`SELECT '-- mitra:allow ban-drop-column why'; ${drop}`)

  expect(findings).toMatchObject([{rule: 'ban-drop-column'}])
})

test('an allowance without a reason allows nothing', async () => {
  const {findings} = await lintUp(`-- mitra:allow ban-drop-column\n${drop}`)

  expect(findings.map(({rule, line}) => `${line} ${rule}`)).toEqual([
    '2 allow-without-reason',
    '3 ban-drop-column',
  ])
})

test('an allowance of what is not there is named, and so is one for squawk alone', async () => {
  const sql = '-- mitra:allow ban-drop-table old\n-- squawk-ignore ban-drop-column\nSELECT 1;'

  const {findings} = await lintUp(sql)

  expect(findings.map(({rule, line}) => `${line} ${rule}`)).toEqual([
    '2 allow-unused',
    '3 squawk-ignore',
  ])
})

test('a comment to squawk does not hide what it silences behind a line of its own', async () => {
  const {findings} = await lintUp(`-- squawk-ignore ban-drop-column\n${drop}`)

  expect(findings).toMatchObject([{rule: 'squawk-ignore', line: 2}])
})

test('lines are those of the file, whatever letters stand before', async () => {
  const sql =
    "-- ஒன்று 保険 😀\nSELECT 'é😀';\nDO $$\nBEGIN\n  -- 保険\n  RESET ALL;\nEND $$;\nRESET ALL;"

  const {findings} = await lintUp(sql)

  expect(findings.map(({line}) => line)).toEqual([7, 9])
})

test('a table is known from the files before: a rename and a drop included', async () => {
  const texts = [
    migrationText(
      'tenant',
      '20260101000000',
      "-- migrate:up\nCREATE TABLE a (tenant_id uuid NOT NULL, at date) PARTITION BY RANGE (at);\nSELECT shared_schema.protect_table('a'::regclass);",
    ),
    migrationText('tenant', '20260102000000', '-- migrate:up\nALTER TABLE a RENAME TO b;'),
    migrationText(
      'tenant',
      '20260103000000',
      '-- migrate:up\nALTER TABLE b ADD CONSTRAINT k UNIQUE (tenant_id);',
    ),
  ]

  const [verdict] = await lintTexts(texts, (version) => version === '20260103000000')

  expect(verdict?.findings.map(({rule}) => rule)).toContain('unique-without-partition-key')
})
