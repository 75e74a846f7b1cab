import type {ExchangeRates} from '../../../ports/cost-plan.js'
import type {CostLedger, CostSource, CostSpent} from '../../../ports/costs.js'
import {asMinor} from '../../../ports/money.js'
import {causeOf} from '../anomaly-cause.js'
import {addDays} from '../calendar.js'
import {convertedLedger} from './converted-ledger.js'
import type {AnomalyFacts, CostReport, SourceFacts} from './cost-report.js'

/** As far back as a cause is looked for: four weeks before the anomaly. */
const daysBefore = 28

/**
 * The report with the cause of its worst new anomaly that has none, when the source can tell: at most
 * one more paid request. What it cost is in the report.
 */
export async function withCauses(
  report: CostReport,
  {
    source,
    ledger,
    rates,
  }: {readonly source: CostSource; readonly ledger: CostLedger; readonly rates: ExchangeRates},
): Promise<CostReport> {
  const wanted = report.anomalies.find(({isNew, cause}) => isNew && cause.length === 0)
  if (wanted === undefined) return report
  const window = {start: addDays(wanted.firstDay, -daysBefore), end: addDays(wanted.lastDay, 1)}
  const lines = await source.detail(wanted.service, window)
  if (lines === undefined || lines.length === 0) return report
  const {ledger: converted} = convertedLedger(
    {...ledger, window, lines, restatements: []},
    {to: report.currency, day: report.asOf, rates, counted: window},
  )
  const causes = causeOf(converted.lines, {
    firstDay: wanted.firstDay,
    lastDay: wanted.lastDay,
    currency: report.currency,
    isRise: wanted.excess.minor >= 0,
  })
  const spent = source.spent()
  const named = {...wanted, cause: causes.map(asFacts)}
  return {
    ...report,
    anomalies: report.anomalies.map((one) => (one.id === wanted.id ? named : one)),
    source: spentMore(report.source, spent),
  }
}

function asFacts({
  usageType,
  region,
  excess,
}: ReturnType<typeof causeOf>[number]): AnomalyFacts['cause'][number] {
  return {usageType, region: region ?? null, excess: asMinor(excess)}
}

/** Requests that were made after the facts were written down count in the month too. */
function spentMore(source: SourceFacts, {requests, cost}: CostSpent): SourceFacts {
  const {thisMonth} = source
  const more = requests - source.requests
  return {
    ...source,
    requests,
    cost,
    thisMonth: thisMonth === null ? null : {...thisMonth, requests: thisMonth.requests + more},
  }
}
