import * as v from 'valibot'
import type {ExchangeRates} from '../../ports/cost-plan.js'
import {readCheckedYaml} from '../checked-yaml.js'
import {calendarDay, currencyCode, title, wholeCount} from './amounts.js'

const expectedRate = 'expected a rate above zero such as 88.25'

const exchangeRate = v.strictObject({
  from: currencyCode,
  to: currencyCode,
  rate: v.pipe(
    v.union([v.number(), v.string()], expectedRate),
    v.transform(String),
    v.regex(/^\d{1,9}(\.\d{1,10})?$/, expectedRate),
    v.check((rate) => Number(rate) > 0, expectedRate),
  ),
  date: calendarDay,
  source: title,
})

const exchangeRatesFile = v.strictObject({
  maxAgeDays: v.optional(wholeCount, 45),
  rates: v.array(exchangeRate, 'expected a list of rates'),
})

/** Dated rates; every mistake names its line. */
export function parseExchangeRates(file: string, text: string): ExchangeRates {
  const {value, refuse} = readCheckedYaml(file, text, exchangeRatesFile)
  const taken = new Set<string>()
  for (const [at, {from, to, date}] of value.rates.entries()) {
    if (from === to) throw refuse(['rates', at, 'to'], `${from} to itself needs no rate.`)
    const key = `${from} ${to} ${date}`
    if (taken.has(key)) throw refuse(['rates', at], `${from} to ${to} has two rates of ${date}.`)
    taken.add(key)
  }
  const rates = value.rates.map(({from, to, rate, date, source}) => ({
    from,
    to,
    rate,
    day: date,
    source,
  }))
  return {file, maxAgeDays: value.maxAgeDays, rates}
}
