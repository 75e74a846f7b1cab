import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {CostReport} from '../../../../src/features/cost/report/cost-report.js'
import {toMinor} from '../../../../src/ports/money.js'
import {ledgerOf, reportOf, type Charge} from './reports.js'

const decimal = fc
  .tuple(fc.integer({min: -9_000_000, max: 90_000_000}), fc.nat({max: 999_999_999_999}))
  .map(([whole, pico]) => `${whole}.${String(pico).padStart(12, '0')}`)
const amount = fc.oneof(
  decimal,
  // Halves of a paisa, and what is less than any of them.
  fc.integer({min: -400, max: 400}).map((halves) => (halves / 200).toFixed(3)),
  fc.constantFrom('0', '0.000000000001', '-0.000000000001', '0.004999999999'),
)
const charge: fc.Arbitrary<Charge> = fc.record({
  day: fc
    .integer({min: 0, max: 36})
    .map((at) => new Date(Date.UTC(2026, 9, 20) + at * 86_400_000).toISOString().slice(0, 10)),
  service: fc.constantFrom(
    'Amazon Elastic Container Service',
    'Amazon Relational Database Service',
    'EC2 - Other',
    'AWS Lambda',
    'Amazon CloudFront',
    'AmazonCloudWatch',
    'Elastic Load Balancing',
    'Something new',
    '',
    'Tax',
  ),
  recordType: fc.constantFrom('Usage', 'Tax', 'Credit', 'Refund', 'Support', 'RIFee', 'New', 'Fee'),
  billed: amount,
  amortized: amount,
})
const bill = fc.array(charge, {maxLength: 16})
const currency = fc.constantFrom('INR', 'USD')
/** A month that is over, the current one, and one with a day in it only. */
const asOf = fc.constantFrom(
  {asOf: '2026-11-24'},
  {asOf: '2026-11-24', month: '2026-10'},
  {asOf: '2026-11-01'},
)

/** The rows above the total are rounded one by one: it is off by more than a unit for each service. */
const manyKinds: Charge[] = [
  {
    day: '2026-11-01',
    service: 'Elastic Load Balancing',
    recordType: 'Usage',
    billed: '-0.365',
    amortized: '0.000000000000',
  },
  {
    day: '2026-11-01',
    service: 'Elastic Load Balancing',
    recordType: 'Fee',
    billed: '-1.905',
    amortized: '0',
  },
  {
    day: '2026-11-01',
    service: 'Amazon Elastic Container Service',
    recordType: 'Credit',
    billed: '0.585000000001',
    amortized: '0.000',
  },
  {
    day: '2026-11-01',
    service: 'Amazon Elastic Container Service',
    recordType: 'Tax',
    billed: '0.855000000001',
    amortized: '0.000000000000',
  },
]

function sumOf(minors: readonly number[]): number {
  return minors.reduce((all, minor) => all + minor, 0)
}

/** Every row above a total, and that total. */
function sumsShown(report: CostReport): readonly (readonly [string, number, number])[] {
  const {breakdown, total, services, charges, daily, budget, lastMonth, outlook} = report
  const minors = (rows: readonly {readonly amount: {readonly minor: number}}[]) =>
    sumOf(rows.map(({amount}) => amount.minor))
  const running = breakdown.filter(({kind}) => !['tax', 'credit', 'refund'].includes(kind))
  return [
    ['bill', minors(breakdown), total.minor],
    ['charges', minors(running), charges.minor],
    ['services', minors(services), charges.minor],
    ['services before', sumOf(services.map(({before}) => before.minor)), lastMonth.sameDays.minor],
    ['days', sumOf(daily.days.map((day) => day.total)), total.minor],
    ['counted days', sumOf(daily.days.map((day) => day.counted)), budget.spent.minor],
    ['categories', sumOf(budget.categories.map(({spent}) => spent.minor)), budget.spent.minor],
    ['left', budget.spent.minor + budget.left.minor, budget.budget.minor],
    ...services.map((row) => [row.service, sumOf(row.days), row.amount.minor] as const),
    ...daily.days.map((day) => [day.day, sumOf(day.amounts), day.total] as const),
    ...(['low', 'expected', 'high'] as const).map(
      (end) =>
        [end, sumOf(outlook.rows.map((row) => row[end].minor)), outlook.total[end].minor] as const,
    ),
  ]
}

describe('what a report shows', () => {
  test('adds up to the paisa, in 10,000 bills of any kind', () => {
    fc.assert(
      fc.property(bill, currency, asOf, (charges, unit, when) => {
        const report = reportOf(
          charges.map((one) => ({...one, currency: unit})),
          when,
        )
        expect(sumsShown(report).filter(([, sum, total]) => sum !== total)).toEqual([])
      }),
      {
        numRuns: 10_000,
        examples: [[manyKinds, 'INR', {asOf: '2026-11-24'}]],
      },
    )
  }, 240_000)

  test('is the exact sum of the bill, rounded once', () => {
    fc.assert(
      fc.property(bill, (charges) => {
        const report = reportOf(charges, {asOf: '2026-11-24', month: '2026-10'})
        const {lines} = ledgerOf(charges)
        const exact = lines
          .filter(({day}) => day.startsWith('2026-10'))
          .reduce((all, {billed}) => all + billed, 0n)
        expect(report.total.minor).toBe(toMinor({currency: 'INR', pico: exact}))
      }),
      {numRuns: 1000},
    )
  })

  test('does not depend on the order of the lines', () => {
    fc.assert(
      fc.property(bill, (charges) => {
        const there = reportOf(charges)
        const back = reportOf(charges.toReversed())
        expect({...back, services: []}).toEqual({...there, services: []})
        expect(back.services).toEqual(there.services)
      }),
      {numRuns: 300},
    )
  })

  test('is right for 10,000 services on one day', () => {
    const charges = Array.from({length: 10_000}, (_, at) => ({
      service: `Service ${at}`,
      billed: '0.0149',
    }))
    const report = reportOf(charges)

    expect(report.total.minor).toBe(14_900)
    expect(report.services).toHaveLength(10_000)
    expect(sumsShown(report).filter(([, sum, total]) => sum !== total)).toEqual([])
  })
})
