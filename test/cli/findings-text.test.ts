import {expect, test} from 'vitest'
import {findingsText} from '../../src/cli/findings-text.js'
import type {CheckResult} from '../../src/features/doctor/diagnose.js'

function late(id: string): CheckResult {
  return {id, state: 'unknown', title: `${id}: no answer within 2.7 s`, page: '', ms: 2700}
}

test('checks that were only late are told once below the table, with what gives them longer', () => {
  const checks = [late('api.response'), late('redis.response')]

  const text = findingsText({healthy: false, wrong: checks.map(({id}) => id), checks})

  expect(text.match(/no answer within/g)).toHaveLength(2)
  expect(text.match(/--deadline SECONDS/g)).toHaveLength(1)
  expect(text).toContain('No answer in time: api.response, redis.response')
})
