interface ForegroundRequest {
  /** The program and its words; no shell reads them. */
  readonly argv: readonly [string, ...string[]]
  readonly folder: string
  /** Each line of both outputs, as it comes. */
  readonly onLine: (line: string) => void
}

/** A program that runs until it ends or the user stops it. */
export interface Foreground {
  /**
   * In a process group of its own. Ctrl-C ends the whole group, the second one kills it; nothing of the
   * group is left when this returns. Throws `failed` CANNOT_RUN for a program that does not start.
   */
  run(request: ForegroundRequest): Promise<{readonly code: number; readonly isStopped: boolean}>
}
