import type {UtcDay} from '../../ports/costs.js'
import {calendarItems, withoutCalendarItems, type CalendarItems} from './calendar-items.js'
import {dayOfMonth} from './series.js'
import {recentLevel, weekdayFactor, weekdayFactors} from './seasonal.js'

/** What one series of costs does from day to day. */
export interface CostModel {
  /** A day's cost now, weekdays evened out and without fees. */
  readonly level: number
  readonly factors: readonly number[]
  readonly items: CalendarItems
}

/** Learns from the days before `end`, an index. */
export function fitModel(
  values: ArrayLike<number>,
  days: readonly UtcDay[],
  end: number,
): CostModel {
  const from = Math.max(0, end - 130)
  const known = Array.from({length: end - from}, (_, at) => values[from + at] ?? 0)
  const knownDays = days.slice(from, end)
  const items = calendarItems(known, knownDays, known.length)
  const clean = withoutCalendarItems(known, knownDays, items)
  const factors = weekdayFactors(clean, knownDays, known.length)
  return {level: recentLevel(clean, knownDays, {end: known.length, factors}), factors, items}
}

/** What the model expects of a day. */
export function predictDay({level, factors, items}: CostModel, day: UtcDay): number {
  return level * weekdayFactor(factors, day) + (items.get(dayOfMonth(day)) ?? 0)
}
