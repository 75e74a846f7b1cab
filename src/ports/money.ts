import {MitraError} from '../errors.js'

/** An exact amount. `pico` counts 10^-12 of the currency's unit; rounded once, where it is shown. */
export interface Money {
  readonly currency: string
  readonly pico: bigint
}

/** How JSON carries money: a whole number of the currency's smallest unit, paise for INR. */
export interface MinorMoney {
  readonly minor: number
  readonly currency: string
}

/** Decimals of one pico. */
const picoDigits = 12

// Longer than any bill writes, short enough that nobody can make us count to 10^10^9.
const longestDecimal = 64
const largestExponent = 30

/**
 * Reads `12.3400000001`, `-5E-9`; more than 12 decimals are rounded half-even. Throws MONEY_FORMAT
 * for anything else and for what is no currency code of three letters.
 */
export function parseMoney(decimal: string, currency: string): Money {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(decimal) ?? []
  const shift = Number(exponent)
  const isTooLong = decimal.length > longestDecimal || Math.abs(shift) > largestExponent
  if (whole === '' || isTooLong) throw notMoney(`${JSON.stringify(decimal)} is no amount.`)
  checkCurrency(currency)
  const pico = scaled(BigInt(whole + fraction), picoDigits + shift - fraction.length)
  return {currency, pico: sign === '-' ? -pico : pico}
}

export function zero(currency: string): Money {
  return {currency: checkCurrency(currency), pico: 0n}
}

/** Throws CURRENCY_MIX for unlike currencies. */
export function addMoney(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw mixed(a.currency, b.currency)
  return {currency: a.currency, pico: a.pico + b.pico}
}

/** Zero for none. Throws CURRENCY_MIX when one of them is in another currency. */
export function sumMoney(all: Iterable<Money>, currency: string): Money {
  let pico = 0n
  for (const money of all) {
    if (money.currency !== currency) throw mixed(currency, money.currency)
    pico += money.pico
  }
  return {currency: checkCurrency(currency), pico}
}

/**
 * Half-even to the currency's minor unit as ISO 4217 has it (INR 2 decimals, JPY none). Throws
 * MONEY_RANGE beyond what a JSON number holds exactly.
 */
export function toMinor({currency, pico}: Money): number {
  const minor = Number(scaled(pico, minorDigits(currency) - picoDigits))
  if (Number.isSafeInteger(minor)) return minor
  throw new MitraError('failed', 'MONEY_RANGE', `${pico} pico ${currency} is too much to show.`)
}

export function asMinor(money: Money): MinorMoney {
  return {minor: toMinor(money), currency: money.currency}
}

/** `₹1,23,456.78`: lakhs and crores for INR, thousands for all else. */
export function moneyText(money: Money | MinorMoney): string {
  const {minor, currency} = 'pico' in money ? asMinor(money) : money
  return formatOf(currency).format(decimalText(minor, minorDigits(currency)))
}

/** Making a format takes a hundred times as long as using it, and a report shows hundreds of amounts. */
const formats = new Map<string, Intl.NumberFormat>()

function formatOf(currency: string): Intl.NumberFormat {
  const known = formats.get(currency)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat(currency === 'INR' ? 'en-IN' : 'en-US', {
    style: 'currency',
    currency: checkCurrency(currency),
  })
  formats.set(currency, made)
  return made
}

/** As text: a double of 14 digits before the point has no exact paise any more. */
function decimalText(minor: number, digits: number): `${number}` {
  const all = Math.abs(minor)
    .toString()
    .padStart(digits + 1, '0')
  const sign = minor < 0 ? '-' : ''
  const cut = all.length - digits
  const text = digits === 0 ? all : `${all.slice(0, cut)}.${all.slice(cut)}`
  // Digits, a point and a sign are a number.
  return `${sign}${text}` as `${number}`
}

/** `value * 10^power`; what falls off is rounded half-even. */
function scaled(value: bigint, power: number): bigint {
  if (power >= 0) return value * 10n ** BigInt(power)
  const divisor = 10n ** BigInt(-power)
  const quotient = value / divisor
  const twice = 2n * abs(value % divisor)
  const isUp = twice > divisor || (twice === divisor && quotient % 2n !== 0n)
  if (!isUp) return quotient
  return value < 0n ? quotient - 1n : quotient + 1n
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value
}

const digitsByCurrency = new Map<string, number>()

function minorDigits(currency: string): number {
  const known = digitsByCurrency.get(currency)
  if (known !== undefined) return known
  const digits = formatOf(currency).resolvedOptions().maximumFractionDigits ?? 2
  digitsByCurrency.set(currency, digits)
  return digits
}

function checkCurrency(currency: string): string {
  if (/^[A-Z]{3}$/.test(currency)) return currency
  throw notMoney(`${JSON.stringify(currency)} is no currency code.`)
}

function notMoney(message: string): MitraError {
  return new MitraError('failed', 'MONEY_FORMAT', message, {
    hints: ['Amounts are decimals such as 12.34, currencies three letters such as INR.'],
  })
}

function mixed(one: string, other: string): MitraError {
  return new MitraError('failed', 'CURRENCY_MIX', `${one} and ${other} cannot be added.`, {
    hints: ['Convert one of them with a dated rate first.'],
  })
}
