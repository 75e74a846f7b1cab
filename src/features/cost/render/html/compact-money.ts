import {toMinor} from '../../../../ports/money.js'

/** `₹15K`, `₹1.5L`: for the scale beside a chart, where every column counts. */
export function compactMoney(minor: number, currency: string): string {
  const whole = minor / toMinor({currency, pico: 10n ** 12n})
  const format = new Intl.NumberFormat(currency === 'INR' ? 'en-IN' : 'en-US', {
    style: 'currency',
    currency,
    notation: Math.abs(whole) >= 100_000 ? 'compact' : 'standard',
    maximumFractionDigits: Math.abs(whole) >= 100_000 ? 1 : 0,
  })
  return format.format(whole)
}
