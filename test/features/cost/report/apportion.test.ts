import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {apportion, sumOf} from '../../../../src/features/cost/report/apportion.js'
import {toMinor} from '../../../../src/ports/money.js'

const amount = fc.oneof(
  fc.bigInt({min: -(10n ** 19n), max: 10n ** 19n}),
  fc.bigInt({min: -(10n ** 11n), max: 10n ** 11n}),
  // Half of a paisa, where roundings meet.
  fc.integer({min: -1000, max: 1000}).map((halves) => BigInt(halves) * 5n * 10n ** 9n),
)

describe('apportioned parts', () => {
  test('add up to the rounded sum of what they are parts of', () => {
    fc.assert(
      fc.property(fc.array(amount, {maxLength: 60}), (parts) => {
        const shown = apportion(parts, 'INR')
        const total = toMinor({currency: 'INR', pico: sumOf(parts)})
        expect(shown.reduce((all, part) => all + part, 0)).toBe(total)
      }),
      {numRuns: 10_000},
    )
  })

  test('are each less than one unit away from the exact amount', () => {
    fc.assert(
      fc.property(fc.array(amount, {maxLength: 60}), (parts) => {
        const unit = 10n ** 10n
        for (const [at, shown] of apportion(parts, 'INR').entries()) {
          const off = BigInt(shown) * unit - (parts[at] ?? 0n)
          expect(off > -unit && off < unit).toBe(true)
        }
      }),
      {numRuns: 2000},
    )
  })

  test('of apportioned parts add up too', () => {
    const row = fc.array(amount, {minLength: 1, maxLength: 12})
    fc.assert(
      fc.property(fc.array(row, {minLength: 1, maxLength: 12}), (rows) => {
        const totals = apportion(rows.map(sumOf), 'INR')
        for (const [at, parts] of rows.entries()) {
          const shown = apportion(parts, 'INR', totals[at])
          expect(shown.reduce((all, part) => all + part, 0)).toBe(totals[at])
        }
      }),
      {numRuns: 2000},
    )
  })

  test('know currencies without decimals, and with three', () => {
    const third = 10n ** 12n / 3n

    expect(apportion([third, third, third + 1n], 'JPY')).toEqual([0, 0, 1])
    expect(apportion([third, third, third + 1n], 'KWD')).toEqual([333, 333, 334])
  })

  test('of nothing are nothing', () => {
    expect(apportion([], 'INR')).toEqual([])
    expect(apportion([0n, 0n], 'INR')).toEqual([0, 0])
  })
})
