import {describe, expect, test} from 'vitest'
import {ledgerOf, reportOf, shippedFiles, steady, type Charge} from './reports.js'

describe('the month of a report', () => {
  const charge = (day: string, billed: string): Charge => ({day, billed})

  test.each([
    ['2024-02-29', '2024-02', 29, 29],
    ['2024-03-01', '2024-03', 1, 31],
    ['2026-02-28', '2026-02', 28, 28],
    ['2026-12-31', '2026-12', 31, 31],
    ['2027-01-01', '2027-01', 1, 31],
  ])('on %s is %s, day %i of %i', (asOf, month, daysElapsed, daysInMonth) => {
    const report = reportOf([charge(asOf, '5')], {asOf})

    expect(report).toMatchObject({month, daysElapsed, daysInMonth, asOf})
    expect(report.total.minor).toBe(500)
  })

  test('leaves out what lies before it and after the day of the report', () => {
    const charges = [
      charge('2026-10-31', '1'),
      charge('2026-11-01', '10'),
      charge('2026-11-24', '100'),
      charge('2026-11-25', '1000'),
    ]

    expect(reportOf(charges).total.minor).toBe(11_000)
    expect(reportOf(charges, {month: '2026-10'}).total.minor).toBe(100)
  })

  test('that is over is whole, has no forecast and is compared with a whole month', () => {
    const charges = [...steady(1, {}, {from: '2026-09-01', days: 84})]
    const report = reportOf(charges, {month: '2026-10'})

    expect(report).toMatchObject({daysElapsed: 31, asOf: '2026-10-31', forecast: null})
    expect(report.lastMonth).toMatchObject({month: '2026-09', sameDays: {minor: 3000}})
    expect(report.budget).toMatchObject({state: 'within', forecastPercent: null})
  })

  test('is compared with as many days of the month before', () => {
    const charges = steady(1, {}, {from: '2026-02-01', days: 60})
    const at = (asOf: string) => reportOf(charges, {asOf}).lastMonth

    expect(at('2026-03-15').sameDays.minor).toBe(1500)
    // February has no 30th day; all of it is what there is.
    expect(at('2026-03-30').sameDays.minor).toBe(2800)
    expect(at('2026-03-30').whole.minor).toBe(2800)
  })
})

describe('a bill', () => {
  test('that is empty makes a report of nothing', () => {
    const report = reportOf([])

    expect(report.total).toEqual({minor: 0, currency: 'INR'})
    expect(report.services).toEqual([])
    expect(report.anomalies).toEqual([])
    expect(report.budget).toMatchObject({state: 'within', usedPercent: 0})
    expect(report.daily.days).toHaveLength(24)
  })

  test('of credits larger than its charges is negative, and nobody is charged tax on that', () => {
    const report = reportOf([{billed: '100'}, {billed: '-250', recordType: 'Credit'}])

    expect(report.total.minor).toBe(-15_000)
    expect(report.budget.spent.minor).toBe(10_000)
    expect(report.gst.computed.minor).toBe(0)
  })

  test('shows credits, refunds, support and tax apart, and counts what the platform costs', () => {
    const report = reportOf([
      {billed: '1000'},
      {billed: '300', recordType: 'Support'},
      {billed: '500', recordType: 'Upfront reservation fee'},
      {billed: '-50', recordType: 'Refund'},
      {billed: '-400', recordType: 'Credit'},
      {billed: '243', recordType: 'Tax'},
    ])

    expect(report.breakdown.map(({title, amount}) => `${title} ${amount.minor}`)).toEqual([
      'Usage 100000',
      'Support 30000',
      'Commitments 50000',
      'Refunds and corrections -5000',
      'Credits -40000',
      'Tax 24300',
    ])
    expect(report.total.minor).toBe(159_300)
    expect(report.budget.spent.minor).toBe(175_000)
  })

  test('counts tax where the budget has GST in it', () => {
    const files = {...shippedFiles, plan: {...shippedFiles.plan, includesGst: true}}
    const charges = [{billed: '1000'}, {billed: '180', recordType: 'Tax'}]

    expect(reportOf(charges, {files}).budget.spent.minor).toBe(118_000)
    expect(reportOf(charges).budget.spent.minor).toBe(100_000)
  })

  test('without tax yet says what it would be', () => {
    expect(reportOf([{billed: '1000'}]).gst).toEqual({
      percent: 18,
      billed: null,
      computed: {minor: 18_000, currency: 'INR'},
    })
  })

  test('in dollars is converted at a dated rate, and says so', () => {
    const report = reportOf([{billed: '12.345', currency: 'USD'}])

    expect(report.currency).toBe('INR')
    expect(report.total.minor).toBe(108_636)
    expect(report.conversion).toMatchObject({
      rate: '88',
      day: '2026-11-01',
      original: {minor: 1234, currency: 'USD'},
    })
  })

  test('in a currency without a rate is refused, with the file to write it into', () => {
    expect(() => reportOf([{currency: 'EUR'}])).toThrow(
      expect.objectContaining({
        code: 'EXCHANGE_RATE_MISSING',
        kind: 'config',
        hints: [expect.stringContaining('exchange-rates.yml')],
      }),
    )
  })

  test('at an old rate warns', () => {
    const report = reportOf([{currency: 'USD', day: '2027-03-01'}], {asOf: '2027-03-02'})

    expect(report.warnings).toEqual([expect.stringContaining('121 days old')])
  })
})

