import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {isolationRulesPage} from '../../scripts/isolation-rules.js'
import {catalogRules} from '../../src/features/isolation/all-rules.js'
import {probeRules} from '../../src/features/isolation/probes/probe-rules.js'
import {repositoryRoot} from '../support/cli.js'

test('docs/isolation-rules.md is what the rules say; npm run docs writes it', () => {
  const page = readFileSync(join(repositoryRoot, 'docs/isolation-rules.md'), 'utf8')

  expect(page).toBe(isolationRulesPage())
})

test('every rule has an id of its own', () => {
  const ids = [...catalogRules, ...probeRules].map(({id}) => id)

  expect(new Set(ids).size).toBe(ids.length)
})
