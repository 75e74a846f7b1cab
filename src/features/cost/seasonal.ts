import type {UtcDay} from '../../ports/costs.js'
import {weekdayOf} from './calendar.js'
import {clamp, mean, median} from './robust.js'

const weekdays = [0, 1, 2, 3, 4, 5, 6] as const

/** How many weeks the weekdays are learnt from. */
const weeks = 8

/** Weekday factors count as if this many weeks without any pattern had been seen too. */
const flatWeeks = 1

/**
 * What each weekday costs beside the week's mean, Sunday first, from the last eight weeks before
 * `end` (an index, exclusive). All ones with less than two weeks.
 */
export function weekdayFactors(
  values: ArrayLike<number>,
  days: readonly UtcDay[],
  end: number,
): readonly number[] {
  const start = Math.max(3, end - weeks * 7)
  const seen = weekdays.map((): number[] => [])
  for (let at = start; at + 3 < end; at += 1) {
    const week = mean(slice(values, at - 3, at + 4))
    const day = days[at]
    if (week > 0 && day !== undefined) seen[weekdayOf(day)]?.push((values[at] ?? 0) / week)
  }
  const factors = seen.map((ratios) => {
    if (ratios.length < 2) return 1
    const share = ratios.length / (ratios.length + flatWeeks)
    return clamp(share * median(ratios) + (1 - share), 0.05, 5)
  })
  const whole = mean(factors)
  return factors.map((factor) => factor / whole)
}

/** Half of the weight lies in this many days. */
const halfLifeDays = 5

/** The level after the last known day, without the weekday: a mean that forgets. */
export function recentLevel(
  values: ArrayLike<number>,
  days: readonly UtcDay[],
  {end, factors}: {readonly end: number; readonly factors: readonly number[]},
): number {
  const decay = 0.5 ** (1 / halfLifeDays)
  let weight = 1
  let sum = 0
  let all = 0
  for (let at = end - 1; at >= Math.max(0, end - 42); at -= 1) {
    sum += weight * withoutWeekday(values, days, {at, factors})
    all += weight
    weight *= decay
  }
  return all === 0 ? 0 : sum / all
}

export function withoutWeekday(
  values: ArrayLike<number>,
  days: readonly UtcDay[],
  {at, factors}: {readonly at: number; readonly factors: readonly number[]},
): number {
  return (values[at] ?? 0) / weekdayFactor(factors, days[at])
}

export function weekdayFactor(factors: readonly number[], day: UtcDay | undefined): number {
  return (day === undefined ? undefined : factors[weekdayOf(day)]) ?? 1
}

export function slice(values: ArrayLike<number>, start: number, end: number): readonly number[] {
  const from = Math.max(0, start)
  const part: number[] = []
  for (let at = from; at < end && at < values.length; at += 1) part.push(values[at] ?? 0)
  return part
}
