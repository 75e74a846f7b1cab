import type {CostFiles} from '../../../ports/cost-plan.js'
import type {CostLedger, UtcDay} from '../../../ports/costs.js'
import {toMinor} from '../../../ports/money.js'
import {addDays, daysOf} from '../calendar.js'
import {convertedLedger} from './converted-ledger.js'
import type {AnomalyFacts, CostReport} from './cost-report.js'
import {billedBy, isCharge, linesOf, reportMonth} from './month-sums.js'

/** An anomaly beside what its service cost day by day. */
export interface AnomalyDays extends AnomalyFacts {
  /** Minor units of the four weeks up to `asOf`, oldest first. */
  readonly days: readonly number[]
}

const shownDays = 28

/** The anomalies of a report that reached into the last `days`, with the days of their services. */
export function anomaliesWithDays({
  report,
  ledger: bill,
  files,
  days,
}: AnomaliesOf): readonly AnomalyDays[] {
  const since = addDays(report.asOf, 1 - days)
  const found = report.anomalies.filter(({lastDay}) => lastDay >= since)
  if (found.length === 0) return []
  const {currency, asOf} = report
  const {counted} = reportMonth(asOf, report.month)
  const {ledger} = convertedLedger(bill, {to: currency, day: asOf, rates: files.rates, counted})
  const window = {start: addDays(asOf, 1 - shownDays), end: addDays(asOf, 1)}
  const charges = linesOf(ledger, window).filter(isCharge)
  const sums = billedBy(charges, ({service, day}) => keyOf(service, day))
  const minorOf = (service: string, day: UtcDay) =>
    toMinor({currency, pico: sums.get(keyOf(service, day)) ?? 0n})
  return found.map((one) => ({
    ...one,
    days: daysOf(window).map((day) => minorOf(one.service, day)),
  }))
}

interface AnomaliesOf {
  readonly report: CostReport
  /** In its own currency. */
  readonly ledger: CostLedger
  readonly files: CostFiles
  readonly days: number
}

function keyOf(service: string, day: UtcDay): string {
  return `${service}\n${day}`
}
