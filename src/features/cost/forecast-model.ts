import {splitCalendarItems, type CalendarItems} from './calendar-items.js'
import {recentLevel, weekdayFactors, type DayTable} from './seasonal.js'

/** One series of costs, its monthly fees apart from the rest. */
export interface PreparedSeries {
  /** The days of the series and those to be foretold after them. */
  readonly table: DayTable
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
  readonly table: DayTable
}

/** Looks at the days before `known`, an index, and at nothing after. */
export function prepareSeries(
  values: Float64Array,
  table: DayTable,
  known: number,
): PreparedSeries {
  return {table, values, ...splitCalendarItems(values, table, known)}
}

/** Learns from the days before `end`. */
export function fitModel({clean, table, items}: PreparedSeries, end: number): CostModel {
  const factors = weekdayFactors(clean, table, end)
  return {level: recentLevel(clean, table, {end, factors}), factors, items, table}
}

/** What the model expects of a day, an index of its table. */
export function predictDay({level, factors, items, table}: CostModel, at: number): number {
  const usual = level * (factors[table.weekdays[at] ?? 0] ?? 1)
  return items.size === 0 ? usual : usual + (items.get(table.dates[at] ?? 0) ?? 0)
}
