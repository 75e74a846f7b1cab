import type {UtcDay} from '../../ports/costs.js'
import {weekdayOf} from './calendar.js'
import {clamp, mean, median} from './robust.js'
import {dayOfMonth} from './series.js'

/** Days with what the models ask of them, looked up once: a model asks a hundred thousand times. */
export interface DayTable {
  readonly days: readonly UtcDay[]
  /** 0 Sunday to 6 Saturday. */
  readonly weekdays: Uint8Array
  /** 1 to 31. */
  readonly dates: Uint8Array
}

export function dayTable(days: readonly UtcDay[]): DayTable {
  return {
    days,
    weekdays: Uint8Array.from(days, weekdayOf),
    dates: Uint8Array.from(days, dayOfMonth),
  }
}

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
  table: DayTable,
  end: number,
): readonly number[] {
  const start = Math.max(3, end - weeks * 7)
  const seen = weekdays.map((): number[] => [])
  let week = sumOf(values, start - 3, start + 4)
  for (let at = start; at + 3 < end; at += 1) {
    if (week > 0) seen[table.weekdays[at] ?? 0]?.push((7 * (values[at] ?? 0)) / week)
    week += (values[at + 4] ?? 0) - (values[at - 3] ?? 0)
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
const decay = 0.5 ** (1 / halfLifeDays)

/** The level after the last known day, without the weekday: a mean that forgets. */
export function recentLevel(
  values: ArrayLike<number>,
  table: DayTable,
  {end, factors}: {readonly end: number; readonly factors: readonly number[]},
): number {
  let weight = 1
  let sum = 0
  let all = 0
  for (let at = end - 1; at >= Math.max(0, end - 42); at -= 1) {
    sum += (weight * (values[at] ?? 0)) / (factors[table.weekdays[at] ?? 0] ?? 1)
    all += weight
    weight *= decay
  }
  return all === 0 ? 0 : sum / all
}

export function slice(values: ArrayLike<number>, start: number, end: number): readonly number[] {
  const from = Math.max(0, start)
  const part: number[] = []
  for (let at = from; at < end && at < values.length; at += 1) part.push(values[at] ?? 0)
  return part
}

function sumOf(values: ArrayLike<number>, start: number, end: number): number {
  let sum = 0
  for (let at = start; at < end; at += 1) sum += values[at] ?? 0
  return sum
}
