import type {CostFiles} from '../../../ports/cost-plan.js'
import type {CostLedger} from '../../../ports/costs.js'
import type {MinorMoney} from '../../../ports/money.js'
import {categoryOf} from '../budgets.js'
import {forecastMonth} from '../forecast.js'
import {apportion, sumOf} from './apportion.js'
import {convertedLedger} from './converted-ledger.js'
import type {CostReport} from './cost-report.js'
import {reportMonth} from './month-sums.js'

/** What a service is expected to come to when the month has ended. */
export interface ServiceOutlook {
  readonly service: string
  readonly category: string
  /** On the bill already. */
  readonly billed: MinorMoney
  readonly expected: MinorMoney
}

/** Services, and what the forecast has besides them; together they are the forecast. */
export interface ForecastRows {
  readonly services: readonly ServiceOutlook[]
  /** Refunds, and tax where the budget has it in it. */
  readonly other: MinorMoney
}

/** The forecast of a report by service, the dearest first; null for a month that is over. */
export function forecastRows({ledger: bill, report, files}: ForecastOf): ForecastRows | null {
  if (report.forecast === null) return null
  const {currency, asOf, budget} = report
  const {counted} = reportMonth(asOf, report.month)
  const {ledger} = convertedLedger(bill, {to: currency, day: asOf, rates: files.rates, counted})
  const {byService, expected} = forecastMonth(ledger, asOf)
  const parts = byService.map((one) => one.expected.pico)
  const exact = evened(parts, expected.pico)
  const amounts = apportion(exact, currency)
  const billed = apportion(
    byService.map((one) => one.billed.pico),
    currency,
  )
  const sum = amounts.reduce((all, one) => all + one, 0)
  return {
    services: byService
      .map(({service}, at) => ({
        service,
        category: categoryOf(files.plan, budget.phase, service),
        billed: {minor: billed[at] ?? 0, currency},
        expected: {minor: amounts[at] ?? 0, currency},
      }))
      .filter((row) => row.expected.minor !== 0 || row.billed.minor !== 0)
      .toSorted((a, b) => b.expected.minor - a.expected.minor || (a.service < b.service ? -1 : 1)),
    other: {minor: report.forecast.expected.minor - sum, currency},
  }
}

interface ForecastOf {
  /** In its own currency. */
  readonly ledger: CostLedger
  readonly report: CostReport
  readonly files: CostFiles
}

/** The month is forecast as a whole and never below the bill: what that adds goes to the largest part. */
function evened(parts: readonly bigint[], total: bigint): readonly bigint[] {
  const rest = total - sumOf(parts)
  const largest = parts.reduce((best, part, at) => (part > (parts[best] ?? 0n) ? at : best), 0)
  return parts.map((part, at) => (at === largest ? part + rest : part))
}