describe('the verdict on the budget', () => {
  const perMonth = (rupees: number) => steady(rupees / 30)

  test.each([
    [9000, 'within'],
    [30_000, 'over'],
    [17_000, 'willExceed'],
  ])('of %i a month is %s on day 24', (rupees, state) => {
    expect(reportOf(perMonth(rupees)).budget.state).toBe(state)
  })

  test.each([
    [{users: 700}, 'mvp', 1_500_000],
    [{users: 701}, 'growth', 4_500_000],
    [{users: 50_000}, 'scale', 15_000_000],
    [{phase: 'enterprise'}, 'enterprise', 45_000_000],
  ])('goes by the phase of %j', (choice, phase, budget) => {
    expect(reportOf(perMonth(9000), {choice}).budget).toMatchObject({
      phase,
      budget: {minor: budget},
    })
  })

  test('divides what is spent over the categories of the phase, the rest is other', () => {
    const {categories} = reportOf([
      {billed: '100'},
      {billed: '50', service: 'AWS Ground Station'},
    ]).budget

    expect(categories.at(0)).toMatchObject({name: 'compute', spent: {minor: 10_000}})
    expect(categories.at(-1)).toMatchObject({
      name: 'other',
      spent: {minor: 5000},
      usedPercent: null,
    })
  })

  test('never says 100 % of what is over', () => {
    expect(reportOf([{billed: '15000.01'}]).budget).toMatchObject({
      usedPercent: 100.1,
      state: 'over',
    })
  })
})

describe('all in all', () => {
  test('subscriptions that the bill has are not counted twice', () => {
    const without = reportOf([{billed: '1'}]).subscriptions.totals
    const withWaf = reportOf([{billed: '1'}, {billed: '900', service: 'AWS WAF'}]).subscriptions
      .totals

    expect(without.fixed.low.minor - withWaf.fixed.low.minor).toBe(200_000)
    expect(withWaf.billed.low.minor - without.billed.low.minor).toBe(200_000)
  })
})

test('data that are old say how old, and why', () => {
  const degraded = {code: 'COST_DENIED', message: 'Access was denied.', hints: []}
  const ledger = ledgerOf([{billed: '1'}], {degraded, fetchedAt: '2026-11-22T06:00:00Z'})

  expect(reportOf([], {ledger}).source).toMatchObject({ageHours: 48, degraded})
})
