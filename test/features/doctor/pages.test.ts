import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {openTools} from '../../../src/cli/tools.js'
import Doctor from '../../../src/commands/doctor.js'
import {allChecks} from '../../../src/features/doctor/all-checks.js'
import {rankWrong, relations, rootOf} from '../../../src/features/doctor/rank.js'
import {repositoryRoot} from '../../support/cli.js'
import {run} from '../../support/run.js'

const ids = allChecks.map(({id}) => id)
const pages = readFileSync(join(repositoryRoot, 'docs/doctor.md'), 'utf8')

test('there are forty checks and more, each id once', () => {
  expect(ids.length).toBeGreaterThanOrEqual(40)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every check has its place in docs/doctor.md, with cause and fix, and none is left over', () => {
  const told = [...pages.matchAll(/<a id="(.+)"><\/a>\n\n## (.+)\n\nCause: .+\n\nFix: .+/g)]

  expect(told.map(([, anchor]) => anchor)).toEqual(ids)
  expect(told.map(([, , heading]) => heading)).toEqual(ids)
})

test('--list prints every check and looks at nothing', async () => {
  const {json} = await run(Doctor, ['--list', '--json'], openTools({version: 'test'}))

  expect(json).toEqual({
    checks: allChecks.map(({id, subject}) => ({id, subject, page: `docs/doctor.md#${id}`})),
  })
})

test('relations name checks that there are, each cause above its symptom', () => {
  const wrong = relations.filter(({symptom, ofFailed, ofWarning = []}) =>
    [...ofFailed, ...ofWarning].some(
      (cause) => !ids.includes(cause) || ids.indexOf(cause) >= ids.indexOf(symptom),
    ),
  )

  expect(wrong).toEqual([])
})

test('a warning that brings a failure about stands before it, and before other warnings', () => {
  const seen = [
    {id: 'machine.memory', state: 'warning', title: 'small'},
    {id: 'docker.named', state: 'warning', title: 'dead'},
    {id: 'engine.chosen', state: 'failed', title: 'no daemon'},
  ] as const

  expect(rankWrong(seen)).toEqual(['docker.named', 'engine.chosen', 'machine.memory'])
  expect(rootOf('engine.chosen', seen)).toBe('docker.named')
})

test('a finding without a cause among the others is a root itself', () => {
  const seen = [{id: 'stack.services', state: 'failed', title: 'redis failed'}] as const

  expect(rankWrong(seen)).toEqual(['stack.services'])
})
