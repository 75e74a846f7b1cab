import type {CostLedger, CostLine, DayWindow, UtcDay} from '../../../ports/costs.js'
import {daysOf} from '../calendar.js'
import {maturity} from '../maturity.js'
import {apportion, sumOf} from './apportion.js'
import type {DailyCosts} from './cost-report.js'
import {isCharge, linesOf, type ReportMonth} from './month-sums.js'
import {recordClass} from './record-types.js'

/** So many services have a colour of their own; the rest is one more. */
const mostSeries = 6

/** What a column of the days stands for: its key, never mistaken for the name of a service. */
interface Series {
  readonly key: string
  readonly name: string
}

const others: Series = {key: 'others', name: 'Other services'}
const reductions: readonly Series[] = [
  {key: 'refund', name: 'Refunds'},
  {key: 'credit', name: 'Credits'},
  {key: 'tax', name: 'Tax'},
]

function seriesOfService(service: string): Series {
  const isTaken = [others, ...reductions].some(({name}) => name === service)
  return {key: `service ${service}`, name: isTaken ? `${service} (service)` : service}
}

interface DailyOf {
  readonly ledger: CostLedger
  readonly month: ReportMonth
  /** Services, the dearest first. */
  readonly services: readonly string[]
  readonly total: number
  readonly countedTotal: number
  /** Whether a line counts against the budget. */
  readonly isCounted: (line: CostLine) => boolean
}

/** The month day by day, by service; rows add up to days and days to the month. */
export function dailyCosts(from: DailyOf): DailyCosts {
  const {ledger, month, services, total, countedTotal, isCounted} = from
  const {currency} = ledger
  const days = daysOf(month.counted)
  const lines = linesOf(ledger, month.counted)
  const named = services.length > mostSeries + 1 ? services.slice(0, mostSeries) : services
  const cells = cellsBy(lines, keyOf(named))
  const present = new Set([...cells.values()].flatMap((row) => [...row.keys()]))
  const series = [...named.map(seriesOfService), others, ...reductions].filter(({key}) =>
    present.has(key),
  )
  const parts = days.map((day) => series.map(({key}) => cells.get(day)?.get(key) ?? 0n))
  const totals = apportion(parts.map(sumOf), currency, total)
  const counted = apportion(countedParts(lines, days, isCounted), currency, countedTotal)
  const complete = maturity(ledger, month.asOf)
  return {
    series: series.map(({name}) => name),
    days: days.map((day, at) => ({
      day,
      amounts: apportion(parts[at] ?? [], currency, totals[at] ?? 0),
      total: totals[at] ?? 0,
      counted: counted[at] ?? 0,
      complete: Math.round((complete.get(day) ?? 1) * 1000) / 1000,
    })),
  }
}

function keyOf(named: readonly string[]): (line: CostLine) => string {
  const keys = new Map(named.map((service) => [service, seriesOfService(service).key]))
  return (line) =>
    isCharge(line) ? (keys.get(line.service) ?? others.key) : recordClass(line.recordType)
}

function cellsBy(
  lines: readonly CostLine[],
  keyOfLine: (line: CostLine) => string,
): ReadonlyMap<UtcDay, ReadonlyMap<string, bigint>> {
  const days = new Map<UtcDay, Map<string, bigint>>()
  for (const line of lines) {
    const row = days.get(line.day) ?? new Map<string, bigint>()
    days.set(line.day, row)
    const key = keyOfLine(line)
    row.set(key, (row.get(key) ?? 0n) + line.billed)
  }
  return days
}

/** What counted against the budget on each day of a window, in minor units; adds up to its sum. */
export function countedByDay(
  ledger: CostLedger,
  window: DayWindow,
  isCounted: (line: CostLine) => boolean,
): readonly number[] {
  return apportion(
    countedParts(linesOf(ledger, window), daysOf(window), isCounted),
    ledger.currency,
  )
}

function countedParts(
  lines: readonly CostLine[],
  days: readonly UtcDay[],
  isCounted: (line: CostLine) => boolean,
): readonly bigint[] {
  const sums = new Map<UtcDay, bigint>()
  for (const line of lines) {
    if (isCounted(line)) sums.set(line.day, (sums.get(line.day) ?? 0n) + line.billed)
  }
  return days.map((day) => sums.get(day) ?? 0n)
}
