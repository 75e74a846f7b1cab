import {MitraError} from '../errors.js'

/** Something that people should hear of. */
export interface Notice {
  /** The same for the same news: receivers that can tell repeats apart do it by this. */
  readonly id: string
  readonly title: string
  /** Plain text; lines are kept. */
  readonly text: string
  /** For channels that show it (e-mail); others take the text. */
  readonly html?: string
  /** For channels that carry files (e-mail); others leave it out. */
  readonly attachment?: {readonly name: string; readonly type: string; readonly content: string}
  readonly severity: 'info' | 'warning' | 'critical'
}

/** One way to reach people. */
export interface Notifier {
  /** `slack`, `email`: as settings and flags call it. */
  readonly channel: string
  /**
   * Resolves when the receiver has taken it. Tries again by itself, within bounds, what may be tried
   * again; then throws a NotifyFailure. Nothing secret is in what it throws.
   */
  send(notice: Notice): Promise<void>
}

/** A dead man's switch: somebody else raises the alarm when nothing is heard of a run. */
export interface Heartbeat {
  /** A run has begun. */
  start(): Promise<void>
  success(): Promise<void>
  /** `reason` is shown by the receiver; nothing secret in it. */
  fail(reason: string): Promise<void>
}

/**
 * What is known of a notice that was not taken: refused for now, refused for good, or perhaps taken
 * (the connection ended before the answer).
 */
export type NotifyOutcome = 'retryLater' | 'refused' | 'unknown'

interface NotifyFailureDetails {
  readonly outcome: NotifyOutcome
  /** The receiver asks not to be tried before this ISO time. */
  readonly notBefore?: string | undefined
  readonly hints?: readonly string[]
}

/** Whoever keeps notices until they are taken reads `outcome` and `notBefore`. */
export class NotifyFailure extends MitraError {
  readonly outcome: NotifyOutcome
  readonly notBefore: string | undefined

  // Without a cause: what vendors throw quotes addresses, and those are the secret here.
  constructor(message: string, {outcome, notBefore, hints = []}: NotifyFailureDetails) {
    super('failed', 'NOTIFY_FAILED', message, {hints})
    this.outcome = outcome
    this.notBefore = notBefore
  }
}
