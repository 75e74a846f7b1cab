import type {Degradation, UtcDay} from '../../../ports/costs.js'
import type {MinorMoney} from '../../../ports/money.js'
import type {AnomalyKind} from '../anomalies.js'
import type {SubscriptionSummary} from '../subscriptions.js'
import type {RecordClass} from './record-types.js'

/**
 * All that a report says, ready to be shown: whole minor units of one currency, and wherever rows
 * stand above a total they add up to it. The same value is what `--json` prints.
 */
export interface CostReport {
  /** ISO time. */
  readonly generatedAt: string
  readonly source: SourceFacts
  /** `2026-11`. */
  readonly month: string
  /** The last day that is counted, inclusive. */
  readonly asOf: UtcDay
  readonly daysElapsed: number
  readonly daysInMonth: number
  /** The days counted, in UTC and as clocks in India show them. */
  readonly period: string
  readonly currency: string
  readonly conversion: Conversion | null
  /** What the bill comes to: the sum of the breakdown, of the services with what follows them, of the days. */
  readonly total: MinorMoney
  readonly breakdown: readonly BreakdownRow[]
  /** Before tax, credits and refunds; the services add up to it. */
  readonly charges: MinorMoney
  readonly services: readonly ServiceRow[]
  readonly lastMonth: LastMonth
  readonly daily: DailyCosts
  readonly budget: BudgetVerdict
  readonly gst: GstFacts
  readonly forecast: ForecastFacts | null
  readonly outlook: Outlook
  readonly subscriptions: SubscriptionSummary
  readonly anomalies: readonly AnomalyFacts[]
  /** Null when there was no report of an earlier day. */
  readonly changes: ReportChanges | null
  readonly warnings: readonly string[]
}

export interface SourceFacts {
  readonly name: string
  /** When the data are from, and how old that was when the report was made. */
  readonly fetchedAt: string
  readonly ageHours: number
  readonly requests: number
  /** What those requests cost. */
  readonly cost: MinorMoney
  /** Of all reports of the month, and how many there may be; null where none are paid for. */
  readonly thisMonth: {readonly requests: number; readonly cap: number} | null
  readonly degraded: Degradation | null
}

export interface Conversion {
  readonly from: string
  readonly to: string
  readonly rate: string
  readonly day: UtcDay
  readonly source: string
  /** `1 USD = 88 INR on 2026-11-01 (RBI)`. */
  readonly text: string
  /** The total before it was converted. */
  readonly original: MinorMoney
}

export interface BreakdownRow {
  readonly kind: RecordClass
  readonly title: string
  readonly amount: MinorMoney
}

export interface ServiceRow {
  readonly service: string
  /** The category of the budget that it counts to. */
  readonly category: string
  readonly amount: MinorMoney
  /** The same days of the month before. */
  readonly before: MinorMoney
  readonly delta: MinorMoney
  /** Minor units, day by day; they add up to the amount. */
  readonly days: readonly number[]
}

export interface LastMonth {
  readonly month: string
  /** Charges of as many days as this month has had. */
  readonly sameDays: MinorMoney
  readonly whole: MinorMoney
  /** What counted against the budget, day by day, in minor units. */
  readonly counted: readonly number[]
}

/** Costs by day; each row adds up to the day's total, the days to the report's. */
export interface DailyCosts {
  /** What the amounts of a day belong to, in their order. */
  readonly series: readonly string[]
  readonly days: readonly DailyCost[]
}

export interface DailyCost {
  readonly day: UtcDay
  readonly amounts: readonly number[]
  readonly total: number
  /** The part of it that counts against the budget. */
  readonly counted: number
  /** How much of the day's cost is on the bill yet, 0 to 1. */
  readonly complete: number
}

export type BudgetState = 'within' | 'mayExceed' | 'willExceed' | 'over'

export interface BudgetVerdict {
  readonly phase: string
  readonly title: string
  readonly users: number
  readonly includesGst: boolean
  readonly budget: MinorMoney
  /** What counts against it so far. */
  readonly spent: MinorMoney
  readonly left: MinorMoney
  readonly usedPercent: number
  readonly forecastPercent: number | null
  readonly state: BudgetState
  /** Add up to `spent`, the last one being what no category names. */
  readonly categories: readonly CategoryVerdict[]
}

export interface CategoryVerdict {
  readonly name: string
  readonly title: string
  readonly budget: MinorMoney
  readonly spent: MinorMoney
  readonly usedPercent: number | null
}

export interface GstFacts {
  readonly percent: number
  /** Tax lines on the bill; null when there are none yet. */
  readonly billed: MinorMoney | null
  /** The percentage of what the bill comes to before tax. */
  readonly computed: MinorMoney
}

export interface ForecastFacts {
  /** What will count against the budget when the month has ended. */
  readonly expected: MinorMoney
  readonly low: MinorMoney
  readonly high: MinorMoney
  /** How often the month ends within them: 0.8. */
  readonly level: number
  readonly runRatePerDay: MinorMoney
  readonly basisDays: number
  readonly unsettledFrom: UtcDay
  readonly isYoung: boolean
}

/** The whole month, with what is not on the cloud's bill. */
export interface Outlook {
  readonly rows: readonly OutlookRow[]
  readonly total: OutlookRow
}

export interface OutlookRow {
  readonly title: string
  readonly low: MinorMoney
  readonly expected: MinorMoney
  readonly high: MinorMoney
}

export interface AnomalyFacts {
  readonly id: string
  readonly kind: AnomalyKind
  readonly service: string
  readonly firstDay: UtcDay
  readonly lastDay: UtcDay
  readonly isOngoing: boolean
  readonly isNew: boolean
  readonly expected: MinorMoney
  readonly actual: MinorMoney
  readonly excess: MinorMoney
  readonly score: number
  readonly cause: readonly {
    readonly usageType: string
    readonly region: string | null
    readonly excess: MinorMoney
  }[]
}

/** What is different from the last report of an earlier day. */
export interface ReportChanges {
  readonly since: {readonly at: string; readonly asOf: UtcDay}
  /** Null where the reports are of different months. */
  readonly total: MinorMoney | null
  /** Of days that the earlier report did not have. */
  readonly newDays: MinorMoney | null
  /** Of days that it had, which the bill has changed since. */
  readonly restated: MinorMoney | null
  /** The exchange rate, where it is another one; restated amounts have it in them. */
  readonly rate: {readonly from: string; readonly to: string} | null
  /** The services that moved most. */
  readonly services: readonly {readonly service: string; readonly delta: MinorMoney}[]
  readonly newAnomalies: readonly string[]
  readonly endedAnomalies: readonly string[]
  readonly budgetState: {readonly from: BudgetState; readonly to: BudgetState} | null
  readonly forecast: MinorMoney | null
}
