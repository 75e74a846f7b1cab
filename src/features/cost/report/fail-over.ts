import {MitraError} from '../../../errors.js'
import type {MinorMoney} from '../../../ports/money.js'
import {parseMoney, toMinor} from '../../../ports/money.js'
import type {CostReport} from './cost-report.js'

/** What a report may come to before a script should stop. */
export interface FailOver {
  /** As it was written: `90%`, `forecast:100%`, `15000`. */
  readonly limit: string
  readonly of: 'spent' | 'forecast'
  readonly most: MinorMoney
  readonly is: MinorMoney
  readonly isExceeded: boolean
}

interface Limit {
  readonly of: FailOver['of']
  readonly value: string
  readonly isPercent: boolean
}

/** Throws FAIL_OVER for what is no percentage and no amount. */
export function parseFailOver(text: string): Limit {
  const {of, value, percent} =
    /^(?:(?<of>spent|forecast):)?₹?(?<value>\d[\d,]*(?:\.\d+)?)(?<percent>%)?$/.exec(text.trim())
      ?.groups ?? {}
  if (value === undefined) {
    throw new MitraError('usage', 'FAIL_OVER', `--fail-over ${JSON.stringify(text)} is no limit.`, {
      hints: [
        '90% is a part of the budget, 15000 an amount in its currency.',
        'forecast:110% compares what the month is expected to come to.',
      ],
    })
  }
  return {
    of: of === 'forecast' ? 'forecast' : 'spent',
    value: value.replaceAll(',', ''),
    isPercent: percent !== undefined,
  }
}

/** What is spent, or expected, against the limit. Late data make it smaller, never larger. */
export function failOver(text: string, {budget, forecast, currency}: CostReport): FailOver {
  const {of, value, isPercent} = parseFailOver(text)
  const exact = parseMoney(value, currency)
  const most = isPercent ? Math.floor((budget.budget.minor * Number(value)) / 100) : toMinor(exact)
  const is = of === 'forecast' && forecast !== null ? forecast.expected : budget.spent
  return {limit: text, of, most: {minor: most, currency}, is, isExceeded: is.minor > most}
}
