import type {UtcDay} from '../../ports/costs.js'
import {addDays, monthStart} from './calendar.js'
import {median} from './robust.js'
import {dayOfMonth} from './series.js'
import {slice} from './seasonal.js'

/** By day of the month: what comes on top of the usual that day (a fee, a monthly charge). */
export type CalendarItems = ReadonlyMap<number, number>

/** How many months back a fee is looked for. */
const months = 4

/** A fee stands out of the days around it by at least this part of them. */
const leastRise = 0.4

/**
 * What a service is charged on the same day of each month: a rise over the days around it that came
 * in the last two months, or in two of the last three. Only days before `end` are looked at.
 */
export function calendarItems(
  values: ArrayLike<number>,
  days: readonly UtcDay[],
  end: number,
): CalendarItems {
  const rises = new Map<number, {readonly month: UtcDay; readonly rise: number}[]>()
  const last = days[end - 1]
  if (last === undefined) return new Map()
  const earliest = monthStart(last, -months)
  for (let at = end - 1; at >= 0; at -= 1) {
    const day = days[at]
    if (day === undefined || day < earliest) break
    const rise = riseAt(values, at, end)
    if (rise === undefined) continue
    const found = rises.get(dayOfMonth(day)) ?? []
    rises.set(dayOfMonth(day), [...found, {month: monthStart(day), rise}])
  }
  return new Map(
    [...rises]
      .filter(([date, found]) =>
        isMonthly(
          date,
          found.map(({month}) => month),
          last,
        ),
      )
      .map(([date, found]) => [date, median(found.slice(0, 3).map(({rise}) => rise))]),
  )
}

/** The series without what the calendar brings, so that a level is not lifted by fees. */
export function withoutCalendarItems(
  values: ArrayLike<number>,
  days: readonly UtcDay[],
  items: CalendarItems,
): Float64Array {
  const kept = Float64Array.from(values)
  if (items.size === 0) return kept
  for (const [at, day] of days.entries()) {
    const rise = riseAt(values, at, days.length)
    const item = items.get(dayOfMonth(day))
    // Only where it was charged (the fee may be younger than the series), and no more than is usual.
    if (item !== undefined && rise !== undefined)
      kept[at] = (values[at] ?? 0) - Math.min(rise, item)
  }
  return kept
}

/** How far a day stands out of the days around it; undefined where it does not. */
function riseAt(values: ArrayLike<number>, at: number, end: number): number | undefined {
  const around = [...slice(values, at - 7, at), ...slice(values, at + 1, Math.min(end, at + 8))]
  if (around.length < 4) return undefined
  const usual = median(around)
  const highest = Math.max(...around.filter((value) => value <= 2 * usual), usual)
  const value = values[at] ?? 0
  const rise = value - usual
  return rise > leastRise * usual && value > 1.15 * highest && rise > 0 ? rise : undefined
}

function isMonthly(date: number, found: readonly UtcDay[], last: UtcDay): boolean {
  // The newest months in which the date has passed.
  const newest = Array.from({length: months}, (_, back) => monthStart(last, -back)).filter(
    (month) => addDays(month, date - 1) <= last,
  )
  const hits = newest.map((month) => found.includes(month))
  const inThree = hits.slice(0, 3).filter(Boolean).length
  return (hits[0] === true && hits[1] === true) || (inThree >= 2 && hits[0] !== false)
}
