import type {CostFiles} from '../../../ports/cost-plan.js'
import type {CostLedger, CostLine, UtcDay} from '../../../ports/costs.js'
import {asMinor, toMinor, type MinorMoney, type Money} from '../../../ports/money.js'
import type {ReportRecord} from '../../../ports/report-memory.js'
import {findAnomalies} from '../anomalies.js'
import {budgetFor, type PhaseBudget, type PhaseChoice} from '../budgets.js'
import {daysBetween} from '../calendar.js'
import {forecastMonth, type MonthForecast} from '../forecast.js'
import {summariseSubscriptions} from '../subscriptions.js'
import {windowText} from '../window.js'
import {anomalyFacts} from './anomaly-facts.js'
import {budgetVerdict, countsAgainst} from './budget-verdict.js'
import {convertedLedger} from './converted-ledger.js'
import type {CostReport, ForecastFacts, GstFacts, SourceFacts} from './cost-report.js'
import {countedByDay, dailyCosts} from './daily-costs.js'
import {
  billedByClass,
  billedSum,
  isCharge,
  linesOf,
  reportMonth,
  type ReportMonth,
} from './month-sums.js'
import {gstOn, outlook} from './outlook.js'
import {changesSince} from './report-changes.js'
import {breakdownRows, chargesIn, chargesOf, serviceRows} from './service-rows.js'

export interface ReportRequest {
  readonly ledger: CostLedger
  readonly files: CostFiles
  /** The last day there can be costs of: today, or the last day of an export. */
  readonly asOf: UtcDay
  /** `2026-10` for an earlier month. */
  readonly month?: string | undefined
  readonly choice: PhaseChoice
  readonly gstPercent: number
  /** The last report of an earlier day. */
  readonly earlier: ReportRecord | undefined
  /** Anomalies that ended before are left out; by default two weeks, or the month when it is over. */
  readonly anomaliesSince?: UtcDay | undefined
  readonly now: Date
}

export interface BuiltReport {
  readonly report: CostReport
  /** Its total in 10^-12 of its currency's unit, for what is kept of it. */
  readonly exactTotal: bigint
}

/** Computes the report; nothing is fetched and nothing kept. */
export function buildReport(request: ReportRequest): BuiltReport {
  const {files, earlier, now} = request
  const month = reportMonth(request.asOf, request.month)
  const to = files.plan.currency
  const {ledger, conversion, warning} = convertedLedger(request.ledger, {
    to,
    day: month.asOf,
    rates: files.rates,
    counted: month.counted,
  })
  const parts = partsOf(frameOf(request, ledger, month))
  const report = {
    generatedAt: now.toISOString(),
    source: sourceFacts(request.ledger, now),
    month: month.month.start.slice(0, 7),
    asOf: month.asOf,
    daysElapsed: daysBetween(month.counted.start, month.counted.end),
    daysInMonth: daysBetween(month.month.start, month.month.end),
    period: windowText(month.counted),
    currency: to,
    conversion,
    ...parts,
    anomalies: anomalyFacts(
      findAnomalies(ledger, month.asOf, sinceOf(month, request)),
      earlier?.anomalies ?? [],
    ),
    warnings: warning === undefined ? [] : [warning],
  }
  const lines = linesOf(ledger, month.counted)
  const exactOf = (days: ReadonlySet<UtcDay>) => billedSum(lines.filter(({day}) => days.has(day)))
  return {
    report: {...report, changes: changesSince(earlier, report, exactOf)},
    exactTotal: billedSum(lines),
  }
}

/** What every part of the report is computed from. */
interface Frame {
  readonly request: ReportRequest
  readonly ledger: CostLedger
  readonly currency: string
  readonly month: ReportMonth
  readonly budget: PhaseBudget
  /** Of the days counted. */
  readonly lines: readonly CostLine[]
  /** Undefined for a month that is over. */
  readonly forecast: MonthForecast | undefined
}

function frameOf(request: ReportRequest, ledger: CostLedger, month: ReportMonth): Frame {
  return {
    request,
    ledger,
    currency: ledger.currency,
    month,
    budget: budgetFor(request.files.plan, request.choice),
    lines: linesOf(ledger, month.counted),
    forecast: month.isOver ? undefined : forecastMonth(ledger, month.asOf),
  }
}

function billFacts({request, ledger, currency, month, budget, lines}: Frame) {
  const breakdown = breakdownRows(lines, currency)
  const sum = (rows: typeof breakdown): MinorMoney => ({
    minor: rows.reduce((all, {amount}) => all + amount.minor, 0),
    currency,
  })
  const charges = chargesOf(breakdown, currency)
  const sameDays = chargesIn(linesOf(ledger, month.before), currency)
  const services = serviceRows({
    ledger,
    month,
    plan: request.files.plan,
    phase: budget.phase,
  })
  const whole = chargesIn(linesOf(ledger, month.monthBefore), currency)
  const counted = countedByDay(ledger, month.monthBefore, countsAgainst(budget))
  const lastMonth = {month: month.monthBefore.start.slice(0, 7), sameDays, whole, counted}
  return {total: sum(breakdown), breakdown, charges, services, lastMonth}
}

