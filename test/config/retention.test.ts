import {readFileSync} from 'node:fs'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import {loadRetentionRules} from '../../src/config/governance/load-retention.js'
import {parseRetentionRules} from '../../src/config/governance/retention.js'
import {repositoryRoot} from '../support/cli.js'

const shipped = readFileSync(join(repositoryRoot, 'config/retention.yml'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'mitra-retention-'))

afterAll(() => {
  rmSync(folder, {recursive: true, force: true})
})

/** The line of a text, from 1, that begins with this after spaces. */
const lineOf = (text: string, words: string) =>
  text.split('\n').findIndex((line) => line.trim().startsWith(words)) + 1

describe('retention.yml', () => {
  test('the one that is shipped is read where the workspace has none', async () => {
    const rules = await loadRetentionRules(folder)

    expect(rules.monthsAhead).toBe(3)
    expect(rules.person).toMatchObject({table: 'users', findBy: ['email', 'phone_number']})
    expect(rules.tables.get('insurance_policies')).toMatchObject({
      redact: ['policy_document_url', 'nominee_details'],
      hold: {keep: '10 years', from: 'maturity_date', mode: 'redact', confirmed: false},
      retain: {action: 'redact'},
    })
    expect(rules.tables.get('audit_logs')?.retain).toEqual({
      keep: '8 years',
      from: undefined,
      action: 'drop',
    })
  })

  test('the one of the workspace wins', async () => {
    writeFileSync(
      join(folder, 'retention.yml'),
      shipped.replace('monthsAhead: 3', 'monthsAhead: 7'),
    )

    expect(await loadRetentionRules(folder)).toMatchObject({monthsAhead: 7})
  })

  test('nothing in it is confirmed that nobody has confirmed', async () => {
    const {tables} = parseRetentionRules('retention.yml', shipped)
    const holds = [...tables.values()].flatMap(({hold}) => (hold === undefined ? [] : [hold]))

    expect(holds.length).toBeGreaterThan(0)
    expect(holds.filter(({confirmed}) => confirmed)).toEqual([])
  })

  test.each([
    ['purpose: The account', 'purpos: The account', 'purpos:', 'Did you mean purpose?'],
    ['findBy:', 'findby:', 'findby:', 'Did you mean findBy?'],
    ['action: drop}', 'action: dorp}', 'retain: {keep: 25', 'Did you mean drop?'],
    ['mode: redact\n', 'mode: redcat\n', 'mode: redcat', 'Did you mean redact?'],
  ])('a typo names its line and what was meant: %s', (good, bad, at, hint) => {
    const text = shipped.replace(good, bad)
    const line = lineOf(text, at)

    expect(() => parseRetentionRules('retention.yml', text)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`retention.yml:${line} `),
        hints: expect.arrayContaining([hint]),
      }),
    )
  })

  test.each([
    ['keep: 25 months', 'keep: 25 moons', 'expected a period such as 90 days'],
    ['monthsAhead: 3', 'monthsAhead: 0', 'expected 1 or more'],
    [
      'retain: {keep: 90 days, from: expires_at, action',
      'retain: {keep: 90 days, action',
      'needs from',
    ],
    [
      '{keep: 25 months, action',
      '{keep: 25 months, from: timestamp, action',
      'is for whole partitions',
    ],
    ['redact: [policy_document_url, nominee_details]', 'redact: []', 'no columns are named'],
    ['confirmed: false', 'confirmed: maybe', 'expected true or false'],
    ['- user_permissions.granted_by', '- granted_by', 'expected table.column'],
  ])('%s as %s is refused with its line', (good, bad, why) => {
    expect(() => parseRetentionRules('retention.yml', shipped.replace(good, bad))).toThrow(
      expect.objectContaining({
        code: 'CONFIG_VALUE',
        message: expect.stringMatching(new RegExp(`^retention\\.yml:\\d+ .*${why}`)),
      }),
    )
  })
})
