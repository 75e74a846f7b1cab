import type {UtcDay} from '../../ports/costs.js'
import {weekdayOf} from './calendar.js'
import {clamp, median, robustSpread} from './robust.js'
import {dayOfMonth} from './series.js'

/** How a day of one service compares with the days before it. */
export interface DayScore {
  /** What was to be expected, in units of the ledger's currency. */
  readonly expected: number
  /** In spreads of this service's noise; negative for less than expected. */
  readonly score: number
}

export interface ScoredSeries {
  readonly values: ArrayLike<number>
  readonly days: readonly UtcDay[]
  /** Days that were found odd already: nothing is learnt from them. */
  readonly isOdd: (at: number) => boolean
}

const weeks = 8
const levelDays = 14
const spreadDays = 56

/** No service is trusted to be steadier than this; of the logarithm. */
const leastSpread = 0.03

/** Values below this part of the level are noise of the logarithm, not cost. */
const leastPart = 1e-3

/**
 * The day's logarithm against the same weekday of eight weeks and the level of two, in robust
 * spreads. Undefined with less than two weeks of usual days before it.
 */
export function scoreDay(series: ScoredSeries, at: number): DayScore | undefined {
  const past = usualDays(series, at)
  if (past.length < levelDays) return undefined
  const floor = leastPart * median(past.map(({value}) => value))
  if (floor <= 0) return undefined
  const logs = past.map(({index, value}) => ({index, log: Math.log(Math.max(value, floor))}))
  const weekdays = weekdayEffects(logs, series.days)
  const flat = logs.map(({index, log}) => log - effectOf(weekdays, series.days[index]))
  const level = median(flat.slice(-levelDays))
  const spread = Math.max(leastSpread, spreadOf(flat))
  const fitted = level + effectOf(weekdays, series.days[at])
  const value = Math.max(series.values[at] ?? 0, floor)
  return {expected: Math.exp(fitted), score: (Math.log(value) - fitted) / spread}
}

interface PastDay {
  readonly index: number
  readonly value: number
}

function usualDays({values, days, isOdd}: ScoredSeries, at: number): readonly PastDay[] {
  const past: PastDay[] = []
  for (let index = at - 1; index >= 0 && past.length < weeks * 7; index -= 1) {
    // Fees of the first would lift the level; they are compared with one another instead.
    const isFirst = dayOfMonth(days[index] ?? '') === 1
    if (!isOdd(index) && !isFirst) past.push({index, value: values[index] ?? 0})
  }
  return past.toReversed()
}

interface LoggedDay {
  readonly index: number
  readonly log: number
}

/** Each weekday beside the week around it, Sunday first. */
function weekdayEffects(logs: readonly LoggedDay[], days: readonly UtcDay[]): readonly number[] {
  const seen = [0, 1, 2, 3, 4, 5, 6].map((): number[] => [])
  for (const [at, {index, log}] of logs.entries()) {
    const around = logs.slice(Math.max(0, at - 3), at + 4).map((one) => one.log)
    const day = days[index]
    if (around.length === 7 && day !== undefined) {
      seen[weekdayOf(day)]?.push(log - around.reduce((all, one) => all + one, 0) / 7)
    }
  }
  return seen.map((gaps) => (gaps.length < 2 ? 0 : clamp(median(gaps), -3, 3)))
}

function effectOf(effects: readonly number[], day: UtcDay | undefined): number {
  return (day === undefined ? undefined : effects[weekdayOf(day)]) ?? 0
}

/** How far days were from the level of the two weeks before each. */
function spreadOf(flat: readonly number[]): number {
  const gaps: number[] = []
  for (let at = Math.max(7, flat.length - spreadDays); at < flat.length; at += 1) {
    gaps.push((flat[at] ?? 0) - median(flat.slice(Math.max(0, at - levelDays), at)))
  }
  return gaps.length < 7 ? 0.2 : robustSpread(gaps, 0)
}
