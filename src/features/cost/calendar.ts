import {MitraError} from '../../errors.js'
import type {DayWindow, UtcDay} from '../../ports/costs.js'

const dayMs = 86_400_000

/** The day of the UTC calendar that a moment lies in, whatever zone the machine is in. */
export function utcDayOf(moment: Date): UtcDay {
  return moment.toISOString().slice(0, 10)
}

/** Throws BAD_DAY for what is no day of the calendar, 30 February included. */
export function parseDay(text: string): UtcDay {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const moment = new Date(`${text}T00:00:00Z`)
  if (isDay && !Number.isNaN(moment.getTime()) && utcDayOf(moment) === text) return text
  throw new MitraError('usage', 'BAD_DAY', `${JSON.stringify(text)} is no day of the calendar.`, {
    hints: ['Write it as 2026-11-24.'],
  })
}

/** `count` may be negative. */
export function addDays(day: UtcDay, count: number): UtcDay {
  return utcDayOf(new Date(midnightMs(day) + count * dayMs))
}

/** Days from the one to the other; negative when `to` is earlier. */
export function daysBetween(from: UtcDay, to: UtcDay): number {
  return (midnightMs(to) - midnightMs(from)) / dayMs
}

/** The first of the month, `months` later. */
export function monthStart(day: UtcDay, months = 0): UtcDay {
  const [year = '', month = ''] = day.split('-')
  return utcDayOf(new Date(Date.UTC(Number(year), Number(month) - 1 + months, 1)))
}

/** The whole month that a day lies in, `months` later. */
export function monthOf(day: UtcDay, months = 0): DayWindow {
  return {start: monthStart(day, months), end: monthStart(day, months + 1)}
}

/** Every day of the window, in order; none for an empty one. */
export function daysOf({start, end}: DayWindow): readonly UtcDay[] {
  const count = Math.max(0, daysBetween(start, end))
  return Array.from({length: count}, (_, index) => addDays(start, index))
}

export function isWithin(day: UtcDay, {start, end}: DayWindow): boolean {
  return start <= day && day < end
}

/** 0 Sunday to 6 Saturday. */
export function weekdayOf(day: UtcDay): number {
  return new Date(midnightMs(day)).getUTCDay()
}

/** Midnight UTC that the day begins with, as a moment. */
export function midnightOf(day: UtcDay): Date {
  return new Date(midnightMs(day))
}

/** A report asks for the same four hundred days hundreds of thousands of times. */
const midnights = new Map<UtcDay, number>()

function midnightMs(day: UtcDay): number {
  const known = midnights.get(day)
  if (known !== undefined) return known
  const time = Date.parse(`${day}T00:00:00Z`)
  midnights.set(day, time)
  return time
}
