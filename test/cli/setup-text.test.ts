import {expect, test} from 'vitest'
import {nextCommands} from '../../src/cli/setup-text.js'

test('what comes next is a query of a tenant with data, a name that is free, and dev where it would run', () => {
  const usedNames = new Set(['bajaj', 'lic'])

  expect(nextCommands({filled: ['lic'], usedNames, canDev: true})).toEqual([
    'mitra dev',
    'mitra db query "select count(*) from users" --tenant lic',
    'mitra tenant create icici',
    'mitra status',
  ])
})

test('nothing is proposed that would fail', () => {
  const usedNames = new Set(['bajaj', 'icici', 'sbi', 'tata', 'kotak'])

  expect(nextCommands({filled: [], usedNames, canDev: false})).toEqual(['mitra status'])
})
