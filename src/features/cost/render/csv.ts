import {toMinor, type MinorMoney} from '../../../ports/money.js'

/**
 * One line of CSV. Texts that a spreadsheet would take for a formula get an apostrophe in front:
 * names come from bills and from files that anybody may write.
 */
export function csvLine(cells: readonly string[]): string {
  return cells.map(csvCell).join(',')
}

function csvCell(cell: string): string {
  const isNumber = /^-?\d+(\.\d+)?$/.test(cell)
  const safe = !isNumber && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** `1162.73`: a plain decimal, as many digits as the currency has. */
export function decimalOf({minor, currency}: MinorMoney): string {
  const digits = Math.round(Math.log10(toMinor({currency, pico: 10n ** 12n})))
  const all = Math.abs(minor)
    .toString()
    .padStart(digits + 1, '0')
  const cut = all.length - digits
  const sign = minor < 0 ? '-' : ''
  return digits === 0 ? `${sign}${all}` : `${sign}${all.slice(0, cut)}.${all.slice(cut)}`
}
