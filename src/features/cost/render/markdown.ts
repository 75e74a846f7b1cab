import {moneyText} from '../../../ports/money.js'
import type {CostReport} from '../report/cost-report.js'
import {rangeText} from './price-range.js'
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
} from './wording.js'

/** The report as Markdown, for a pull request, a wiki or a chat. */
export function markdownReport(report: CostReport): string {
  const parts = [
    headPart(report),
    servicePart(report),
    categoryPart(report),
    anomalyPart(report),
    changePart(report),
    outlookPart(report),
    subscriptionPart(report),
    footPart(report),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function headPart(report: CostReport): string {
  const {budget, forecast, source} = report
  const lines = [
    `# Cloud costs, ${monthTitle(report.month)}`,
    '',
    ...(source.degraded === null
      ? []
      : [`> **The data are ${ageText(source.ageHours)}.** ${cell(source.degraded.message)}`, '']),
    `**${moneyText(budget.spent)} of ${moneyText(budget.budget)}** (${budget.usedPercent} %) on day ${report.daysElapsed} of ${report.daysInMonth}: **${budgetSentence(report).text}**. ${cell(budget.title)} phase, counted are ${budgetBasis(report)}.`,
  ]
  if (forecast === null) return lines.join('\n')
  return [
    ...lines,
    '',
    `Month end: **${moneyText(forecast.expected)}** (${moneyText(forecast.low)} to ${moneyText(forecast.high)}, ${levelText(forecast.level)}); ${moneyText(forecast.runRatePerDay)} a day.`,
  ].join('\n')
}

function servicePart({services, charges, breakdown, total, lastMonth}: CostReport): string {
  const reductions = breakdown.filter(({kind}) => ['refund', 'credit', 'tax'].includes(kind))
  const changed = (one: {readonly amount: typeof total; readonly before: typeof total}) => {
    const minor = one.amount.minor - one.before.minor
    const difference = differenceText({minor, currency: total.currency})
    return `${difference} ${percentChange(one.amount, one.before)}`.trimEnd()
  }
  return table(
    ['Service', 'so far', `${shortMonth(lastMonth.month)}, same days`, 'change'],
    [
      ...services.map((one) => [
        one.service,
        moneyText(one.amount),
        moneyText(one.before),
        changed(one),
      ]),
      strong([
        'Charges',
        moneyText(charges),
        moneyText(lastMonth.sameDays),
        changed({amount: charges, before: lastMonth.sameDays}),
      ]),
      ...reductions.map(({title, amount}) => [title, moneyText(amount), '', '']),
      strong(['Total', moneyText(total), '', '']),
    ],
  )
}

function categoryPart({budget}: CostReport): string {
  if (budget.categories.length === 0) return ''
  const rows = budget.categories.map(({title, spent, budget: limit, usedPercent}) => [
    title,
    moneyText(spent),
    limit.minor === 0 ? '' : moneyText(limit),
    usedPercent === null ? '' : `${usedPercent} %`,
  ])
  const all = [moneyText(budget.spent), moneyText(budget.budget), `${budget.usedPercent} %`]
  return `## Budget by category\n\n${table(['Category', 'spent', 'budget', 'used'], [...rows, strong(['Total', ...all])])}`
}

function anomalyPart({anomalies}: CostReport): string {
  if (anomalies.length === 0) return '## Anomalies\n\nNone.'
  const items = anomalies.flatMap((one) => {
    const causes = causeTexts(one).map((text) => `  - Cause: \`${text}\``)
    const mark = one.isNew ? '**new** ' : ''
    return [
      `- ${mark}${cell(anomalySentence(one))}`,
      ...(causes.length === 0 ? [`  - ${cell(causeHint(one))}`] : causes),
    ]
  })
  return `## Anomalies\n\n${items.join('\n')}`
}

function changePart({changes}: CostReport): string {
  if (changes === null) return ''
  const items = changeSentences(changes).map(({text}) => `- ${cell(text)}`)
  return `## Since the report of ${changes.since.at.slice(0, 10)}\n\n${items.join('\n')}`
}

function outlookPart({outlook}: CostReport): string {
  const row = ({title, low, expected, high}: typeof outlook.total) => [
    title,
    moneyText(expected),
    moneyText(low),
    moneyText(high),
  ]
  const rows = [...outlook.rows.map(row), strong(row(outlook.total))]
  return `## The whole month\n\n${table(['What', 'expected', 'low', 'high'], rows)}`
}

function subscriptionPart({subscriptions}: CostReport): string {
  const {items, totals} = subscriptions
  const paid = items.flatMap(({name, kind, month, isBilled}) =>
    month === undefined || isBilled ? [] : [[name, kind, rangeText(month)]],
  )
  if (paid.length === 0) return ''
  const sums = [
    strong(['Fixed', '', rangeText(totals.fixed)]),
    strong(['Paid by use, estimated', '', rangeText(totals.perUse)]),
  ]
  return `## Subscriptions this month\n\n${table(['Name', 'kind', 'this month'], [...paid, ...sums])}`
}

function footPart(report: CostReport): string {
  const {source, conversion, warnings} = report
  const lines = [
    ...warnings,
    `${source.name}, ${ageText(source.ageHours)}, up to ${shortDay(report.asOf)}.`,
    openDaysText(report),
    conversion === null
      ? undefined
      : `${conversion.text}; ${moneyText(conversion.original)} before conversion.`,
    `Days are those of the bill: ${report.period}.`,
    `This report cost ${spentText(report)}.`,
  ]
  return lines
    .flatMap((line) => (line === undefined ? [] : [`_${cell(line)}_  `]))
    .join('\n')
    .trimEnd()
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  const rule = `|${head.map((_, at) => (at === 0 ? '---' : '---:')).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

function strong(cells: readonly string[]): readonly string[] {
  return cells.map((text) => (text === '' ? '' : `**${text}**`))
}

/** Names may hold what Markdown takes for marks. */
function cell(text: string): string {
  return text.replaceAll(/[\\|<>`]/g, (mark) => `\\${mark}`).replaceAll(/\s+/g, ' ')
}
