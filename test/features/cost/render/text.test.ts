import fc from 'fast-check'
import Papa from 'papaparse'
import {describe, expect, test} from 'vitest'
import {
  bar,
  shortened,
  sparkline,
  widthOf,
  wrapped,
} from '../../../../src/features/cost/render/blocks.js'
import {csvLine, decimalOf} from '../../../../src/features/cost/render/csv.js'
import {markdownReport} from '../../../../src/features/cost/render/markdown.js'
import {reportCsv} from '../../../../src/features/cost/render/report-csv.js'
import {terminalReport} from '../../../../src/features/cost/render/terminal.js'
import {moneyText} from '../../../../src/ports/money.js'
import {ledgerOf, reportOf} from '../report/reports.js'
import {sampleReport} from './sample.js'

const plain = (columns: number) => ({columns, paint: (_: string, text: string) => text})
const report = sampleReport()

describe('a report on a terminal', () => {
  test.each([56, 72, 80, 100, 110])('is never wider than %i columns', (columns) => {
    const lines = terminalReport(report, plain(columns)).split('\n')

    expect(lines.filter((line) => widthOf(line) > columns)).toEqual([])
  })

  test('says all that a founder asks for', () => {
    const text = terminalReport(report, plain(100))

    for (const part of [
      'Cloud costs, November 2026, up to 23 Nov',
      'MVP, 700 users',
      moneyText(report.budget.spent),
      'of ₹15,000.00',
      'will exceed the budget',
      'Month end',
      'Run rate',
      '1 USD = 88 INR on 2026-11-01',
      'Credits',
      'Refunds and corrections',
      'Tax',
      'Total',
      'Network and CDN',
      'APS3-NatGateway-Bytes in ap-south-1',
      'OpenAI API',
      'Paid by use, estimated',
      'GST 18 %',
      'All in all',
      'IST',
      'no billable request',
    ]) {
      expect(text).toContain(part)
    }
  })

  test('has colour only where it is painted', () => {
    const painted = terminalReport(report, {
      columns: 80,
      paint: (style, text) => `<${style}>${text}`,
    })

    expect(painted).toContain('<bad>will exceed the budget')
    // oxlint-disable-next-line no-control-regex
    expect(terminalReport(report, plain(80))).not.toMatch(/\u001B/)
  })

  test('of nothing is short and does not fail', () => {
    const text = terminalReport(reportOf([]), plain(80))

    expect(text).toContain('₹0.00 of ₹15,000.00')
    expect(text).toContain('Anomalies\nNone.')
  })

  test('of old data says so first', () => {
    const degraded = {code: 'X', message: 'Cost Explorer denied access.', hints: []}
    const ledger = ledgerOf([{}], {degraded, fetchedAt: '2026-11-20T06:00:00Z'})
    const head = terminalReport(reportOf([], {ledger}), plain(80)).split('\n\n')[0]

    expect(head).toContain('4 days old')
    expect(head).toContain('Cost Explorer denied access.')
  })
})

describe('block characters', () => {
  test('draw a bar to an eighth of a column', () => {
    expect(bar(0.5, 4)).toBe('██')
    expect(bar(0.53125, 4)).toBe('██▏')
    expect([bar(-1, 4), bar(2, 4), bar(0, 4)]).toEqual(['', '████', ''])
  })

  test('draw a line of days', () => {
    expect(sparkline([0, 1, 2, 4, -3])).toBe('▁▂▄█▁')
    expect(sparkline([0, 0])).toBe('▁▁')
    expect(sparkline([])).toBe('')
  })

  test('count letters, not bytes', () => {
    expect(widthOf('मित्र')).toBeLessThan('मित्र'.length)
    expect(shortened('Amazon Elastic', 8)).toBe('Amazon …')
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three'])
  })
})

describe('a report as CSV', () => {
  const {data: rows} = Papa.parse<string[]>(reportCsv(report).trimEnd())
  const sum = (section: string) =>
    rows
      .filter(([name]) => name === section)
      .reduce((all, row) => all + Math.round(Number(row[3]) * 100), 0)

  test.each([
    ['bill', 'bill total'],
    ['service', 'service total'],
    ['category', 'category total'],
    ['day', 'day total'],
    ['whole month', 'whole month total'],
  ])('adds up in its section %s', (section, total) => {
    expect(sum(section)).toBe(sum(total))
    expect(sum(section)).toBeGreaterThan(0)
  })

  test('has the same columns in every row', () => {
    expect([...new Set(rows.map((row) => row.length))]).toEqual([7])
  })

  test('holds no formula that a spreadsheet would run', () => {
    expect(csvLine(['=HYPERLINK("x")', '-5.00', '+cmd', 'a,b'])).toBe(
      `"'=HYPERLINK(""x"")",-5.00,'+cmd,"a,b"`,
    )
  })

  test('writes amounts as the currency has them', () => {
    fc.assert(
      fc.property(fc.integer(), (minor) => {
        expect(Math.round(Number(decimalOf({minor, currency: 'INR'})) * 100)).toBe(minor)
      }),
    )
    expect(decimalOf({minor: 5, currency: 'INR'})).toBe('0.05')
    expect(decimalOf({minor: -5, currency: 'JPY'})).toBe('-5')
  })
})

describe('a report as Markdown', () => {
  test('is tables whose rows have the width of their head', () => {
    const tables = markdownReport(report)
      .split('\n\n')
      .filter((part) => part.startsWith('|'))

    expect(tables.length).toBeGreaterThanOrEqual(4)
    for (const table of tables) {
      const widths = new Set(table.split('\n').map((line) => line.split(/(?<!\\)\|/).length))
      expect(widths.size).toBe(1)
    }
  })

  test('keeps names with marks in one cell', () => {
    const text = markdownReport(reportOf([{service: 'a|b <i>`x`\nnew line'}]))

    expect(text).toContain('a\\|b \\<i\\>\\`x\\` new line')
  })
})