function partsOf(frame: Frame) {
  const {request, ledger, currency, month, budget, lines} = frame
  const {files, gstPercent} = request
  const bill = billFacts(frame)
  const isCounted = countsAgainst(budget)
  const counted = lines.filter(isCounted)
  const forecast = forecastFacts(frame, counted)
  const verdict = budgetVerdict({budget, plan: files.plan, lines: counted, currency, forecast})
  const billed = bill.services.filter(({amount}) => amount.minor !== 0)
  const subscriptions = summariseSubscriptions(files.subscriptions, {
    month: Number(month.month.start.slice(5, 7)),
    billedServices: billed.map(({service}) => service),
  })
  return {
    ...bill,
    daily: dailyCosts({
      ledger,
      month,
      services: bill.services.map(({service}) => service),
      total: bill.total.minor,
      countedTotal: verdict.spent.minor,
      isCounted,
    }),
    budget: verdict,
    gst: gstFacts(lines, currency, gstPercent),
    forecast,
    outlook: outlook({
      currency,
      cloud: cloudRange(frame),
      credits: toMinor({currency, pico: billedByClass(lines).get('credit') ?? 0n}),
      gstPercent,
      subscriptions,
    }),
    subscriptions,
  }
}

/** Those that were still going on when the month began. */
function sinceOf({month, isOver}: ReportMonth, {anomaliesSince}: ReportRequest) {
  if (anomaliesSince !== undefined) return {since: anomaliesSince}
  return isOver ? {since: month.start} : {}
}

/** Where the data are from, how old they are and what they cost. */
export function sourceFacts(ledger: CostLedger, now: Date): SourceFacts {
  const ageMs = Math.max(0, now.getTime() - Date.parse(ledger.fetchedAt))
  return {
    name: ledger.source,
    fetchedAt: ledger.fetchedAt,
    ageHours: Math.round(ageMs / 360_000) / 10,
    requests: ledger.spent.requests,
    cost: ledger.spent.cost,
    thisMonth: ledger.spent.thisMonth ?? null,
    degraded: ledger.degraded ?? null,
  }
}

/** What will count against the budget: running costs to the end of the month, refunds, perhaps tax. */
function forecastFacts(
  {forecast, currency, budget, request}: Frame,
  counted: readonly CostLine[],
): ForecastFacts | null {
  if (forecast === undefined) return null
  const refunds = refundsOf(counted)
  const whole = ({pico}: Money): MinorMoney => {
    const minor = foreseen(pico + refunds, currency)
    const tax = budget.includesGst ? gstOn(minor, {currency, percent: request.gstPercent}) : 0
    return {minor: minor + tax, currency}
  }
  return {
    expected: whole(forecast.expected),
    low: whole(forecast.low),
    high: whole(forecast.high),
    level: forecast.level,
    runRatePerDay: asMinor(forecast.runRatePerDay),
    basisDays: forecast.basisDays,
    unsettledFrom: forecast.unsettledFrom,
    isYoung: forecast.intervalFrom === 'assumption',
  }
}

/** A day in a thousand makes a wild guess of the days to come; a number that wild is cut, not shown. */
const mostForeseen = 10n ** 25n

function foreseen(pico: bigint, currency: string): number {
  return toMinor({currency, pico: pico > mostForeseen ? mostForeseen : pico})
}

/** Charges and refunds of the whole month, before tax. */
function cloudRange({forecast, currency, lines}: Frame) {
  const refunds = refundsOf(lines)
  const minor = (pico: bigint) => foreseen(pico + refunds, currency)
  if (forecast === undefined) {
    const whole = minor(billedSum(lines.filter(isCharge)))
    return {low: whole, expected: whole, high: whole}
  }
  const {low, expected, high} = forecast
  return {low: minor(low.pico), expected: minor(expected.pico), high: minor(high.pico)}
}

function refundsOf(lines: readonly CostLine[]): bigint {
  return billedByClass(lines).get('refund') ?? 0n
}

function gstFacts(lines: readonly CostLine[], currency: string, percent: number): GstFacts {
  const sums = billedByClass(lines)
  const tax = sums.get('tax')
  const net = toMinor({currency, pico: billedSum(lines) - (tax ?? 0n)})
  return {
    percent,
    billed: tax === undefined ? null : {minor: toMinor({currency, pico: tax}), currency},
    computed: {minor: gstOn(net, {currency, percent}), currency},
  }
}
