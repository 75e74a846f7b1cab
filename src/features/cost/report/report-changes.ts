import type {UtcDay} from '../../../ports/costs.js'
import {toMinor, type MinorMoney} from '../../../ports/money.js'
import type {ReportRecord} from '../../../ports/report-memory.js'
import type {BudgetState, CostReport, ReportChanges} from './cost-report.js'

/** So many services are named as the ones that moved. */
const mostMovers = 5

type Unchanged = Omit<CostReport, 'changes'>

/** What is to be kept of a report; `exactTotal` is its total in 10^-12 of a unit. */
export function recordOf(report: CostReport, exactTotal: bigint): ReportRecord {
  return {
    at: report.generatedAt,
    month: report.month,
    asOf: report.asOf,
    currency: report.currency,
    phase: report.budget.phase,
    budgetState: report.budget.state,
    total: report.total.minor,
    exactTotal: exactTotal.toString(),
    rate: report.conversion?.rate ?? null,
    forecast: report.forecast?.expected.minor ?? null,
    services: Object.fromEntries(report.services.map((row) => [row.service, row.amount.minor])),
    days: Object.fromEntries(report.daily.days.map(({day, total}) => [day, total])),
    anomalies: report.anomalies.map(({id}) => id),
  }
}

/**
 * The differences to an earlier report. Amounts are compared within a month only; `newDays` and
 * `restated` add up to the change of the total. `exactOf` gives what days come to now, exactly: days
 * that are rounded to add up differ by a paisa where nothing has changed.
 */
export function changesSince(
  earlier: ReportRecord | undefined,
  report: Unchanged,
  exactOf: (days: ReadonlySet<UtcDay>) => bigint,
): ReportChanges | null {
  if (earlier === undefined || earlier.currency !== report.currency) return null
  const isSameMonth = earlier.month === report.month
  const money = (minor: number): MinorMoney => ({minor, currency: report.currency})
  const total = report.total.minor - earlier.total
  const exact = exactOf(new Set(Object.keys(earlier.days))) - BigInt(earlier.exactTotal)
  const restated = toMinor({currency: report.currency, pico: exact})
  const ids = new Set(report.anomalies.map(({id}) => id))
  return {
    since: {at: earlier.at, asOf: earlier.asOf},
    total: isSameMonth ? money(total) : null,
    newDays: isSameMonth ? money(total - restated) : null,
    restated: isSameMonth ? money(restated) : null,
    rate: rateChange(earlier, report),
    services: isSameMonth ? movers(earlier, report) : [],
    newAnomalies: [...ids].filter((id) => !earlier.anomalies.includes(id)),
    endedAnomalies: earlier.anomalies.filter((id) => !ids.has(id)),
    budgetState: stateChange(earlier, report),
    forecast: forecastChange(earlier, report, isSameMonth),
  }
}

function rateChange(earlier: ReportRecord, {conversion}: Unchanged): ReportChanges['rate'] {
  const now = conversion?.rate ?? null
  if (now === null || earlier.rate === null || now === earlier.rate) return null
  return {from: earlier.rate, to: now}
}

function movers(earlier: ReportRecord, report: Unchanged): ReportChanges['services'] {
  const now = new Map(report.services.map(({service, amount}) => [service, amount.minor]))
  const names = new Set([...now.keys(), ...Object.keys(earlier.services)])
  return [...names]
    .map((service) => ({
      service,
      minor: (now.get(service) ?? 0) - (earlier.services[service] ?? 0),
    }))
    .filter(({minor}) => minor !== 0)
    .toSorted((a, b) => Math.abs(b.minor) - Math.abs(a.minor) || (a.service < b.service ? -1 : 1))
    .slice(0, mostMovers)
    .map(({service, minor}) => ({service, delta: {minor, currency: report.currency}}))
}

function stateChange(
  {budgetState, phase}: ReportRecord,
  {budget}: Unchanged,
): ReportChanges['budgetState'] {
  const from = states.find((state) => state === budgetState)
  if (from === undefined || from === budget.state || phase !== budget.phase) return null
  return {from, to: budget.state}
}

const states: readonly BudgetState[] = ['within', 'mayExceed', 'willExceed', 'over']

function forecastChange(
  earlier: ReportRecord,
  {forecast, currency}: Unchanged,
  isSameMonth: boolean,
): MinorMoney | null {
  if (!isSameMonth || forecast === null || earlier.forecast === null) return null
  return {minor: forecast.expected.minor - earlier.forecast, currency}
}
