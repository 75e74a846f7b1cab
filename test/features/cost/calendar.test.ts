import {afterEach, describe, expect, test} from 'vitest'
import {
  addDays,
  daysBetween,
  daysOf,
  isWithin,
  monthOf,
  monthStart,
  parseDay,
  utcDayOf,
  weekdayOf,
} from '../../../src/features/cost/calendar.js'
import {knowableWindow, monthToDate, windowText} from '../../../src/features/cost/window.js'

const minuteMs = 60_000
const istMinutes = 330

/** Every date of 2024 to 2028 by counting, without a Date. */
const dates = [2024, 2025, 2026, 2027, 2028].flatMap((year) =>
  monthLengths(year).flatMap((length, index) =>
    Array.from({length}, (_, day) => ({year, month: index + 1, day: day + 1})),
  ),
)

function monthLengths(year: number): readonly number[] {
  return [31, year % 4 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

function text(year: number, month: number, day: number): string {
  return [year, month, day].map((part) => part.toString().padStart(2, '0')).join('-')
}

/** The first of the month before or after, by counting. */
function firstOf(year: number, month: number, months: number): string {
  const count = year * 12 + month - 1 + months
  return text(Math.floor(count / 12), (count % 12) + 1, 1)
}

const hostZone = process.env['TZ']

afterEach(() => {
  if (hostZone === undefined) delete process.env['TZ']
  else process.env['TZ'] = hostZone
})

// Zones with DST on both halves of the globe, one of half an hour, and both ends of the date line.
const hosts = ['UTC', 'Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe'].concat([
  'Africa/Casablanca',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
])

describe.each(hosts)('on a machine in %s', (host) => {
  test('every date of 2024 to 2028, at its edges in UTC and in IST, has the right windows', () => {
    process.env['TZ'] = host
    const wrong: string[] = []

    for (const [index, {year, month, day}] of dates.entries()) {
      const midnight = Date.UTC(year, month - 1, day)
      const next = dates[index + 1] ?? {year: 2029, month: 1, day: 1}
      const end = text(next.year, next.month, next.day)
      const expected = {
        month: {start: firstOf(year, month, 0), end},
        all: {start: firstOf(year, month, -13), end},
      }
      for (const moment of momentsOf(midnight)) {
        const found = {month: monthToDate(moment), all: knowableWindow(moment)}
        if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push(moment.toISOString())
      }
    }

    expect(wrong).toEqual([])
    expect(dates).toHaveLength(1827)
  })
})

/** Edges of a UTC day, and of the two days in IST that share it. */
function momentsOf(midnight: number): readonly Date[] {
  const lastMs = 24 * 60 * minuteMs - 1
  const istMidnight = midnight + (24 * 60 - istMinutes) * minuteMs
  const edges = [midnight, midnight + 1, istMidnight - 1, istMidnight, midnight + lastMs]
  return edges.map((ms) => new Date(ms))
}

test('the host zone that the tests set is in force', () => {
  process.env['TZ'] = 'America/New_York'

  expect(new Date('2026-07-01T00:00:00Z').getTimezoneOffset()).toBe(240)
  expect(new Date('2026-12-01T00:00:00Z').getTimezoneOffset()).toBe(300)
})

describe('a window', () => {
  test('shows the UTC days and where they lie for people in India', () => {
    expect(windowText({start: '2026-11-01', end: '2026-11-25'})).toBe(
      '2026-11-01 to 2026-11-24 UTC (1 Nov, 05:30 to 25 Nov, 05:30 IST)',
    )
    expect(windowText({start: '2024-02-29', end: '2024-03-01'}, 'UTC')).toBe(
      '2024-02-29 to 2024-02-29 UTC (29 Feb, 00:00 to 1 Mar, 00:00 UTC)',
    )
  })

  test('leaves its end out', () => {
    const window = {start: '2026-02-27', end: '2026-03-01'}

    expect(daysOf(window)).toEqual(['2026-02-27', '2026-02-28'])
    expect(isWithin('2026-02-28', window)).toBe(true)
    expect(isWithin('2026-03-01', window)).toBe(false)
    expect(daysOf({start: '2026-03-01', end: '2026-03-01'})).toEqual([])
    expect(daysOf({start: '2026-03-02', end: '2026-03-01'})).toEqual([])
  })

  test('is a whole month, leap years and turns of the year included', () => {
    expect(monthOf('2024-02-29')).toEqual({start: '2024-02-01', end: '2024-03-01'})
    expect(monthOf('2024-03-31', -1)).toEqual({start: '2024-02-01', end: '2024-03-01'})
    expect(monthOf('2026-12-31', 1)).toEqual({start: '2027-01-01', end: '2027-02-01'})
    expect(monthStart('2026-01-31', -13)).toBe('2024-12-01')
  })
})

describe('a day', () => {
  test.each(['2026-02-30', '2025-02-29', '2026-13-01', '26-01-01', '2026-1-1', '', '2026-01-01T'])(
    '%j is refused',
    (day) => {
      expect(() => parseDay(day)).toThrow(expect.objectContaining({code: 'BAD_DAY'}))
    },
  )

  test('counts over leap days and months', () => {
    expect(parseDay('2024-02-29')).toBe('2024-02-29')
    expect(addDays('2024-02-28', 2)).toBe('2024-03-01')
    expect(addDays('2024-03-01', -366)).toBe('2023-03-01')
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2)
    expect(daysBetween('2026-01-01', '2025-12-31')).toBe(-1)
    expect(weekdayOf('2026-11-24')).toBe(2)
    expect(utcDayOf(new Date('2026-11-24T23:59:59.999Z'))).toBe('2026-11-24')
  })
})
