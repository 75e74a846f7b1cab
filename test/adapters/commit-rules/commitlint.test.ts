import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {parse} from 'yaml'
import {Commitlint} from '../../../src/adapters/commit-rules/commitlint.js'
import {standardRules} from '../../../src/adapters/commit-rules/standard-rules.js'
import {repositoryRoot} from '../../support/cli.js'

const template = readFileSync(join(repositoryRoot, 'templates/git/commitlintrc.yml'), 'utf8')
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mitra-rules-'))
})

afterEach(() => rmSync(folder, {recursive: true, force: true}))

async function rulesBroken(message: string): Promise<readonly string[]> {
  const rules = await Commitlint.open(folder)
  return (await rules.broken(message)).map(({rule}) => rule)
}

test('the rules that need no reading are those of the template', () => {
  const {rules, parserPreset} = parse(template)

  expect(standardRules.rules).toEqual(rules)
  expect(standardRules.parserPreset.parserOpts.headerPattern.source).toBe(
    parserPreset.parserOpts.headerPattern,
  )
})

test('a changed configuration is read, not the standard one', async () => {
  writeFileSync(join(folder, '.commitlintrc.yml'), template.replace('[feat, ', '[wip, feat, '))

  expect(await rulesBroken('wip: x')).toEqual([])
  expect(await rulesBroken('tmp: x')).toEqual(['type-enum'])
})

test('a configuration that commitlint would prefer is read', async () => {
  writeFileSync(join(folder, '.commitlintrc.yml'), template)
  const own = {commitlint: {rules: {'subject-min-length': [2, 'always', 20]}}}
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own))

  expect(await rulesBroken('feat: x')).toEqual(['subject-min-length'])
})

test('without a configuration the standard rules hold', async () => {
  expect(await rulesBroken('wip: x')).toEqual(['type-enum'])
})

test('a configuration whose packages are missing is named, with the fix', async () => {
  writeFileSync(join(folder, '.commitlintrc.yml'), "extends: ['@acme/nothing']\n")

  await expect(Commitlint.open(folder)).rejects.toMatchObject({
    code: 'COMMIT_RULES',
    message: expect.stringContaining('@acme/nothing'),
  })
})

test('a line longer than the parser reads at once is held to the length that the rules name', async () => {
  const rules = {'body-max-line-length': [2, 'always', 1500], 'references-empty': [2, 'never']}
  writeFileSync(join(folder, 'package.json'), JSON.stringify({commitlint: {rules}}))

  expect(await rulesBroken(`x\n\n${'a '.repeat(749)}#1`)).toEqual([])
  expect(await rulesBroken(`x\n\n${'a '.repeat(760)}#1`)).toEqual(['body-max-line-length'])
  expect(await rulesBroken('x\n\nshort')).toEqual(['references-empty'])
})
