import {MitraError} from '../../errors.js'
import type {Converted, ExchangeRate, ExchangeRates} from '../../ports/cost-plan.js'
import type {UtcDay} from '../../ports/costs.js'
import {parseMoney, type Money} from '../../ports/money.js'
import {daysBetween} from './calendar.js'
import {dividedHalfEven} from './pico-parts.js'

const one = 10n ** 12n

/**
 * An amount in another currency by the newest rate that is not after the day, or by the oldest where
 * all are. Throws EXCHANGE_RATE_MISSING, with the file to write it into, where there is none.
 */
export function convertMoney(
  money: Money,
  {to, day, rates}: {readonly to: string; readonly day: UtcDay; readonly rates: ExchangeRates},
): Converted {
  if (money.currency === to) return {money, rate: undefined, warning: undefined}
  const rate = rateOn(money.currency, {to, day, rates})
  // A rate is a decimal like an amount: pico of `to` for one unit of `from`.
  const worth = parseMoney(rate.rate, to).pico
  const pico = dividedHalfEven(money.pico * worth, one)
  return {money: {currency: to, pico}, rate, warning: warningFor(rate, day, rates)}
}

/** `1 USD = 88 INR on 2026-11-01 (RBI reference rate)`. */
export function rateText({from, to, rate, day, source}: ExchangeRate): string {
  return `1 ${from} = ${rate} ${to} on ${day} (${source})`
}

function rateOn(
  from: string,
  {to, day, rates}: {readonly to: string; readonly day: UtcDay; readonly rates: ExchangeRates},
): ExchangeRate {
  const known = rates.rates
    .filter((rate) => rate.from === from && rate.to === to)
    .toSorted((a, b) => (a.day < b.day ? -1 : 1))
  const found = known.findLast((rate) => rate.day <= day) ?? known[0]
  if (found !== undefined) return found
  const message = `There is no rate from ${from} to ${to} in ${rates.file}.`
  throw new MitraError('config', 'EXCHANGE_RATE_MISSING', message, {
    hints: [
      `Add - {from: ${from}, to: ${to}, rate: …, date: ${day}, source: …} under rates in ${rates.file}.`,
    ],
  })
}

function warningFor(rate: ExchangeRate, day: UtcDay, rates: ExchangeRates): string | undefined {
  const pair = `The rate from ${rate.from} to ${rate.to} in ${rates.file}`
  const age = daysBetween(rate.day, day)
  if (age < 0) return `${pair} is of ${rate.day}, after ${day}.`
  if (age > rates.maxAgeDays) return `${pair} is ${age} days old (${rate.day}).`
  return undefined
}
