import type {UtcDay} from './costs.js'
import type {MinorMoney, Money} from './money.js'

/** What the bill may come to, phase by phase; checked when it was read. Phases ascend by users. */
export interface CostPlan {
  /** The file that it was read from, for messages. */
  readonly file: string
  readonly currency: string
  /** Whether the budgets have GST in them. */
  readonly includesGst: boolean
  /** By how much the number of users passes a border before the phase changes. */
  readonly hysteresisPercent: number
  readonly phases: readonly CostPhase[]
  readonly categories: readonly CostCategory[]
  readonly roadmap: Roadmap
}

export interface CostPhase {
  readonly name: string
  readonly title: string
  readonly users: number
  readonly budgetPerMonth: MinorMoney
  /** Whole percents that sum to 100, by name of category. */
  readonly shares: ReadonlyMap<string, number>
}

export interface CostCategory {
  readonly name: string
  readonly title: string
  /** The category that takes its services where a phase gives it no share. */
  readonly within: string | undefined
  /** Names as on the bill; a `*` at the end stands for any ending. */
  readonly services: readonly string[]
}

export interface Roadmap {
  readonly startUsers: number
  /** Without gaps, from month 1. */
  readonly stages: readonly RoadmapStage[]
}

export interface RoadmapStage {
  readonly title: string
  readonly firstMonth: number
  readonly lastMonth: number
  readonly phase: string
}

export type PriceKind = 'monthly' | 'yearly' | 'perUse' | 'oneTime' | 'free' | 'included'

/** Equal ends where it is no range. */
export interface PriceRange {
  readonly low: MinorMoney
  readonly high: MinorMoney
}

export interface Subscription {
  readonly name: string
  readonly section: string
  readonly group: string
  readonly purpose: string
  readonly kind: PriceKind
  /** For its own period: a year's for `yearly`; undefined for what is free or included. */
  readonly price: PriceRange | undefined
  readonly includedIn: string | undefined
  readonly includesGst: boolean
  /** The services under which the cloud's bill has it already; empty where it has its own. */
  readonly billedAs: readonly string[]
}

/** What the design says that a section comes to. */
export interface StatedTotal {
  readonly section: string
  readonly kind: 'monthly' | 'oneTime'
  readonly price: PriceRange
}

export interface SubscriptionList {
  readonly file: string
  readonly currency: string
  readonly subscriptions: readonly Subscription[]
  readonly stated: readonly StatedTotal[]
}

export interface ExchangeRate {
  readonly from: string
  readonly to: string
  /** What one unit of `from` is worth: a decimal, as written. */
  readonly rate: string
  readonly day: UtcDay
  readonly source: string
}

export interface ExchangeRates {
  readonly file: string
  readonly maxAgeDays: number
  readonly rates: readonly ExchangeRate[]
}

/** An amount in another currency, with what a reader needs to check it. */
export interface Converted {
  readonly money: Money
  /** Undefined where nothing had to be converted. */
  readonly rate: ExchangeRate | undefined
  /** The rate is older than allowed, or younger than the day that it is used for. */
  readonly warning: string | undefined
}

/** The three files together. */
export interface CostFiles {
  readonly plan: CostPlan
  readonly subscriptions: SubscriptionList
  readonly rates: ExchangeRates
}

/** What a month of the platform uses; each of them is a number of units that never falls with users. */
export const costQuantities = [
  'hours',
  'requests',
  'millionRequests',
  'vcpuHours',
  'memoryGbHours',
  'acuHours',
  'databaseGb',
  'storageGb',
  'transferGb',
  'logGb',
  'cacheGbHours',
  'millionTraces',
  'textUnits',
] as const

export type CostQuantity = (typeof costQuantities)[number]

/** What one user, one task, one request comes to; all above zero. */
export interface UsageFigures {
  readonly requestsPerUser: number
  /** The busiest hour against the mean. */
  readonly peakFactor: number
  readonly requestsPerTaskSecond: number
  readonly leastTasks: number
  readonly taskVcpu: number
  readonly taskMemoryGb: number
  readonly requestsPerAcuSecond: number
  readonly leastAcus: number
  readonly databaseMbPerUser: number
  readonly storageMbPerUser: number
  readonly transferKbPerRequest: number
  readonly logKbPerRequest: number
  readonly cacheMbPerUser: number
  readonly leastCacheGb: number
  readonly requestsPerTrace: number
  readonly textsPerUser: number
}

export interface DrivenItem {
  readonly of: CostQuantity
  /** Units that fall to each of it. */
  readonly per: number
  /** Of one unit. */
  readonly price: Money
  readonly unit: string
  readonly eachRegion: boolean
}

export interface DrivenService {
  /** As on the bill. */
  readonly service: string
  /** The first phase that has it; undefined for all. */
  readonly from: string | undefined
  readonly items: readonly DrivenItem[]
}

/** How the cost of a month follows from its users. */
export interface CostDrivers {
  readonly file: string
  readonly currency: string
  /** The day that the prices are of. */
  readonly pricesOf: UtcDay
  readonly usage: UsageFigures
  /** By name of phase; a phase that is not there runs in one. */
  readonly regions: ReadonlyMap<string, number>
  readonly services: readonly DrivenService[]
}
