import type {BillDay} from './bill-pages.js'
import type {CostLine, DayWindow, UtcDay} from './costs.js'

/** What is known of one day. Times are ISO. */
export interface KnownDay {
  readonly isEstimated: boolean
  /** When it was last asked for. */
  readonly confirmedAt: string
  /** Since when it has been seen with these very amounts and not estimated; undefined: not so now. */
  readonly settledSince: string | undefined
}

/** The last value of one service and record type before a day was restated, and the one after. */
export interface StoredRestatement {
  readonly day: UtcDay
  readonly service: string
  readonly recordType: string
  readonly seenAt: string
  readonly ageDays: number
  readonly before: bigint
  readonly after: bigint
}

/** Everything kept of one bill, as it stood when it was read. */
export interface StoredCosts {
  /** Whose bill it is, where that is known. */
  readonly account: string | undefined
  readonly days: ReadonlyMap<UtcDay, KnownDay>
  /** ISO time of the newest whole answer; undefined when there is none. */
  readonly fetchedAt: string | undefined
  /** The currency of the newest day that has one. */
  readonly currency: string | undefined
  /** Sorted by day, service, record type. */
  lines(window: DayWindow): readonly CostLine[]
  /** Usage types of one service, of the newest answer that covers the window. */
  detail(service: string, window: DayWindow): KnownDetail | undefined
  readonly restatements: readonly StoredRestatement[]
  /** Requests of a month, `2026-11`, that were or may have been paid for. */
  requestsIn(month: string): number
}

export interface KnownDetail {
  readonly fetchedAt: string
  readonly window: DayWindow
  readonly lines: readonly CostLine[]
}

/** A whole answer, all its pages. */
export interface WholeAnswer {
  readonly at: string
  readonly account: string | undefined
  readonly window: DayWindow
  readonly service: string | undefined
  readonly days: readonly BillDay[]
}

/** How a request ended: paid for, certainly not paid for, or nobody knows. */
export type RequestOutcome = 'billed' | 'free' | 'lost'

/** Writing in the store; held by one process at a time. */
export interface CostWriter {
  /** What is stored now, own writing included. */
  known(): StoredCosts
  /**
   * Durable before the request may be sent: a killed process's request counts. Throws REQUEST_CAP
   * when the month has had `cap` already. Returns the id that `settle` takes.
   */
  reserve(request: {
    readonly at: string
    readonly what: string
    readonly cap: number
  }): Promise<number>
  settle(id: number, outcome: RequestOutcome): Promise<void>
  /** Keeps an answer; what a day had before stays in the file. */
  keep(answer: WholeAnswer): Promise<void>
  release(): Promise<void>
}

/** Append-only and durable: what was written survives SIGKILL and power loss. */
export interface CostStore {
  /** Needs no lock. Throws COSTS_DAMAGED where a record was changed after it was written. */
  read(): Promise<StoredCosts>
  /** Waits for another writer; throws LOCKED when that takes too long. Ends with the process. */
  write(purpose: string): Promise<CostWriter>
}
