import {moneyText} from '../../../ports/money.js'
import type {CostReport} from '../report/cost-report.js'
import type {ForecastRows, ServiceOutlook} from '../report/forecast-services.js'
import {bar, padEnd, padStart, shortened, widthOf, wrapped} from './blocks.js'
import {roomy, type TerminalLook} from './terminal-page.js'
import {
  ageText,
  budgetBasis,
  budgetSentence,
  levelText,
  monthTitle,
  openDaysText,
  shortDay,
} from './wording.js'

interface ForecastPage {
  readonly report: CostReport
  readonly rows: ForecastRows
  readonly look: TerminalLook
  readonly width: number
}

/** The end of the month as aligned text with a bar for each service. */
export function forecastText(
  report: CostReport,
  rows: ForecastRows | null,
  look: TerminalLook,
): string {
  const width = Math.min(110, Math.max(56, look.columns))
  if (rows === null) return `${monthTitle(report.month)} is over: ${moneyText(report.total)}.`
  const page = {report, rows, look, width}
  return [headLines(page), verdictLines(page), rowLines(page), footLines(page)]
    .map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')
}

function headLines({report, look, width}: ForecastPage): readonly string[] {
  const {source, conversion} = report
  const facts = [`${source.name}, ${ageText(source.ageHours)}`, conversion?.text]
  const bad = source.degraded === null ? [] : [source.degraded.message, ...source.degraded.hints]
  return [
    look.paint(
      'title',
      `Forecast of ${monthTitle(report.month)}, made on ${shortDay(report.asOf)}`,
    ),
    ...faint(facts, {look, width}),
    ...bad.flatMap((text) => wrapped(text, width)).map((line) => look.paint('bad', line)),
  ]
}

function verdictLines({report, look, width}: ForecastPage): readonly string[] {
  const {forecast, budget} = report
  if (forecast === null) return []
  const state = budgetSentence(report)
  const range = `${moneyText(forecast.low)} to ${moneyText(forecast.high)}, ${levelText(forecast.level)}`
  const percent = budget.forecastPercent === null ? '' : ` (${budget.forecastPercent} %)`
  const against = `${moneyText(budget.budget)}${percent}`
  return [
    look.paint('title', `${moneyText(forecast.expected)} expected`),
    ...wrapped(range, width),
    ...wrapped(`Budget of ${budget.title}: ${against}; ${state.text}`, width).map((line) =>
      look.paint(state.tone, line),
    ),
    ...faint([`Counted: ${budgetBasis(report)}.`], {look, width}),
  ]
}

function rowLines(page: ForecastPage): readonly string[] {
  const {rows, report, look, width} = page
  const {services, other} = rows
  const top = Math.max(...services.map(({expected}) => expected.minor), 1)
  const names = Math.min(longest(services), width < roomy ? 24 : 44)
  const head = padEnd('Service', names) + padStart('so far', 14) + padStart('month', 14)
  const lines = services.map((row) => serviceLine(row, {page, names, top}))
  const total = report.forecast?.expected
  return [
    look.paint('title', head),
    ...lines,
    ...(other.minor === 0 ? [] : [restLine('Refunds, tax', moneyText(other), names)]),
    ...(total === undefined
      ? []
      : [look.paint('title', restLine('Month', moneyText(total), names))]),
  ]
}

function longest(services: readonly ServiceOutlook[]): number {
  return Math.max(12, ...services.map(({service}) => widthOf(service)))
}

function restLine(title: string, amount: string, names: number): string {
  return padEnd(title, names) + padStart('', 14) + padStart(amount, 14)
}

function serviceLine(
  {service, billed, expected}: ServiceOutlook,
  {page, names, top}: {readonly page: ForecastPage; readonly names: number; readonly top: number},
): string {
  const room = page.width - names - 30
  const whole = Math.round((Math.max(0, expected.minor) / top) * room)
  const done = bar(Math.max(0, billed.minor) / top, room)
  const open = '░'.repeat(Math.max(0, whole - widthOf(done)))
  const text =
    padEnd(shortened(service, names), names) +
    padStart(moneyText(billed), 14) +
    padStart(moneyText(expected), 14)
  return room < 8
    ? text
    : `${text}  ${page.look.paint('good', done)}${page.look.paint('faint', open)}`
}

function footLines({report, look, width}: ForecastPage): readonly string[] {
  const {forecast} = report
  if (forecast === null) return []
  const learnt = `Learnt from ${forecast.basisDays} settled days; run rate ${moneyText(forecast.runRatePerDay)} a day.`
  const from = forecast.isYoung
    ? 'The account is young: the range is an assumption, not its own past errors.'
    : 'The range is from earlier forecasts of this account and how far they were off.'
  return faint([learnt, from, openDaysText(report)], {look, width})
}

function faint(
  texts: readonly (string | undefined)[],
  {look, width}: {readonly look: TerminalLook; readonly width: number},
): readonly string[] {
  return texts
    .flatMap((text) => (text === undefined ? [] : wrapped(text, width)))
    .map((line) => look.paint('faint', line))
}
