import type {Secret} from './secrets.js'

interface ProgramRequest {
  /** The program and its words; no shell reads them. */
  readonly argv: readonly [string, ...string[]]
  /** Absolute. A program named with a slash is looked for from here. */
  readonly folder: string
  /** Added to the few variables that any program needs; the only way a secret gets to one. */
  readonly environment?: Readonly<Record<string, string | Secret>>
  readonly timeoutMs?: number
  /** Each line of both outputs, as it comes. */
  readonly onLine?: (line: string) => void
}

/** Programs that are not ours, run to their end. */
export interface Programs {
  /** Any exit code is an answer; throws `failed` CANNOT_RUN for a program that does not start. */
  run(request: ProgramRequest): Promise<{readonly code: number; readonly lastLine: string}>
}
