import type {MinorMoney} from './money.js'

/** A day of the UTC calendar, `2026-11-24`. */
export type UtcDay = string

export interface DayWindow {
  readonly start: UtcDay
  /** Exclusive. */
  readonly end: UtcDay
}

/** One line of a bill: what one service cost on one day under one record type. */
export interface CostLine {
  readonly day: UtcDay
  /** As the bill names it: "Amazon Elastic Container Service". */
  readonly service: string
  /** As found, never enumerated in code except to classify: Usage, Tax, Credit, Refund, ... */
  readonly recordType: string
  /** Only where the source tells: "APS3-Fargate-vCPU-Hours:perCPU". */
  readonly usageType: string | undefined
  readonly region: string | undefined
  /** NetUnblendedCost (cash) in 10^-12 of `currency`. */
  readonly billed: bigint
  /** NetAmortizedCost in 10^-12 of `currency`. */
  readonly amortized: bigint
  readonly currency: string
  readonly isEstimated: boolean
}

/** A value that a day had before it was restated. */
export interface Restatement {
  readonly day: UtcDay
  readonly service: string
  /** ISO time of the fetch that brought the new value. */
  readonly seenAt: string
  /** Whole days between the end of `day` and `seenAt`. */
  readonly ageDays: number
  /** Amortized, in 10^-12 of the ledger's currency. */
  readonly before: bigint
  readonly after: bigint
}

/**
 * Everything a report is computed from. Lines are unique by (day, service, recordType, usageType,
 * region) and sorted by day.
 */
export interface CostLedger {
  readonly window: DayWindow
  readonly currency: string
  readonly lines: readonly CostLine[]
  /** When the source last answered, an ISO time; for its age. */
  readonly fetchedAt: string
  /** What it is: "Cost Explorer, account 1234" or "FOCUS export FILE". */
  readonly source: string
  /** What getting it cost, this run; `thisMonth` where requests are counted against a cap. */
  readonly spent: CostSpent & {
    readonly thisMonth?: {readonly requests: number; readonly cap: number}
  }
  /** Undefined when fresh and whole; else why it is old or short. */
  readonly degraded: Degradation | undefined
  /** Earlier values of days that were restated later, oldest first; calibrates maturity. */
  readonly restatements: readonly Restatement[]
}

/** Requests that were or may have been paid for. */
export interface CostSpent {
  readonly requests: number
  readonly cost: MinorMoney
}

export interface Degradation {
  readonly code: string
  readonly message: string
  readonly hints: readonly string[]
}

/** Where costs come from. */
export interface CostSource {
  /**
   * One ledger for the window; at most one billable request (a page more for each next page) when
   * something is missing, none when not. What fails leaves the last good data, `degraded`; without
   * any it throws.
   */
  ledger(window: DayWindow): Promise<CostLedger>
  /**
   * Usage types and regions of one service in a window; may cost one more request. Undefined when
   * the budget of requests does not allow it, or the source cannot tell.
   */
  detail(service: string, window: DayWindow): Promise<readonly CostLine[] | undefined>
  /** What all calls of this run cost so far, details included. */
  spent(): CostSpent
}
