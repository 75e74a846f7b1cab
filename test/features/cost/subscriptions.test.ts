import fc from 'fast-check'
import {expect, test} from 'vitest'
import {loadCostFiles} from '../../../src/config/cost/load-cost-files.js'
import {parseSubscriptions} from '../../../src/config/cost/subscriptions.js'
import {monthlyPart, summariseSubscriptions} from '../../../src/features/cost/subscriptions.js'

const {subscriptions} = await loadCostFiles(undefined, {
  phases: '',
  subscriptions: '',
  exchangeRates: '',
})

test('the twelve parts of any yearly price are whole paise and add up to it', () => {
  fc.assert(
    fc.property(fc.nat(1e10), (minor) => {
      const parts = Array.from({length: 12}, (_, at) =>
        monthlyPart({minor, currency: 'INR'}, at + 1),
      )
      const amounts = parts.map((part) => part.minor)
      expect(amounts.every(Number.isInteger)).toBe(true)
      expect(amounts.reduce((all, one) => all + one, 0)).toBe(minor)
      expect(Math.max(...amounts) - Math.min(...amounts)).toBeLessThanOrEqual(1)
    }),
    {numRuns: 500},
  )
})

test('what the bill has already is shown and not counted a second time', () => {
  const without = summariseSubscriptions(subscriptions, {month: 1, billedServices: []})
  const bill = {month: 1, billedServices: ['AWS WAF', 'Amazon Aurora PostgreSQL', 'AWS Lambda']}
  const withBill = summariseSubscriptions(subscriptions, bill)

  expect(withBill.items.filter(({isBilled}) => isBilled).map(({name}) => name)).toEqual([
    'AWS WAF',
    'Aurora PostgreSQL',
  ])
  expect(without.totals.fixed.low.minor - withBill.totals.fixed.low.minor).toBe(6_000_00)
  expect(withBill.totals.billed.low.minor).toBe(6_000_00)
})

test('what is paid by use, free or included is never part of the fixed sum', () => {
  const {totals, items} = summariseSubscriptions(subscriptions, {month: 3, billedServices: []})

  const fixed = items.filter(({kind}) => kind === 'monthly' || kind === 'yearly')
  expect(totals.fixed.low.minor).toBe(
    fixed.reduce((all, {month}) => all + (month?.low.minor ?? 0), 0),
  )
  expect(totals.perUse.low.minor).toBe(34_000_00)
  expect([totals.freeCount, totals.includedCount]).toEqual([38, 1])
  expect(items.filter(({kind}) => kind === 'free').every(({month}) => month === undefined)).toBe(
    true,
  )
})

test('the parts of the design are compared with the sum that it states', () => {
  const {stated} = summariseSubscriptions(subscriptions, {month: 1, billedServices: []})

  const [production] = stated
  // 60,000 a month and 5,800 a year, where the design says 45,000 to 55,000.
  expect(production).toMatchObject({section: 'production', isWithin: false})
  expect(production?.actual.low.minor).toBe(60_483_33)
})

test('a range stays a range in every sum', () => {
  const list = parseSubscriptions(
    's.yml',
    `currency: INR
subscriptions:
  - {name: A, section: p, group: g, purpose: x, monthly: {from: 100, to: 150}}
  - {name: B, section: p, group: g, purpose: x, yearly: {from: 12, to: 24.12}}
`,
  )

  const {totals} = summariseSubscriptions(list, {month: 12, billedServices: []})

  expect([totals.fixed.low.minor, totals.fixed.high.minor]).toEqual([101_00, 152_01])
})
