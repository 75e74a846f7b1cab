import {MitraError} from '../../errors.js'
import type {Money} from '../../ports/money.js'
import {dividedHalfEven} from './pico-parts.js'

/** The amount with a tax of so many percent on top, to the pico; `18` and `12.5` are percents. */
export function withGst({currency, pico}: Money, percent: number): Money {
  const {numerator, denominator} = shareOf(percent)
  return {currency, pico: pico + dividedHalfEven(pico * numerator, denominator)}
}

/** What is left of an amount that has the tax in it. */
export function withoutGst({currency, pico}: Money, percent: number): Money {
  const {numerator, denominator} = shareOf(percent)
  return {currency, pico: dividedHalfEven(pico * denominator, denominator + numerator)}
}

function shareOf(percent: number): {readonly numerator: bigint; readonly denominator: bigint} {
  const tenThousandths = Math.round(percent * 10_000)
  if (tenThousandths >= 0 && tenThousandths <= 1_000_000) {
    return {numerator: BigInt(tenThousandths), denominator: 1_000_000n}
  }
  throw new MitraError('usage', 'GST_PERCENT', `${percent} is no tax rate.`, {
    hints: ['cost.gstPercent is a percentage from 0 to 100.'],
  })
}
