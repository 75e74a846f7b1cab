import type {UtcDay} from './costs.js'

/** What is kept of a report, for the next one to be compared with. Amounts in minor units. */
export interface ReportRecord {
  /** ISO time of the report. */
  readonly at: string
  readonly month: string
  readonly asOf: UtcDay
  readonly currency: string
  readonly phase: string
  readonly budgetState: string
  readonly total: number
  /** The same in 10^-12 of a unit, a whole number: days are compared exactly, not as rounded. */
  readonly exactTotal: string
  /** The rate that it was converted at; null where nothing had to be. */
  readonly rate: string | null
  /** Null where there was no forecast. */
  readonly forecast: number | null
  readonly services: Readonly<Record<string, number>>
  readonly days: Readonly<Record<UtcDay, number>>
  readonly anomalies: readonly string[]
}

/** Whether a notice went out: `begun` stands when its sender was killed in between. */
export type SendState = 'new' | 'begun' | 'sent'

/** What mitra remembers of its reports; survives SIGKILL at any point. */
export interface ReportMemory {
  /**
   * One at a time over all processes of this machine: a second one waits, and throws LOCKED when that
   * takes too long. What is read inside is what others left.
   */
  exclusive<T>(act: () => Promise<T>): Promise<T>
  /** The newest record of a source made before `day`, of UTC. */
  lastBefore(source: string, day: UtcDay): Promise<ReportRecord | undefined>
  /** The newest record of a source. */
  last(source: string): Promise<ReportRecord | undefined>
  /** One a day and source is kept; the later one replaces the earlier. */
  remember(source: string, record: ReportRecord): Promise<void>
  sendState(noticeId: string, channel: string): Promise<SendState>
  /** Recorded before the notice leaves the house. */
  beginSend(noticeId: string, channel: string): Promise<void>
  finishSend(noticeId: string, channel: string): Promise<void>
  /** It certainly did not go out: as if it had never been begun. */
  abandonSend(noticeId: string, channel: string): Promise<void>
}
