import {moneyText, type MinorMoney} from '../../../ports/money.js'
import type {CostReport} from '../report/cost-report.js'
import {bar, padEnd, padStart, shortened, sparkline, widthOf, wrapped} from './blocks.js'
import {subscriptionLines, outlookLines} from './terminal-subscriptions.js'
import {
  ageText,
  anomalySentence,
  budgetBasis,
  budgetSentence,
  causeHint,
  causeTexts,
  changeSentences,
  differenceText,
  levelText,
  monthTitle,
  openDaysText,
  percentChange,
  shortDay,
  shortMonth,
  spentText,
  type Tone,
} from './wording.js'

export type TextStyle = 'title' | 'faint' | Tone

/** How a terminal is written to. */
export interface TerminalLook {
  readonly columns: number
  /** Adds colour; returns the text as it is where there is none. */
  readonly paint: (style: TextStyle, text: string) => string
}

const narrowest = 56
const widest = 110

/** The report as aligned text with charts; no line is longer than the terminal is wide. */
export function terminalReport(report: CostReport, look: TerminalLook): string {
  const width = Math.min(widest, Math.max(narrowest, look.columns))
  const at = {report, look, width}
  const sections = [
    headLines(at),
    budgetLines(at),
    dayLines(at),
    serviceLines(at),
    categoryLines(at),
    anomalyLines(at),
    changeLines(at),
    outlookLines(at),
    subscriptionLines(at),
    footLines(at),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')
}

export interface TerminalPage {
  readonly report: CostReport
  readonly look: TerminalLook
  readonly width: number
}

function headLines({report, look, width}: TerminalPage): readonly string[] {
  const {budget, source, conversion} = report
  const title = `Cloud costs, ${monthTitle(report.month)}`
  const until = report.daysElapsed === report.daysInMonth ? '' : `, up to ${shortDay(report.asOf)}`
  const phase = `${budget.title}, ${new Intl.NumberFormat('en-IN').format(budget.users)} users`
  const gap = width - widthOf(title + until) - widthOf(phase)
  const facts = [`${source.name}, ${ageText(source.ageHours)}`, conversion?.text]
  return [
    look.paint('title', title + until) + ' '.repeat(Math.max(2, gap)) + look.paint('faint', phase),
    ...facts.flatMap((text) => (text === undefined ? [] : faint(text, {look, width}))),
    ...(source.degraded === null
      ? []
      : wrapped(`${source.degraded.message} These are the last good data.`, width).map((line) =>
          look.paint('bad', line),
        )),
  ]
}

function budgetLines({report, look, width}: TerminalPage): readonly string[] {
  const {budget, forecast, daysElapsed, daysInMonth} = report
  const state = budgetSentence(report)
  const spent = `${moneyText(budget.spent)} of ${moneyText(budget.budget)}`
  const used = `${budget.usedPercent} % used on day ${daysElapsed} of ${daysInMonth}`
  const lines = [
    `${look.paint('title', spent)}  ${used}, ${look.paint(state.tone, state.text)}`,
    gauge({report, look, width}),
    ...faint(`Counted: ${budgetBasis(report)}.`, {look, width}),
  ]
  if (forecast === null) return lines
  const range = `${moneyText(forecast.low)} to ${moneyText(forecast.high)}, ${levelText(forecast.level)}`
  return [
    ...lines,
    `Month end  ${moneyText(forecast.expected)}  (${range})  ${budget.forecastPercent ?? 0} %`,
    `Run rate   ${moneyText(forecast.runRatePerDay)} a day`,
  ]
}

/** Spent, then expected until the month's end; a line where the budget ends. */
function gauge({report, look, width}: TerminalPage): string {
  const {budget, forecast} = report
  const limit = budget.budget.minor
  const expected = Math.max(forecast?.expected.minor ?? 0, budget.spent.minor)
  const whole = Math.max(limit, expected, 1)
  const columns = width - 2
  const at = (minor: number) => Math.round((Math.max(0, minor) / whole) * columns)
  const [spent, end, mark] = [at(budget.spent.minor), at(expected), at(limit)]
  const cells = Array.from({length: columns}, (_, index) => {
    if (index === Math.min(mark, columns) - 1) return '│'
    if (index < spent) return '█'
    return index < end ? '▒' : '░'
  })
  return look.paint(budgetSentence(report).tone, cells.join(''))
}

function dayLines({report, look}: TerminalPage): readonly string[] {
  const {daily} = report
  const counted = daily.days.map((one) => one.counted)
  const first = daily.days[0]
  const last = daily.days.at(-1)
  if (first === undefined || last === undefined) return []
  const top = {minor: Math.max(...counted), currency: report.currency}
  const open = openDaysText(report)
  return [
    look.paint('title', 'Day by day'),
    `${sparkline(counted)}  ${shortDay(first.day)} to ${shortDay(last.day)}, at most ${moneyText(top)}`,
    ...(open === undefined ? [] : [look.paint('faint', open)]),
  ]
}

/** So many services are named; the rest is one row. */
const mostServices = 12

interface ServiceCells {
  readonly name: string
  readonly amount: MinorMoney
  readonly before: MinorMoney
  readonly days?: readonly number[]
}

function serviceLines({report, look, width}: TerminalPage): readonly string[] {
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
        padStart(`${shortMonth(lastMonth.month)}, same days`, columns.before + 2) +
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
  const before = Math.max(longest(rows.map((row) => moneyText(row.before))), 14)
  const change = Math.max(longest(rows.map(changeText)), 6)
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
  const chart = columns.chart === 0 ? '' : padEnd(sparkline(row.days ?? []), columns.chart)
  return [
    padEnd(shortened(row.name, columns.name), columns.name + 1),
    look.paint('faint', row.days === undefined ? ' '.repeat(columns.chart) : chart),
    padStart(moneyText(row.amount), columns.amount),
    look.paint('faint', padStart(moneyText(row.before), columns.before + 2)),
    look.paint(isRise ? 'warning' : 'faint', padStart(changeText(row), columns.change + 2)),
  ].join('')
}

function categoryLines({report, look, width}: TerminalPage): readonly string[] {
  const {categories} = report.budget
  if (categories.length === 0) return []
  const names = Math.max(...categories.map(({title}) => widthOf(title)))
  const amounts = Math.max(...categories.map(({spent}) => widthOf(moneyText(spent))))
  const room = Math.max(8, width - names - amounts - 34)
  return [
    look.paint('title', 'Budget by category'),
    ...categories.map(({title, spent, budget, usedPercent}) => {
      const tone = (usedPercent ?? 0) > 100 ? 'bad' : 'good'
      const limit = budget.minor === 0 ? 'no share' : `of ${moneyText(budget)}`
      const percent = usedPercent === null ? '' : `${usedPercent} %`
      return [
        padEnd(title, names),
        look.paint(tone, padEnd(bar((usedPercent ?? 0) / 100, room), room)),
        padStart(moneyText(spent), amounts),
        padEnd(limit, 16),
        padStart(percent, 8),
      ].join(' ')
    }),
  ]
}

function anomalyLines({report, look, width}: TerminalPage): readonly string[] {
  const {anomalies} = report
  if (anomalies.length === 0) return [look.paint('title', 'Anomalies'), 'None.']
  return [
    look.paint('title', 'Anomalies'),
    ...anomalies.flatMap((one) => {
      const texts = causeTexts(one)
      const causes = texts.length === 0 ? [causeHint(one)] : texts.map((text) => `Cause: ${text}`)
      const mark = one.isNew ? '! ' : '  '
      return [
        ...wrapped(`${mark}${anomalySentence(one)}`, width).map((line) =>
          look.paint(one.kind === 'drop' ? 'calm' : 'warning', line),
        ),
        ...causes.flatMap((text) => wrapped(text, width - 4).map((line) => `    ${line}`)),
      ]
    }),
  ]
}

function changeLines({report, look, width}: TerminalPage): readonly string[] {
  if (report.changes === null) return []
  const {since} = report.changes
  return [
    look.paint('title', `Since the report of ${since.at.slice(0, 10)}`),
    ...changeSentences(report.changes).flatMap(({text, tone}) =>
      wrapped(text, width).map((line) => look.paint(tone, line)),
    ),
  ]
}

function footLines({report, look, width}: TerminalPage): readonly string[] {
  const tax =
    report.gst.billed === null
      ? `No tax is on the bill yet; GST ${report.gst.percent} % of it would be ${moneyText(report.gst.computed)}.`
      : undefined
  const texts = [
    ...report.warnings,
    tax,
    `Days are those of the bill: ${report.period}.`,
    `This report cost ${spentText(report)}.`,
  ]
  return texts.flatMap((text) => (text === undefined ? [] : faint(text, {look, width})))
}

function faint(
  text: string,
  {look, width}: {readonly look: TerminalLook; readonly width: number},
): readonly string[] {
  return wrapped(text, width).map((line) => look.paint('faint', line))
}
