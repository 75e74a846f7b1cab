import fc from 'fast-check'
import {expect, test} from 'vitest'
import {convertMoney, rateText} from '../../../src/features/cost/exchange.js'
import {withGst, withoutGst} from '../../../src/features/cost/tax.js'
import type {ExchangeRates} from '../../../src/ports/cost-plan.js'
import {asMinor, parseMoney, toMinor} from '../../../src/ports/money.js'

const rates: ExchangeRates = {
  file: '/w/cost/exchange-rates.yml',
  maxAgeDays: 30,
  rates: [
    {from: 'USD', to: 'INR', rate: '88', day: '2026-11-01', source: 'RBI'},
    {from: 'USD', to: 'INR', rate: '87.4321', day: '2026-10-01', source: 'RBI'},
  ],
}

const dollar = parseMoney('1', 'USD')

test('takes the newest rate that is not after the day, and says which', () => {
  const october = convertMoney(dollar, {to: 'INR', day: '2026-10-31', rates})
  const november = convertMoney(dollar, {to: 'INR', day: '2026-11-01', rates})

  expect(asMinor(october.money)).toEqual({minor: 8743, currency: 'INR'})
  expect(asMinor(november.money)).toEqual({minor: 8800, currency: 'INR'})
  expect(october.rate === undefined ? '' : rateText(october.rate)).toBe(
    '1 USD = 87.4321 INR on 2026-10-01 (RBI)',
  )
})

test('a rate that is too old, or younger than the day, is used with a warning', () => {
  expect(convertMoney(dollar, {to: 'INR', day: '2026-12-31', rates}).warning).toMatch(/60 days old/)
  expect(convertMoney(dollar, {to: 'INR', day: '2026-09-01', rates}).warning).toMatch(/after/)
  expect(convertMoney(dollar, {to: 'INR', day: '2026-12-01', rates}).warning).toBeUndefined()
})

test('a missing rate is an error that names the file and the line to add', () => {
  const convert = () => convertMoney(parseMoney('1', 'EUR'), {to: 'INR', day: '2026-11-01', rates})

  expect(convert).toThrow('There is no rate from EUR to INR in /w/cost/exchange-rates.yml.')
})

test('an amount in the wanted currency is left as it is', () => {
  const money = parseMoney('12.345678901234', 'INR')

  expect(convertMoney(money, {to: 'INR', day: '2026-11-01', rates})).toMatchObject({
    money,
    rate: undefined,
  })
})

test('the sum of converted amounts is the converted sum, to the paisa', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({min: -(10n ** 18n), max: 10n ** 18n})), (amounts) => {
      const convert = (pico: bigint) =>
        convertMoney({currency: 'USD', pico}, {to: 'INR', day: '2026-11-02', rates}).money.pico
      const sum = amounts.reduce((all, one) => all + one, 0n)
      const parts = amounts.reduce((all, one) => all + convert(one), 0n)
      const off = parts - convert(sum)
      expect(off <= BigInt(amounts.length + 1) && -off <= BigInt(amounts.length + 1)).toBe(true)
    }),
    {numRuns: 300},
  )
})

test('GST goes on and off again; a negative amount keeps its sign', () => {
  const hundred = parseMoney('100', 'INR')

  expect(toMinor(withGst(hundred, 18))).toBe(118_00)
  expect(toMinor(withGst(parseMoney('-100', 'INR'), 12.5))).toBe(-112_50)
  expect(withGst(hundred, 0)).toEqual(hundred)
  fc.assert(
    fc.property(fc.bigInt({min: -(10n ** 20n), max: 10n ** 20n}), fc.nat(100), (pico, percent) => {
      const back = withoutGst(withGst({currency: 'INR', pico}, percent), percent).pico - pico
      expect(back >= -1n && back <= 1n).toBe(true)
    }),
    {numRuns: 300},
  )
  expect(() => withGst(hundred, 101)).toThrow(/101 is no tax rate/)
})
