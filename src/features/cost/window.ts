import type {DayWindow, UtcDay} from '../../ports/costs.js'
import {addDays, midnightOf, monthStart, utcDayOf} from './calendar.js'

/** Cost Explorer keeps the current month and 13 before it, by the day. */
export const historyMonths = 13

/** What there can be to know at a moment: the first of 13 months ago to the end of today, UTC. */
export function knowableWindow(now: Date): DayWindow {
  const today = utcDayOf(now)
  return {start: monthStart(today, -historyMonths), end: addDays(today, 1)}
}

/** The current month up to and with today, UTC. */
export function monthToDate(now: Date): DayWindow {
  const today = utcDayOf(now)
  return {start: monthStart(today), end: addDays(today, 1)}
}

/**
 * A window as a person in a zone reads it. Bills know UTC days only; a day in India begins five and a
 * half hours earlier, so both are written: `2026-11-01 to 2026-11-24 UTC (1 Nov, 05:30 to 25 Nov,
 * 05:30 IST)`.
 */
export function windowText({start, end}: DayWindow, zone = 'Asia/Kolkata'): string {
  const last = addDays(end, -1)
  const from = localText(start, zone)
  return `${start} to ${last} UTC (${from} to ${localText(end, zone)} ${zoneText(end, zone)})`
}

function localText(day: UtcDay, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-IN', {
    timeZone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return format.format(midnightOf(day))
}

/** `IST`, as people in India write it; an offset for the zones that English has no name for. */
function zoneText(day: UtcDay, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-IN', {timeZone, timeZoneName: 'short'})
  const parts = format.formatToParts(midnightOf(day))
  return parts.find(({type}) => type === 'timeZoneName')?.value ?? timeZone
}
