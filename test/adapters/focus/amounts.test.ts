import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {amountOf, ExactSum} from '../../../src/adapters/focus/amounts.js'
import {parseMoney} from '../../../src/ports/money.js'

function sumOf(texts: readonly string[]): bigint {
  const sum = new ExactSum()
  for (const text of texts) {
    const amount = amountOf(text)
    if (amount === undefined) throw new Error(text)
    sum.add(amount)
  }
  return sum.total
}

const exact = (text: string) => parseMoney(text, 'XXX').pico
const decimal = fc
  .tuple(
    fc.boolean(),
    fc.nat({max: 999_999_999}),
    fc.bigInt({min: 0n, max: 10n ** 12n - 1n}),
    fc.nat({max: 12}),
  )
  .map(([isNegative, whole, fraction, count]) => {
    const digits = fraction.toString().padStart(12, '0').slice(0, count)
    return `${isNegative ? '-' : ''}${whole}${digits === '' ? '' : `.${digits}`}`
  })

describe('an amount of an export', () => {
  test('is read exactly as the parser of all amounts reads it', () => {
    fc.assert(
      fc.property(decimal, (text) => {
        expect(sumOf([text])).toBe(exact(text))
      }),
      {numRuns: 5000},
    )
  })

  test('adds up exactly, whatever the signs', () => {
    fc.assert(
      fc.property(fc.array(decimal, {maxLength: 200}), (texts) => {
        expect(sumOf(texts)).toBe(texts.reduce((all, text) => all + exact(text), 0n))
      }),
      {numRuns: 500},
    )
  })

  test.each([
    '1E-9',
    '-5.5E+3',
    '+3',
    '123456789012.5',
    '0.0000000000005',
    '0E-11',
    '-0',
    '00012.50',
  ])('%s is read too', (text) => {
    expect(sumOf([text])).toBe(exact(text))
  })

  test.each([
    '',
    '-',
    '.',
    '.5',
    '5.',
    '1,5',
    '1.2.3',
    ' 1',
    '1 ',
    'NaN',
    '1e',
    '٣',
    '--1',
    '1.-5',
  ])('%j is none', (text) => {
    expect(amountOf(text)).toBeUndefined()
  })
})
