import {moneyText} from '../../../ports/money.js'
import type {CostReport} from '../report/cost-report.js'
import {bar, padEnd, padStart, sparkline, widthOf, wrapped} from './blocks.js'
import {roomy, type TerminalLook, type TerminalPage} from './terminal-page.js'
import {serviceLines} from './terminal-services.js'
import {outlookLines, subscriptionLines} from './terminal-subscriptions.js'
import {
  ageText,
  anomalySentence,
  budgetBasis,
  budgetSentence,
  causeHint,
  causeTexts,
  changeSentences,
  levelText,
  monthTitle,
  openDaysText,
  shortDay,
  spentText,
} from './wording.js'

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
      : [source.degraded.message, ...source.degraded.hints]
          .flatMap((text) => wrapped(text, width))
          .map((line) => look.paint('bad', line))),
  ]
}

function budgetLines({report, look, width}: TerminalPage): readonly string[] {
  const {budget, forecast, daysElapsed, daysInMonth} = report
  const state = budgetSentence(report)
  const spent = `${moneyText(budget.spent)} of ${moneyText(budget.budget)}`
  const used = `${budget.usedPercent} % used on day ${daysElapsed} of ${daysInMonth}`
  const isOneLine = widthOf(`${spent}  ${used}, ${state.text}`) <= width
  const said = [look.paint('title', spent), `${used}, ${look.paint(state.tone, state.text)}`]
  const lines = [
    ...(isOneLine ? [said.join('  ')] : said),
    gauge({report, look, width}),
    ...faint(`Counted: ${budgetBasis(report)}.`, {look, width}),
  ]
  if (forecast === null) return lines
  const range = `${moneyText(forecast.low)} to ${moneyText(forecast.high)}, ${levelText(forecast.level)}`
  return [
    ...lines,
    ...wrapped(
      `Month end  ${moneyText(forecast.expected)} (${range}) ${budget.forecastPercent ?? 0} %`,
      width,
    ),
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

function dayLines({report, look, width}: TerminalPage): readonly string[] {
  const {daily} = report
  const counted = daily.days.map((one) => one.counted)
  const first = daily.days[0]
  const last = daily.days.at(-1)
  if (first === undefined || last === undefined) return []
  const top = {minor: Math.max(...counted), currency: report.currency}
  const open = openDaysText(report)
  const days = `${shortDay(first.day)} to ${shortDay(last.day)}, at most ${moneyText(top)}`
  const isOneLine = counted.length + 2 + widthOf(days) <= width
  return [
    look.paint('title', 'Day by day'),
    ...(isOneLine ? [`${sparkline(counted)}  ${days}`] : [sparkline(counted), days]),
    ...(open === undefined ? [] : [look.paint('faint', open)]),
  ]
}

function categoryLines({report, look, width}: TerminalPage): readonly string[] {
  const {categories} = report.budget
  if (categories.length === 0) return []
  const names = Math.max(...categories.map(({title}) => widthOf(title)))
  const amounts = Math.max(...categories.map(({spent}) => widthOf(moneyText(spent))))
  const limits = width < roomy ? 0 : 16
  const room = Math.max(6, width - names - amounts - limits - 14)
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
        limits === 0 ? '' : padEnd(limit, limits),
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
