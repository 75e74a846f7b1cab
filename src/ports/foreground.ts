interface ForegroundProgram {
  /** As the log calls it. */
  readonly name: string
  /** The program and its words; no shell reads them. */
  readonly argv: readonly [string, ...string[]]
  readonly folder: string
  /** `few`: the variables that any program needs. `all`: as if the user had called it. */
  readonly variables: 'few' | 'all'
  /** Gets each key that is typed into the terminal, except Ctrl-C. Without a terminal it gets nothing. */
  readonly takesKeys: boolean
  /** Each line of both outputs, as it comes. */
  readonly onLine: (line: string) => void
}

/** How it came that the programs ended. */
export interface ForegroundEnd {
  /** The user stopped them, by Ctrl-C or by a signal. */
  readonly isStopped: boolean
  /** The program that ended first, and its exit code: 128 and more for a signal. */
  readonly first: string
  readonly code: number
}

/** Programs that run until one of them ends or the user stops them. */
export interface Foreground {
  /**
   * Side by side, each in a process group of its own. Ctrl-C ends all groups, the second one kills them.
   * When a program ends by itself, the others are ended too. Nothing of any group is left when this
   * returns. Throws `failed` CANNOT_RUN, with nothing left running, for a program that does not start.
   */
  run(programs: readonly ForegroundProgram[]): Promise<ForegroundEnd>
}
