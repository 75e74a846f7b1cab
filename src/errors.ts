/** Every way a command can end, and the code that scripts see. One table, nowhere else. */
export const exitCodes = {
  failed: 1,
  usage: 2,
  config: 3,
  notReady: 4,
  degraded: 5,
  refused: 6,
  bug: 70,
  locked: 75,
  interrupted: 130,
} as const

export type ErrorKind = keyof typeof exitCodes

interface Details {
  /** What the reader can do next, each line a full sentence or a command. */
  readonly hints?: readonly string[]
  readonly cause?: unknown
}

/** A failure we foresaw. Everything else that is thrown is a bug in mitra. */
export class MitraError extends Error {
  readonly kind: ErrorKind
  readonly code: string
  readonly hints: readonly string[]

  constructor(kind: ErrorKind, code: string, message: string, {hints = [], cause}: Details = {}) {
    super(message, cause === undefined ? {} : {cause})
    // oclif prints `error.name` in front of the message.
    this.name = 'Error'
    this.kind = kind
    this.code = code
    this.hints = hints
  }
}

/** The text of anything thrown, for messages that carry a vendor's own words. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Node's and Postgres's string codes (`ENOENT`, `28P01`), where there is one. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
