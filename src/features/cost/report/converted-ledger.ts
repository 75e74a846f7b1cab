import type {ExchangeRates} from '../../../ports/cost-plan.js'
import type {CostLedger, UtcDay} from '../../../ports/costs.js'
import {asMinor} from '../../../ports/money.js'
import {convertMoney, rateText} from '../exchange.js'
import {dividedHalfEven} from '../pico-parts.js'
import type {Conversion} from './cost-report.js'
import {billedSum, linesOf} from './month-sums.js'
import type {DayWindow} from '../../../ports/costs.js'

const one = 10n ** 12n

interface ConvertedLedger {
  readonly ledger: CostLedger
  /** Null where nothing had to be converted. */
  readonly conversion: Conversion | null
  readonly warning: string | undefined
}

/**
 * The whole ledger at the one rate of the report's day, so that months can be compared. The original
 * total is that of the days counted. Throws EXCHANGE_RATE_MISSING.
 */
export function convertedLedger(
  ledger: CostLedger,
  {
    to,
    day,
    rates,
    counted,
  }: {
    readonly to: string
    readonly day: UtcDay
    readonly rates: ExchangeRates
    readonly counted: DayWindow
  },
): ConvertedLedger {
  const {currency} = ledger
  const {money, rate, warning} = convertMoney({currency, pico: one}, {to, day, rates})
  if (rate === undefined) return {ledger, conversion: null, warning: undefined}
  const inTo = (pico: bigint) => dividedHalfEven(pico * money.pico, one)
  const original = asMinor({currency, pico: billedSum(linesOf(ledger, counted))})
  return {
    ledger: {
      ...ledger,
      currency: to,
      lines: ledger.lines.map((line) => ({
        ...line,
        billed: inTo(line.billed),
        amortized: inTo(line.amortized),
        currency: to,
      })),
      restatements: ledger.restatements.map((one) => ({
        ...one,
        before: inTo(one.before),
        after: inTo(one.after),
      })),
    },
    conversion: {
      from: rate.from,
      to: rate.to,
      rate: rate.rate,
      day: rate.day,
      source: rate.source,
      text: rateText(rate),
      original,
    },
    warning,
  }
}
