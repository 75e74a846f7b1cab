import * as v from 'valibot'
import {asMinor, parseMoney, type MinorMoney} from '../../ports/money.js'

/** `USD`. */
export const currencyCode = v.pipe(
  v.string('expected a currency such as INR'),
  v.regex(/^[A-Z]{3}$/, 'expected three capital letters such as INR'),
)

const expectedAmount = 'expected an amount such as 15000 or 12.50, with two decimals at most'

/** An amount in whole units of the file's currency, as text: `15000`, `12.5`. Never negative. */
export const amount = v.pipe(
  v.union([v.number(), v.string()], expectedAmount),
  v.transform(String),
  v.regex(/^\d{1,12}(\.\d{1,2})?$/, expectedAmount),
)

export const name = v.pipe(
  v.string('expected a word'),
  v.regex(/^[a-zA-Z][\w-]*$/, 'expected a word of letters and digits'),
)

export const title = v.pipe(
  v.string('expected a text'),
  v.minLength(1, 'expected a text'),
  v.maxLength(120, 'expected at most 120 characters'),
)

export const gst = v.picklist(['included', 'excluded'])

export const percent = v.pipe(
  v.number('expected a percentage'),
  v.minValue(0, 'expected 0 to 100'),
  v.maxValue(100, 'expected 0 to 100'),
)

export const wholeCount = v.pipe(
  v.number('expected a whole number'),
  v.integer('expected a whole number'),
  v.minValue(1, 'expected 1 or more'),
  v.maxValue(1_000_000_000, 'expected a billion at most'),
)

/** `2026-11-24`, a day that there is. */
export const calendarDay = v.pipe(
  v.string('expected a day such as 2026-11-24'),
  v.regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day such as 2026-11-24'),
  v.check((day) => isDay(day), 'expected a day that the calendar has'),
)

export function amountIn(currency: string, decimal: string): MinorMoney {
  return asMinor(parseMoney(decimal, currency))
}

function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}
