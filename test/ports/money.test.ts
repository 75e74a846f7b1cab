import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {
  addMoney,
  asMinor,
  moneyText,
  parseMoney,
  sumMoney,
  toMinor,
  zero,
} from '../../src/ports/money.js'

const runs = 10_000

/** A bill's amount: a sign, up to 9 digits, up to 12 decimals, as text and as exact pico. */
const amount = fc
  .record({
    isNegative: fc.boolean(),
    whole: fc.integer({min: 0, max: 999_999_999}),
    fraction: fc.stringMatching(/^\d{0,12}$/),
  })
  .map(({isNegative, whole, fraction}) => ({
    text: `${isNegative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`,
    pico: BigInt(`${whole}${fraction.padEnd(12, '0')}`) * (isNegative ? -1n : 1n),
  }))

describe('an amount', () => {
  test('is read exactly', () => {
    fc.assert(
      fc.property(amount, ({text, pico}) => {
        expect(parseMoney(text, 'INR')).toEqual({currency: 'INR', pico})
      }),
      {numRuns: runs},
    )
  })

  test('adds up to the paisa, in whatever order and grouping', () => {
    const split = fc.record({amounts: fc.array(amount, {maxLength: 12}), cut: fc.nat(12)})
    fc.assert(
      fc.property(split, ({amounts, cut}) => {
        const all = amounts.map(({text}) => parseMoney(text, 'INR'))
        const exact = amounts.reduce((sum, {pico}) => sum + pico, 0n)
        const parts = [all.slice(cut).toReversed(), all.slice(0, cut)]
        const [late = zero('INR'), early = zero('INR')] = parts.map((part) => sumMoney(part, 'INR'))

        expect(sumMoney(all, 'INR').pico).toBe(exact)
        expect(addMoney(late, early).pico).toBe(exact)
      }),
      {numRuns: runs},
    )
  })

  test('is rounded once, half-even, and never off by more than half a paisa', () => {
    fc.assert(
      fc.property(amount, ({pico}) => {
        const paisa = 10n ** 10n
        const minor = BigInt(toMinor({currency: 'INR', pico}))
        const off = minor * paisa - pico
        const isHalf = 2n * off === paisa || 2n * off === -paisa

        expect(2n * (off < 0n ? -off : off)).toBeLessThanOrEqual(paisa)
        expect(isHalf && minor % 2n !== 0n).toBe(false)
      }),
      {numRuns: runs},
    )
  })

  test('is written so that it can be read back, with lakh grouping', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (minor) => {
        const text = moneyText({minor, currency: 'INR'})
        const back = parseMoney(text.replaceAll(/[₹,]/g, ''), 'INR')

        expect(toMinor(back)).toBe(minor)
        expect(text).toMatch(/^-?₹(\d{1,2},)?(\d{2},)*\d{1,3}\.\d{2}$/)
      }),
      {numRuns: runs},
    )
  })

  test.each([
    ['0', 0n],
    ['-0', 0n],
    ['12.3400000001', 12_340_000_000_100n],
    ['-5E-9', -5_000n],
    ['1.5e3', 1_500_000_000_000_000n],
    ['+7', 7_000_000_000_000n],
    ['0.0000000000005', 0n],
    ['0.0000000000015', 2n],
    ['-0.0000000000025', -2n],
    ['0.00000000000050000001', 1n],
    ['1E-30', 0n],
  ])('%s is %s pico', (text, pico) => {
    expect(parseMoney(text, 'USD').pico).toBe(pico)
  })

  test.each(['', ' ', '1,5', '1.', '.5', 'NaN', 'Infinity', '0x10', '1e', '1e999', '--1', '1 2'])(
    '%j is refused',
    (text) => {
      expect(() => parseMoney(text, 'USD')).toThrow(expect.objectContaining({code: 'MONEY_FORMAT'}))
    },
  )

  test.each(['', 'inr', 'RUPEE', '₹'])('currency %j is refused', (currency) => {
    expect(() => parseMoney('1', currency)).toThrow(expect.objectContaining({code: 'MONEY_FORMAT'}))
    expect(() => zero(currency)).toThrow(expect.objectContaining({code: 'MONEY_FORMAT'}))
  })

  test('is never added to another currency', () => {
    const rupee = parseMoney('1', 'INR')
    const dollar = parseMoney('1', 'USD')

    expect(() => addMoney(rupee, dollar)).toThrow(
      expect.objectContaining({code: 'CURRENCY_MIX', message: 'INR and USD cannot be added.'}),
    )
    expect(() => sumMoney([rupee, dollar], 'INR')).toThrow(
      expect.objectContaining({code: 'CURRENCY_MIX'}),
    )
    expect(() => sumMoney([rupee], 'USD')).toThrow(expect.objectContaining({code: 'CURRENCY_MIX'}))
  })

  test('beyond what JSON holds exactly is refused', () => {
    expect(() => toMinor(parseMoney('90071992547409.93', 'INR'))).toThrow(
      expect.objectContaining({code: 'MONEY_RANGE'}),
    )
    expect(toMinor(parseMoney('90071992547409.91', 'INR'))).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('the minor unit', () => {
  test.each([
    ['INR', '0.125', 12, '₹0.12'],
    ['INR', '0.135', 14, '₹0.14'],
    ['INR', '-0.125', -12, '-₹0.12'],
    ['INR', '123456.78', 12_345_678, '₹1,23,456.78'],
    ['INR', '15000', 1_500_000, '₹15,000.00'],
    ['INR', '90071992547409.91', 9_007_199_254_740_991, '₹9,00,71,99,25,47,409.91'],
    ['USD', '1234567.895', 123_456_790, '$1,234,567.90'],
    ['JPY', '1234.5', 1234, '¥1,234'],
    ['KWD', '1.2345', 1234, 'KWD 1.234'],
  ])('%s %s is %d, shown as %s', (currency, text, minor, shown) => {
    const money = parseMoney(text, currency)

    expect(asMinor(money)).toEqual({minor, currency})
    expect(moneyText(money).replaceAll('\u00a0', ' ')).toBe(shown)
    expect(moneyText(asMinor(money))).toBe(moneyText(money))
  })
})
