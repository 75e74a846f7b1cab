import {loadCostFiles} from '../../../../src/config/cost/load-cost-files.js'
import {
  buildReport,
  type BuiltReport,
  type ReportRequest,
} from '../../../../src/features/cost/report/build-report.js'
import type {CostReport} from '../../../../src/features/cost/report/cost-report.js'
import type {CostLedger, CostLine} from '../../../../src/ports/costs.js'
import {parseMoney} from '../../../../src/ports/money.js'

/** The budgets, subscriptions and rates that mitra ships. */
export const shippedFiles = await loadCostFiles(undefined, {
  phases: '',
  subscriptions: '',
  exchangeRates: '',
})

/** A line of a bill; what is left out is a rupee of Fargate on 3 November. */
export interface Charge {
  readonly day?: string
  readonly service?: string
  readonly recordType?: string
  readonly usageType?: string
  readonly region?: string
  readonly billed?: string
  readonly amortized?: string
  readonly currency?: string
}

export function lineOf(charge: Charge): CostLine {
  const {currency = 'INR', billed = '1'} = charge
  return {
    day: charge.day ?? '2026-11-03',
    service: charge.service ?? 'Amazon Elastic Container Service',
    recordType: charge.recordType ?? 'Usage',
    usageType: charge.usageType,
    region: charge.region,
    billed: parseMoney(billed, currency).pico,
    amortized: parseMoney(charge.amortized ?? billed, currency).pico,
    currency,
    isEstimated: false,
  }
}

export function ledgerOf(charges: readonly Charge[], over: Partial<CostLedger> = {}): CostLedger {
  const lines = charges.map(lineOf).toSorted((a, b) => (a.day < b.day ? -1 : 1))
  return {
    window: {start: '2025-10-01', end: '2026-12-01'},
    currency: charges[0]?.currency ?? 'INR',
    lines,
    fetchedAt: '2026-11-24T05:00:00Z',
    source: 'a test',
    spent: {requests: 0, cost: {minor: 0, currency: 'USD'}},
    degraded: undefined,
    restatements: [],
    ...over,
  }
}

/** The report of some charges, made on 24 November 2026 unless said otherwise. */
export function reportOf(
  charges: readonly Charge[],
  over: Partial<ReportRequest> = {},
): CostReport {
  return builtOf(charges, over).report
}

/** The same with what is to be kept of it. */
export function builtOf(
  charges: readonly Charge[],
  over: Partial<ReportRequest> = {},
): BuiltReport {
  return buildReport({
    ledger: ledgerOf(charges),
    files: shippedFiles,
    asOf: '2026-11-24',
    choice: {users: 700},
    gstPercent: 18,
    earlier: undefined,
    now: new Date('2026-11-24T06:00:00Z'),
    ...over,
  })
}

/** Two months up to 24 November 2026 of a service that costs the same each day. */
export function steady(
  perDay: number,
  over: Charge = {},
  {from = '2026-09-25', days = 61}: {readonly from?: string; readonly days?: number} = {},
): readonly Charge[] {
  const start = Date.parse(`${from}T00:00:00Z`)
  return Array.from({length: days}, (_, at) => ({
    ...over,
    day: new Date(start + at * 86_400_000).toISOString().slice(0, 10),
    billed: String(perDay),
  }))
}
