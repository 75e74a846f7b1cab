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

interface AttachRequest {
  readonly argv: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string | Secret>>
  /** Its standard output goes to ours of errors: ours holds one document. */
  readonly isQuiet: boolean
}

/** Programs that are not ours, run to their end. */
export interface Programs {
  /**
   * On our own input, output and environment, in the folder that mitra was called in, as if the user had
   * called it. Any exit code is an answer, 128 and more for a signal; throws `failed` CANNOT_RUN.
   */
  attach(request: AttachRequest): Promise<{readonly code: number}>
  /** Any exit code is an answer; throws `failed` CANNOT_RUN for a program that does not start. */
  run(request: ProgramRequest): Promise<{
    readonly code: number
    readonly lastLine: string
    /** All of its standard output. */
    readonly output: string
  }>
}
