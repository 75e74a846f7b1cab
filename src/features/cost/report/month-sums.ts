import {MitraError} from '../../../errors.js'
import type {CostLedger, CostLine, DayWindow, UtcDay} from '../../../ports/costs.js'
import {addDays, daysBetween, monthOf} from '../calendar.js'
import {recordClass, type RecordClass} from './record-types.js'

/** The days that a report counts: a month, or as much of it as there is. */
export interface ReportMonth {
  readonly month: DayWindow
  /** From the first to the last day counted. */
  readonly counted: DayWindow
  /** The same number of days of the month before, as far as it has them. */
  readonly before: DayWindow
  readonly monthBefore: DayWindow
  readonly asOf: UtcDay
  readonly isOver: boolean
}

/**
 * The month of `asOf`, counted up to and with it; or, with `month` (`2026-10`), that month, whole
 * unless it is the current one. `asOf` is the last day there can be costs of.
 */
export function reportMonth(asOf: UtcDay, month?: string): ReportMonth {
  const whole = monthOf(month === undefined ? asOf : `${month}-01`)
  const last = addDays(whole.end, -1)
  const end = asOf < last ? asOf : last
  const counted = {start: whole.start, end: addDays(end, 1)}
  const monthBefore = monthOf(whole.start, -1)
  const sameDay = addDays(monthBefore.start, daysBetween(counted.start, counted.end))
  const isOver = asOf > last
  return {
    month: whole,
    counted,
    before: {
      start: monthBefore.start,
      // A whole month is compared with a whole one, whatever their lengths.
      end: end === last || sameDay > monthBefore.end ? monthBefore.end : sameDay,
    },
    monthBefore,
    asOf: end,
    isOver,
  }
}

/**
 * A month as it was asked for, when the bill has it: not after the day of the report, not before the
 * first one known. Throws COST_MONTH.
 */
export function checkedMonth(
  month: string | undefined,
  {asOf, first}: {readonly asOf: UtcDay; readonly first: UtcDay},
): string | undefined {
  if (month === undefined) return undefined
  const [oldest, newest] = [first.slice(0, 7), asOf.slice(0, 7)]
  const isMonth = /^\d{4}-(0[1-9]|1[0-2])$/.test(month)
  if (isMonth && month >= oldest && month <= newest) return month
  const what = isMonth ? 'The bill at hand has nothing of' : 'No month is'
  throw new MitraError('usage', 'COST_MONTH', `${what} ${JSON.stringify(month)}.`, {
    hints: [`There are ${oldest} to ${newest}.`],
  })
}

/** Running costs: what tax, credits and refunds are taken on or off. */
export function isCharge({recordType}: CostLine): boolean {
  const kind = recordClass(recordType)
  return kind !== 'tax' && kind !== 'credit' && kind !== 'refund'
}

/** The lines of a window; a ledger's are sorted by day, so only those are looked at. */
export function linesOf(
  {lines}: Pick<CostLedger, 'lines'>,
  window: DayWindow,
): readonly CostLine[] {
  return lines.slice(firstFrom(lines, window.start), firstFrom(lines, window.end))
}

/** Where the lines of a day, or of the next one that has any, begin. */
function firstFrom(lines: readonly CostLine[], day: UtcDay): number {
  let [low, high] = [0, lines.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((lines[middle]?.day ?? '') < day) low = middle + 1
    else high = middle
  }
  return low
}

/** What was billed, by anything that a line tells. */
export function billedBy<K>(
  lines: readonly CostLine[],
  keyOf: (line: CostLine) => K,
): ReadonlyMap<K, bigint> {
  const sums = new Map<K, bigint>()
  for (const line of lines) {
    const key = keyOf(line)
    sums.set(key, (sums.get(key) ?? 0n) + line.billed)
  }
  return sums
}

export function billedByClass(lines: readonly CostLine[]): ReadonlyMap<RecordClass, bigint> {
  return billedBy(lines, ({recordType}) => recordClass(recordType))
}

export function billedSum(lines: readonly CostLine[]): bigint {
  let sum = 0n
  for (const {billed} of lines) sum += billed
  return sum
}
