import type {CostLedger, CostLine, DayWindow, UtcDay} from '../../../ports/costs.js'
import {daysOf} from '../calendar.js'
import {maturity} from '../maturity.js'
import {apportion, sumOf} from './apportion.js'
import type {DailyCosts} from './cost-report.js'
import {isCharge, linesOf, type ReportMonth} from './month-sums.js'
import {recordClass} from './record-types.js'

/** So many services have a colour of their own; the rest is one more. */
const mostSeries = 6

export const otherServices = 'Other services'
const reductions = {refund: 'Refunds', credit: 'Credits', tax: 'Tax'} as const

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
  const seriesOf = seriesNames(named)
  const cells = cellsBy(lines, seriesOf)
  const present = new Set([...cells.values()].flatMap((row) => [...row.keys()]))
  const series = [...named, otherServices, ...Object.values(reductions)].filter((name) =>
    present.has(name),
  )
  const parts = days.map((day) => series.map((name) => cells.get(day)?.get(name) ?? 0n))
  const totals = apportion(parts.map(sumOf), currency, total)
  const counted = apportion(countedParts(lines, days, isCounted), currency, countedTotal)
  const complete = maturity(ledger, month.asOf)
  return {
    series,
    days: days.map((day, at) => ({
      day,
      amounts: apportion(parts[at] ?? [], currency, totals[at] ?? 0),
      total: totals[at] ?? 0,
      counted: counted[at] ?? 0,
      complete: Math.round((complete.get(day) ?? 1) * 1000) / 1000,
    })),
  }
}

function seriesNames(named: readonly string[]): (line: CostLine) => string {
  const own = new Set(named)
  return (line) => {
    if (isCharge(line)) return own.has(line.service) ? line.service : otherServices
    const kind = recordClass(line.recordType)
    return kind === 'refund' || kind === 'credit' ? reductions[kind] : reductions.tax
  }
}

function cellsBy(
  lines: readonly CostLine[],
  seriesOf: (line: CostLine) => string,
): ReadonlyMap<UtcDay, ReadonlyMap<string, bigint>> {
  const days = new Map<UtcDay, Map<string, bigint>>()
  for (const line of lines) {
    const row = days.get(line.day) ?? new Map<string, bigint>()
    days.set(line.day, row)
    const name = seriesOf(line)
    row.set(name, (row.get(name) ?? 0n) + line.billed)
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
