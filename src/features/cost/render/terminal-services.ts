import {moneyText, type MinorMoney} from '../../../ports/money.js'
import type {CostReport} from '../report/cost-report.js'
import {padEnd, padStart, shortened, sparkline, widthOf} from './blocks.js'
import {roomy, type TerminalLook, type TerminalPage} from './terminal-page.js'
import {differenceText, percentChange, shortMonth} from './wording.js'

/** So many services are named; the rest is one row. */
const mostServices = 12

interface ServiceCells {
  readonly name: string
  readonly amount: MinorMoney
  readonly before: MinorMoney
  readonly days?: readonly number[]
}

/** Services, then what makes charges into the bill; each column adds up. */
export function serviceLines({report, look, width}: TerminalPage): readonly string[] {
  const {services, breakdown, charges, lastMonth, total, currency} = report
  const named = services.length === mostServices + 1 ? services : services.slice(0, mostServices)
  const shown: readonly ServiceCells[] = named.map((row) => ({...row, name: row.service}))
  const rest = services.slice(named.length)
  const others: ServiceCells = {
    name: `${rest.length} others`,
    amount: sum(rest.map(({amount}) => amount)),
    before: sum(rest.map(({before}) => before)),
  }
  const rows = rest.length === 0 ? shown : [...shown, others]
  const all = {name: 'Charges', amount: charges, before: lastMonth.sameDays}
  const columns = columnWidths([...rows, all], {report, width})
  const reductions = breakdown.filter(({kind}) => ['refund', 'credit', 'tax'].includes(kind))
  const plain = (name: string, amount: MinorMoney) =>
    padEnd(name, columns.name + 1 + columns.chart) + padStart(moneyText(amount), columns.amount)
  return [
    look.paint(
      'title',
      padEnd('Services', columns.name + 1 + columns.chart) + padStart('so far', columns.amount),
    ) +
      look.paint(
        'faint',
        padStart(columns.before === 0 ? '' : beforeTitle(report), columns.before + 2) +
          padStart('change', columns.change + 2),
      ),
    ...rows.map((row) => serviceLine(row, columns, look)),
    serviceLine(all, columns, look),
    ...reductions.map(({title, amount}) => plain(title, amount)),
    look.paint('title', plain('Total', total)),
  ]

  function sum(amounts: readonly MinorMoney[]): MinorMoney {
    return {minor: amounts.reduce((one, {minor}) => one + minor, 0), currency}
  }
}

function beforeTitle({lastMonth}: CostReport): string {
  return `${shortMonth(lastMonth.month)}, same days`
}

interface Columns {
  readonly name: number
  readonly chart: number
  readonly amount: number
  readonly before: number
  readonly change: number
}

function columnWidths(
  rows: readonly ServiceCells[],
  {report, width}: {readonly report: CostReport; readonly width: number},
): Columns {
  const longest = (texts: readonly string[]) => Math.max(...texts.map(widthOf))
  const amounts = [...rows.map((row) => row.amount), report.total]
  const amount = longest(amounts.map(moneyText)) + 1
  const isNarrow = width < roomy
  const before = isNarrow
    ? 0
    : longest([...rows.map((row) => moneyText(row.before)), beforeTitle(report)])
  const change = isNarrow ? 6 : longest(rows.map(changeText))
  const days = report.daysElapsed
  const left = width - amount - before - change - 5
  // The days go first where there is no room, then the names are cut.
  const hasDays = left >= days + 24
  const name = Math.min(longest(rows.map((row) => row.name)), hasDays ? left - days - 1 : left)
  return {name: Math.max(14, name), chart: hasDays ? days + 1 : 0, amount, before, change}
}

function changeText({amount, before}: ServiceCells): string {
  const difference = {minor: amount.minor - before.minor, currency: amount.currency}
  return `${differenceText(difference)} ${padStart(percentChange(amount, before), 6)}`
}

function serviceLine(row: ServiceCells, columns: Columns, look: TerminalLook): string {
  const isRise = row.amount.minor > row.before.minor * 1.2 && row.before.minor > 0
  const change = columns.before === 0 ? percentChange(row.amount, row.before) : changeText(row)
  const chart = columns.chart === 0 ? '' : padEnd(sparkline(row.days ?? []), columns.chart)
  return [
    padEnd(shortened(row.name, columns.name), columns.name + 1),
    look.paint('faint', row.days === undefined ? ' '.repeat(columns.chart) : chart),
    padStart(moneyText(row.amount), columns.amount),
    look.paint(
      'faint',
      padStart(columns.before === 0 ? '' : moneyText(row.before), columns.before + 2),
    ),
    look.paint(isRise ? 'warning' : 'faint', padStart(change, columns.change + 2)),
  ].join('')
}
