import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {Commitlint} from '../../../src/adapters/commit-rules/commitlint.js'
import {gitFindingsText} from '../../../src/cli/git-text.js'
import {branchFinding} from '../../../src/features/git/branch-names.js'
import {messageFindings} from '../../../src/features/git/explain.js'

let folder = ''
let rules: Commitlint

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mitra-explain-'))
  rules = await Commitlint.open(folder)
})

afterAll(() => rmSync(folder, {recursive: true, force: true}))

describe('a fix that says what to write', () => {
  test.each([
    ['Added login', 'feat: added login'],
    ['KYC upload.', 'feat: KYC upload'],
    ['Bad message.', 'feat: bad message'],
    ['fix the crash', 'fix: the crash'],
    ['Fixes: crash at login.', 'fix: crash at login'],
    ['wip: login', 'chore: login'],
    ['FIX: crash', 'fix: crash'],
    ['feta: login', 'feat: login'],
    ['feat:', 'feat: say what it does'],
    ['feature(api)!: drop v1.', 'feat(api)!: drop v1'],
    ['żółw', 'feat: żółw'],
    ['feat : login', 'feat: login'],
  ])('for %j is %j, and passes', async (subject, wanted) => {
    const findings = messageFindings(subject, await rules.broken(subject), null)
    const fixes = new Set(findings.map(({fix}) => fix))

    expect([...fixes]).toEqual([`Write: ${wanted}`])
    expect(await rules.broken(wanted)).toEqual([])
  })

  test.each(['login', 'feat/login', 'fix/a/b', 'feture/x', 'features/x', 'user/asha/x', 'hotfix'])(
    'renames the branch %s to one that passes',
    (branch) => {
      const fix = branchFinding(branch)?.fix ?? ''

      expect(fix).toMatch(/^git branch -m /)
      expect(branchFinding(fix.split(' ').at(-1) ?? '')).toBeUndefined()
    },
  )

  test.each(['master', 'trunk'])('renames %s, which others call main, to main', (branch) => {
    expect(branchFinding(branch)?.fix).toBe(`git branch -m ${branch} main`)
  })

  test('says once what mends two mistakes of a line', async () => {
    const findings = messageFindings('Bad message.', await rules.broken('Bad message.'), null)

    const text = gitFindingsText(findings)

    expect(findings).toHaveLength(2)
    expect(text.split('\n').filter((line) => line.startsWith('  > '))).toEqual([
      '  > Write: feat: bad message',
    ])
  })
})
