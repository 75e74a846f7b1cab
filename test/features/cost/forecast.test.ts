import fc from 'fast-check'
import {expect, test} from 'vitest'
import {addDays, monthStart} from '../../../src/features/cost/calendar.js'
import {forecastMonth} from '../../../src/features/cost/forecast.js'
import {maturity} from '../../../src/features/cost/maturity.js'
import type {CostLedger, CostLine} from '../../../src/ports/costs.js'
import {syntheticAccount} from '../../support/synthetic-accounts.js'
import {billOn} from '../../support/synthetic-bills.js'

function units(money: {readonly pico: bigint}): number {
  return Number(money.pico) / 1e12
}

function ledgerOf(lines: readonly Partial<CostLine>[]): CostLedger {
  const whole = lines.map((line): CostLine => ({
    day: '2026-10-01',
    service: 'AWS Lambda',
    recordType: 'Usage',
    usageType: undefined,
    region: undefined,
    billed: line.amortized ?? 0n,
    amortized: 0n,
    currency: 'USD',
    isEstimated: false,
    ...line,
  }))
  return {
    window: {start: '2026-08-01', end: '2026-11-01'},
    currency: 'USD',
    lines: whole.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0)),
    fetchedAt: '2026-10-15T00:00:00.000Z',
    source: 'test',
    spent: {requests: 0, cost: {minor: 0, currency: 'USD'}},
    degraded: undefined,
    restatements: [],
  }
}

const dollar = 10n ** 12n

test('an account that costs the same each day ends the month at that, whatever the interval', () => {
  const lines = Array.from({length: 76}, (_, at) => ({
    day: addDays('2026-08-01', at),
    amortized: 10n * dollar,
  }))

  const forecast = forecastMonth(ledgerOf(lines), '2026-10-15')

  expect(units(forecast.expected)).toBeCloseTo(310, 6)
  expect(units(forecast.runRatePerDay)).toBeCloseTo(10, 6)
  expect(units(forecast.billed)).toBe(150)
})

test('tax, credits and refunds are no part of what is foretold', () => {
  const usage = Array.from({length: 76}, (_, at) => ({
    day: addDays('2026-08-01', at),
    amortized: dollar,
  }))
  const others = ['Tax', 'Credit', 'Refund'].map((recordType) => ({
    day: '2026-10-03',
    recordType,
    amortized: -90n * dollar,
  }))

  const forecast = forecastMonth(ledgerOf([...usage, ...others]), '2026-10-15')

  expect(units(forecast.expected)).toBeCloseTo(31, 6)
})

test('a fee on the first is not spread over the month, and one still to come is counted', () => {
  const lines = Array.from({length: 75}, (_, at) => {
    const day = addDays('2026-08-01', at)
    const fee = day.endsWith('-01') ? 200n : day.endsWith('-20') ? 50n : 0n
    return {day, amortized: (10n + fee) * dollar}
  })

  const forecast = forecastMonth(ledgerOf(lines), '2026-10-14')

  expect(units(forecast.expected)).toBeCloseTo(310 + 200 + 50, 3)
})

test('an empty account costs nothing, and nothing is foretold', () => {
  const forecast = forecastMonth(ledgerOf([]), '2026-10-15')

  expect([forecast.expected.pico, forecast.low.pico, forecast.high.pico]).toEqual([0n, 0n, 0n])
  expect(forecast.intervalFrom).toBe('assumption')
})

test('late days do not lower it: half of the last two days missing changes little', () => {
  const account = syntheticAccount(3)
  const late = forecastMonth(billOn(account, '2026-10-15', {withRestatements: false}), '2026-10-15')
  const whole = forecastMonth(billOn(account, '2026-10-15', {isFinal: true}), '2026-10-15')

  expect(units(late.billed)).toBeLessThan(0.97 * units(whole.billed))
  expect(Math.abs(units(late.expected) / units(whole.expected) - 1)).toBeLessThan(0.04)
})

const days = fc.array(fc.bigInt({min: 0n, max: 10n ** 16n}), {minLength: 1, maxLength: 90})

test('it is never below what is billed already, and lies within its own interval', () => {
  fc.assert(
    fc.property(days, fc.nat(89), fc.boolean(), (amounts, back, isEstimated) => {
      const today = addDays('2026-10-31', -back)
      const lines = amounts.map((amortized, at) => ({
        day: addDays(today, -at),
        amortized,
        isEstimated: isEstimated && at < 3,
      }))
      const {expected, low, high, billed} = forecastMonth(ledgerOf(lines), today)
      expect(low.pico >= billed.pico && expected.pico >= billed.pico).toBe(true)
      expect(low.pico <= expected.pico && expected.pico <= high.pico).toBe(true)
      const inMonth = lines.filter(({day}) => day >= monthStart(today))
      expect(billed.pico).toBe(inMonth.reduce((all, {amortized}) => all + amortized, 0n))
    }),
    {numRuns: 300},
  )
})

test('the order of the lines within a day does not matter', () => {
  const ledger = billOn(syntheticAccount(5), '2026-10-12')
  const lines = ledger.lines
    .toReversed()
    .toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))

  expect(forecastMonth({...ledger, lines}, '2026-10-12')).toEqual(
    forecastMonth(ledger, '2026-10-12'),
  )
})

test('a day that is not estimated is final, however young', () => {
  const lines = [0, 1, 2, 3].map((back) => ({
    day: addDays('2026-10-15', -back),
    amortized: dollar,
    isEstimated: back < 2,
  }))

  const found = maturity(ledgerOf(lines), '2026-10-15')

  expect(found.get('2026-10-15')).toBeLessThan(0.5)
  expect(found.get('2026-10-14')).toBeLessThan(0.9)
  expect(found.get('2026-10-13')).toBe(1)
})

test('restatements teach how complete a day of some age is', () => {
  const today = '2026-10-31'
  const lines = Array.from({length: 40}, (_, back) => ({
    day: addDays(today, -back),
    amortized: 100n * dollar,
    isEstimated: back < 4,
  }))
  const restatements = lines.slice(4).map(({day}) => ({
    day,
    service: 'AWS Lambda',
    seenAt: `${addDays(day, 2)}T06:00:00.000Z`,
    ageDays: 1,
    before: 90n * dollar,
    after: 100n * dollar,
  }))

  const found = maturity({...ledgerOf(lines), restatements}, today)

  // Yesterday's value stood at 90 of 100 until the day after; two days on nothing was missing.
  expect(found.get(addDays(today, -1))).toBeGreaterThan(0.85)
  expect(found.get(addDays(today, -1))).toBeLessThan(0.91)
  expect(found.get(addDays(today, -2))).toBeGreaterThan(0.98)
  expect(found.get(addDays(today, -3))).toBe(1)
})
