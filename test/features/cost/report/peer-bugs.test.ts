import {describe, expect, test} from 'vitest'
import {moneyText} from '../../../../src/ports/money.js'
import {terminalReport} from '../../../../src/features/cost/render/terminal.js'
import {reportOf, steady} from './reports.js'

/**
 * What goes wrong in a well-known peer, aws-cost-cli: each test fails on that behaviour. Its dropped
 * pages are in test/adapters/cost-explorer, its days in local time in test/commands/cost-report.
 */
describe('unlike aws-cost-cli', () => {
  const day = (on: string, billed: string) => ({day: on, billed})

  test('a day is booked on itself, not on the exclusive end of its period', () => {
    const {daily} = reportOf([day('2026-11-07', '70'), day('2026-11-08', '0')], {
      asOf: '2026-11-09',
    })
    const totals = Object.fromEntries(daily.days.map((one) => [one.day, one.total]))

    expect(totals['2026-11-07']).toBe(7000)
    expect(totals['2026-11-08']).toBe(0)
  })

  test('the last day of a month stays in it and does not leak into the next', () => {
    const charges = [day('2026-10-31', '310'), day('2026-11-01', '1')]

    expect(reportOf(charges).total.minor).toBe(100)
    expect(reportOf(charges).lastMonth.whole.minor).toBe(31_000)
    expect(reportOf(charges, {month: '2026-10'}).total.minor).toBe(31_000)
  })

  test('yesterday is in the report of today', () => {
    const report = reportOf([day('2026-11-23', '23')])

    expect(report.daily.days.at(-2)).toMatchObject({day: '2026-11-23', total: 2300})
  })

  test('days are compared with as many days, not with calendar weeks', () => {
    // 24 November 2026 is a Tuesday: a calendar week would hold two days of it.
    const {lastMonth, daysElapsed} = reportOf(steady(1, {}, {from: '2026-09-01', days: 85}))

    expect(lastMonth.sameDays.minor).toBe(daysElapsed * 100)
  })

  test('money is exact where floating numbers are not', () => {
    const report = reportOf(Array.from({length: 10_000}, () => ({billed: '0.1'})))
    const floating = Array.from({length: 10_000}, () => 0.1).reduce((all, one) => all + one, 0)

    expect(floating).not.toBe(1000)
    expect(report.total.minor).toBe(100_000)
    const large = reportOf([{billed: '45035996273704.97'}, {billed: '0.015'}, {billed: '0.005'}])
    expect(large.total.minor).toBe(4_503_599_627_370_499)
  })

  test('a bill in rupees is shown in rupees, never as $', () => {
    const shown = terminalReport(reportOf([day('2026-11-02', '1234567.5')]), {
      columns: 100,
      paint: (_, text) => text,
    })

    expect(shown).toContain('₹12,34,567.50')
    expect(shown).not.toContain('$')
    expect(moneyText({minor: 1234, currency: 'JPY'})).toBe('¥1,234')
  })

  test('support, upfront payments, credits and refunds are shown and counted', () => {
    const types = ['Support', 'Upfront reservation fee', 'Credit', 'Refund', 'Never seen before']
    const report = reportOf(types.map((recordType, at) => ({recordType, billed: String(at + 1)})))

    expect(report.total.minor).toBe(1500)
    expect(report.breakdown.filter(({amount}) => amount.minor !== 0)).toHaveLength(5)
  })
})
