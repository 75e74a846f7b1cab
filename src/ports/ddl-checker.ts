/** Finds DDL that locks, rewrites or breaks what runs: squawk. */
export interface DdlChecker {
  /** Names program and version: what its findings depend on. */
  readonly version: string
  /** One list of findings a file, in the order given. Throws `notReady` when it is not installed. */
  check(files: readonly DdlFile[], options: DdlOptions): Promise<readonly (readonly DdlFinding[])[]>
}

export interface DdlFile {
  readonly sql: string
  /** The runner wraps it in a transaction. */
  readonly isInTransaction: boolean
}

export interface DdlOptions {
  readonly excluded: readonly string[]
}

export interface DdlFinding {
  readonly rule: string
  /** From 1. */
  readonly line: number
  readonly message: string
  readonly fix: string | undefined
}
