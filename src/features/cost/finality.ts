import type {DayWindow, UtcDay} from '../../ports/costs.js'
import type {KnownDay, StoredCosts} from '../../ports/cost-store.js'
import {daysOf, midnightOf, monthStart, utcDayOf} from './calendar.js'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** AWS closes a month's bill between the third and the fifth of the next; two days more are given. */
const invoiceDay = 7
/** A month whose invoice is this old is believed at first sight. */
const longClosedDays = 30

/**
 * True for a day that is not asked for again: its month's invoice is out, and it was seen with the
 * same amounts, none of them estimated, in two answers a day apart.
 */
export function isFinal(day: UtcDay, {isEstimated, settledSince, confirmedAt}: KnownDay): boolean {
  if (isEstimated || settledSince === undefined) return false
  const confirmedMs = Date.parse(confirmedAt)
  const invoicedMs = midnightOf(monthStart(day, 1)).getTime() + (invoiceDay - 1) * dayMs
  if (confirmedMs < invoicedMs) return false
  const isLongClosed = Date.parse(settledSince) >= invoicedMs + longClosedDays * dayMs
  return isLongClosed || confirmedMs - Date.parse(settledSince) >= dayMs
}

/** The first day of the window that is not known for good; undefined when all are. */
export function firstOpenDay(window: DayWindow, {days}: StoredCosts): UtcDay | undefined {
  return daysOf(window).find((day) => {
    const known = days.get(day)
    return known === undefined || !isFinal(day, known)
  })
}

/** What a source is asked again for, and how often. */
export interface Freshness {
  readonly now: Date
  readonly warmHours: number
}

/**
 * True when the window can be told without asking: each day is final or was confirmed within the warm
 * hours. Of today, of which a bill has hardly anything, it is enough that the newest answer is warm.
 */
export function isWarm(
  window: DayWindow,
  {days, fetchedAt}: StoredCosts,
  freshness: Freshness,
): boolean {
  const today = utcDayOf(freshness.now)
  return daysOf(window).every((day) => {
    const known = days.get(day)
    if (known !== undefined && isFinal(day, known)) return true
    const answeredAt = known?.confirmedAt ?? (day >= today ? fetchedAt : undefined)
    return answeredAt !== undefined && isWarmTime(answeredAt, freshness)
  })
}

/** False also for a time that is yet to come: the clock was wrong then, or is now. */
export function isWarmTime(iso: string, {now, warmHours}: Freshness): boolean {
  const ageMs = now.getTime() - Date.parse(iso)
  return ageMs >= -hourMs / 6 && ageMs < warmHours * hourMs
}
