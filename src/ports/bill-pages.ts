import {MitraError, type ErrorKind} from '../errors.js'
import type {DayWindow, UtcDay} from './costs.js'

/** One question to the bill, by the day. */
export interface BillQuery {
  readonly window: DayWindow
  /** The usage types of this service alone; without it, every service. */
  readonly service?: string
}

export interface BillLine {
  readonly service: string
  readonly recordType: string
  readonly usageType: string | undefined
  /** In 10^-12 of the day's currency. */
  readonly billed: bigint
  readonly amortized: bigint
}

export interface BillDay {
  readonly day: UtcDay
  readonly isEstimated: boolean
  /** Undefined for a day without costs where the bill names none. */
  readonly currency: string | undefined
  readonly lines: readonly BillLine[]
}

export interface BillPage {
  /** In order. The last day of one page and the first of the next may be the same. */
  readonly days: readonly BillDay[]
  /** Of the next page, to be asked with the same query. */
  readonly next: string | undefined
}

/** The bill itself. Each page is paid for, unless it fails in a way that says that it was not. */
export interface BillPages {
  /** Whose bill it is, twelve digits; undefined where that cannot be found out. Free. */
  account(): Promise<string | undefined>
  /** One request, never repeated here. Throws PageFailure. */
  page(query: BillQuery, token: string | undefined): Promise<BillPage>
}

interface PageFate {
  /** `maybe`: the answer was lost, and may have been paid for. */
  readonly charged: 'no' | 'maybe'
  /** What helps: the same page after a wait, or once more at once, or the first page again. */
  readonly retry: 'wait' | 'again' | 'restart' | 'never'
  readonly hints: readonly string[]
  readonly cause?: unknown
}

/** A page that did not come; it knows what it may have cost and whether asking again makes sense. */
export class PageFailure extends MitraError {
  readonly charged: PageFate['charged']
  readonly retry: PageFate['retry']

  constructor(kind: ErrorKind, code: string, message: string, fate: PageFate) {
    super(kind, code, message, fate)
    this.charged = fate.charged
    this.retry = fate.retry
  }
}
