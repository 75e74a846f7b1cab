import {describe, expect, test} from 'vitest'
import {lintRules} from '../../../../src/features/migrations/lint/all-rules.js'
import {lintUp} from './lint-files.js'
import {claims, fine, unsafe} from './rule-cases.js'

describe('a rule', () => {
  test.each(unsafe)('$rule finds $sql', async ({rule, sql, scope = 'tenant', line = [2]}) => {
    const {findings, path} = await lintUp(sql, {scope})

    const found = findings.filter((one) => one.rule === rule)
    expect(found).toMatchObject(line.map((at) => ({path, line: at})))
    expect(found[0]?.why.length).toBeGreaterThan(10)
    expect(found[0]?.fix).toBeTruthy()
  })

  const good = fine.map(([what, sql, scope = 'tenant']) => ({what, sql, scope}))

  test.each(good)('has nothing against $what', async ({sql, scope}) => {
    const {findings} = await lintUp(sql, {scope})

    expect(findings).toEqual([])
  })

  test('is proven by a case of its own here, each of them', () => {
    const proven = new Set(unsafe.map(({rule}) => rule))

    expect(lintRules.map(({id}) => id).filter((id) => !proven.has(id))).toEqual([])
  })
})

test('what takes a migration back is looked at for sessions and names, not for what it drops', async () => {
  const {findings} = await lintUp(claims(), {
    down: 'DROP TABLE claims;\nRESET ALL;\nDROP TABLE lic_schema.users;',
  })

  expect(findings.map(({rule, line}) => `${line} ${rule}`)).toEqual([
    '6 session-setting',
    '7 literal-tenant-schema',
  ])
})
