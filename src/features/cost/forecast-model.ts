import type {UtcDay} from '../../ports/costs.js'
import {calendarItems, withoutCalendarItems, type CalendarItems} from './calendar-items.js'
import {recentLevel, weekdayFactor, weekdayFactors} from './seasonal.js'
import {dayOfMonth} from './series.js'

/** One series of costs, its monthly fees apart from the rest. */
export interface PreparedSeries {
  readonly days: readonly UtcDay[]
  /** As they were. */
  readonly values: ArrayLike<number>
  /** Without what the calendar brings. */
  readonly clean: Float64Array
  readonly items: CalendarItems
}

/** What a series does from day to day. */
export interface CostModel {
  /** A day's cost now, weekdays evened out and without fees. */
  readonly level: number
  readonly factors: readonly number[]
  readonly items: CalendarItems
}

/** Looks at the days before `known`, an index, and at nothing after. */
export function prepareSeries(
  values: Float64Array,
  days: readonly UtcDay[],
  known: number,
): PreparedSeries {
  const seen = values.subarray(0, known)
  const seenDays = days.slice(0, known)
  const items = calendarItems(seen, seenDays, known)
  return {days, values, items, clean: withoutCalendarItems(seen, seenDays, items)}
}

/** Learns from the days before `end`. */
export function fitModel({clean, days, items}: PreparedSeries, end: number): CostModel {
  const factors = weekdayFactors(clean, days, end)
  return {level: recentLevel(clean, days, {end, factors}), factors, items}
}

/** What the model expects of a day. */
export function predictDay({level, factors, items}: CostModel, day: UtcDay): number {
  return level * weekdayFactor(factors, day) + (items.get(dayOfMonth(day)) ?? 0)
}
