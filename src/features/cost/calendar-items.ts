import type {UtcDay} from '../../ports/costs.js'
import {addDays, monthStart} from './calendar.js'
import {median, robustSpread} from './robust.js'
import {slice, weekdayFactors, type DayTable} from './seasonal.js'

/** By day of the month: what comes on top of the usual that day (a fee, a monthly charge). */
export type CalendarItems = ReadonlyMap<number, number>

/** How many months back a fee is looked for. */
const months = 4

/** A fee stands out of the days around it by this part of them and by so many of their spreads. */
const leastRise = 0.12
const leastSpreads = 3.5

export interface CalendarSeries {
  readonly items: CalendarItems
  /** The series without them. */
  readonly clean: Float64Array
}

/**
 * What a service is charged on the same day of each month: a rise over the days around it that came
 * in the last two months, or in two of the last three. Only days before `end` are looked at. What is
 * left is taken off no further than the usual fee, so that a fee that trebles stays visible.
 */
export function splitCalendarItems(
  values: ArrayLike<number>,
  table: DayTable,
  end: number,
): CalendarSeries {
  const clean = Float64Array.from({length: end}, (_, at) => values[at] ?? 0)
  const last = table.days[end - 1]
  if (last === undefined) return {items: new Map(), clean}
  const flat = flattened(clean, table)
  const items = recurringItems(flat, table, last)
  if (items.size === 0) return {items, clean}
  for (let at = 0; at < end; at += 1) {
    const item = items.get(table.dates[at] ?? 0)
    if (item === undefined) continue
    // Only where it was charged: the fee may be younger than the series.
    const rise = riseAt(flat, at)
    if (rise !== undefined) clean[at] = (clean[at] ?? 0) - Math.min(rise, item)
  }
  return {items, clean}
}

interface Flat {
  /** Without their weekday. */
  readonly values: Float64Array
  /** What the weekday of each had made of it. */
  readonly factors: Float64Array
}

function flattened(values: Float64Array, table: DayTable): Flat {
  const byWeekday = weekdayFactors(values, table, values.length)
  const factors = Float64Array.from(values, (_, at) => byWeekday[table.weekdays[at] ?? 0] ?? 1)
  return {values: values.map((value, at) => value / (factors[at] ?? 1)), factors}
}

interface Rise {
  readonly month: UtcDay
  readonly rise: number
}

function recurringItems(flat: Flat, table: DayTable, last: UtcDay): CalendarItems {
  const rises = new Map<number, Rise[]>()
  const earliest = monthStart(last, 1 - months)
  for (let at = flat.values.length - 1; at >= 0; at -= 1) {
    const day = table.days[at] ?? ''
    if (day < earliest) break
    const rise = riseAt(flat, at)
    if (rise === undefined) continue
    const date = table.dates[at] ?? 0
    const found = rises.get(date) ?? []
    rises.set(date, found)
    found.push({month: monthStart(day), rise})
  }
  return new Map(
    [...rises]
      .filter(([date, found]) => isMonthly(date, found, last))
      .map(([date, found]) => [date, median(found.slice(0, 3).map(({rise}) => rise))]),
  )
}

/** How far a day stands out of the days around it; undefined where it does not. */
function riseAt({values, factors}: Flat, at: number): number | undefined {
  const around = [...slice(values, at - 8, at), ...slice(values, at + 1, at + 9)]
  if (around.length < 4) return undefined
  const usual = median(around)
  const rise = (values[at] ?? 0) - usual
  if (rise <= leastRise * usual || rise <= 0) return undefined
  if (rise <= leastSpreads * robustSpread(around, usual)) return undefined
  return rise * (factors[at] ?? 1)
}

function isMonthly(date: number, found: readonly Rise[], last: UtcDay): boolean {
  // The newest months in which the date has passed.
  const newest = Array.from({length: months}, (_, back) => monthStart(last, -back)).filter(
    (month) => addDays(month, date - 1) <= last,
  )
  const hits = newest.map((month) => found.some((one) => one.month === month))
  const inThree = hits.slice(0, 3).filter(Boolean).length
  return (hits[0] === true && hits[1] === true) || (inThree >= 2 && hits[0] !== false)
}
