import type {CostLedger, CostLine, UtcDay} from '../../ports/costs.js'
import {addDays, daysOf} from './calendar.js'
import {recordClass} from './report/record-types.js'

/** What services cost by the day, as floating numbers: good for statistics, never for sums shown. */
export interface DailySeries {
  readonly days: readonly UtcDay[]
  /** Whole units of the ledger's currency; one number a day, 0 where the bill has nothing. */
  readonly byService: ReadonlyMap<string, Float64Array>
}

/** Up to and with `lastDay`, from the first day on which the account cost anything. */
export function dailySeries(
  ledger: CostLedger,
  lastDay: UtcDay,
  isCounted: (line: CostLine) => boolean,
): DailySeries {
  const lines = ledger.lines.filter((line) => line.day <= lastDay && isCounted(line))
  const start = lines.reduce((first, {day}) => (day < first ? day : first), lastDay)
  const days = daysOf({start, end: addDays(lastDay, 1)})
  const byService = new Map<string, Float64Array>()
  const offsets = new Map(days.map((day, at) => [day, at]))
  for (const {service, day, amortized} of lines) {
    const series = byService.get(service) ?? new Float64Array(days.length)
    byService.set(service, series)
    const at = offsets.get(day)
    if (at !== undefined) series[at] = (series[at] ?? 0) + unitsOf(amortized)
  }
  return {days, byService: new Map([...byService].toSorted(([a], [b]) => (a < b ? -1 : 1)))}
}

/** What running things costs: without tax, credits and refunds. */
export function isRunningCost({recordType}: CostLine): boolean {
  const found = recordClass(recordType)
  return found !== 'tax' && found !== 'credit' && found !== 'refund'
}

export function isUsage({recordType}: CostLine): boolean {
  return recordClass(recordType) === 'usage'
}

/** 10^-12 of a unit as units. */
export function unitsOf(pico: bigint): number {
  return Number(pico) / 1e12
}

/** Units as 10^-12 of a unit, to the millionth. */
export function picoOf(units: number): bigint {
  return BigInt(Math.round(units * 1e6)) * 1_000_000n
}

export function dayOfMonth(day: UtcDay): number {
  return Number(day.slice(8))
}
