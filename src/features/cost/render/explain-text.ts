import {moneyText} from '../../../ports/money.js'
import {settledAt} from '../maturity.js'
import type {Conversion, SourceFacts} from '../report/cost-report.js'
import type {ServiceExplanation, UsageRow} from '../report/explain-service.js'
import {bar, padEnd, padStart, shortened, widthOf} from './blocks.js'
import {roomy, type TerminalLook} from './terminal-page.js'
import {
  ageText,
  differenceText,
  monthTitle,
  percentChange,
  shortDay,
  shortMonth,
} from './wording.js'

export interface ExplainedMonth {
  readonly explanation: ServiceExplanation
  readonly month: string
  readonly monthBefore: string
  readonly source: Pick<SourceFacts, 'name' | 'ageHours' | 'degraded'>
  readonly conversion: Conversion | null
}

/** A service by day and by usage type, as aligned text. */
export function explainText(explained: ExplainedMonth, look: TerminalLook): string {
  const width = Math.min(110, Math.max(56, look.columns))
  const at = {...explained, look, width}
  const parts = [headLines(at), dayLines(at), usageLines(at)]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')
}

type Page = ExplainedMonth & {readonly look: TerminalLook; readonly width: number}

function headLines({explanation, month, monthBefore, source, conversion, look}: Page) {
  const {service, amount, before} = explanation
  const delta = {minor: amount.minor - before.minor, currency: amount.currency}
  const change = [differenceText(delta), percentChange(amount, before)].join(' ').trimEnd()
  return [
    look.paint('title', `${service}, ${monthTitle(month)}`),
    `${moneyText(amount)} so far; ${change} on the same days of ${shortMonth(monthBefore)} (${moneyText(before)})`,
    look.paint('faint', `${source.name}, ${ageText(source.ageHours)}`),
    ...(conversion === null ? [] : [look.paint('faint', conversion.text)]),
    ...(source.degraded === null ? [] : [look.paint('bad', source.degraded.message)]),
  ]
}

function dayLines({explanation, look, width}: Page): readonly string[] {
  const {days, amount} = explanation
  const money = (minor: number) => moneyText({minor, currency: amount.currency})
  const top = Math.max(...days.map((day) => day.amount), 1)
  const amounts = Math.max(...days.map((day) => widthOf(money(day.amount))), 0)
  const room = width - amounts - 10
  return days.map((day) => {
    const isOpen = day.complete < settledAt
    const drawn = bar(day.amount / top, room)
    return `${padStart(shortDay(day.day), 6)}  ${padStart(money(day.amount), amounts)}  ${look.paint(isOpen ? 'faint' : 'good', drawn)}`
  })
}

const mostRows = 20

function usageLines({explanation, monthBefore, look, width}: Page): readonly string[] {
  const {usage, amount} = explanation
  if (usage.length === 0) return ['The bill at hand tells no usage types.']
  const rows = usage.slice(0, mostRows)
  const rest = usage.slice(mostRows)
  const sum = (pick: (row: UsageRow) => number) => rest.reduce((all, row) => all + pick(row), 0)
  const {currency} = amount
  const others: UsageRow = {
    usageType: `${rest.length} others`,
    region: null,
    amount: {minor: sum((row) => row.amount.minor), currency},
    before: {minor: sum((row) => row.before.minor), currency},
    delta: {minor: sum((row) => row.delta.minor), currency},
  }
  const all = rest.length === 0 ? rows : [...rows, others]
  const names = Math.min(width - (width < roomy ? 34 : 66), longestName(all))
  const line = (row: UsageRow) => usageLine(row, {names, isNarrow: width < roomy, look})
  const head =
    padEnd('Usage type', names) +
    padStart('so far', 15) +
    (width < roomy ? '' : padStart(`${shortMonth(monthBefore)}, same days`, 16))
  return [look.paint('title', head) + look.paint('faint', padStart('change', 15)), ...all.map(line)]
}

function longestName(rows: readonly UsageRow[]): number {
  return Math.max(...rows.map((row) => widthOf(nameOf(row))), 20)
}

function nameOf({usageType, region}: UsageRow): string {
  const name = usageType ?? 'Without a usage type'
  return region === null ? name : `${name} (${region})`
}

function usageLine(
  row: UsageRow,
  {
    names,
    isNarrow,
    look,
  }: {readonly names: number; readonly isNarrow: boolean; readonly look: TerminalLook},
): string {
  const isRise = row.amount.minor > row.before.minor * 1.2 && row.delta.minor > 0
  const change = `${differenceText(row.delta)} ${padStart(percentChange(row.amount, row.before), 7)}`
  return [
    padEnd(shortened(nameOf(row), names), names),
    padStart(moneyText(row.amount), 15),
    isNarrow ? '' : look.paint('faint', padStart(moneyText(row.before), 16)),
    look.paint(
      isRise ? 'warning' : 'faint',
      padStart(isNarrow ? percentChange(row.amount, row.before) : change, 22),
    ),
  ].join('')
}
