/** What is wrong at one place of a migration. */
export interface LintFinding {
  readonly rule: string
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly why: string
  readonly fix: string
}

/** The same, meant so, and why. */
export interface AllowedFinding extends LintFinding {
  readonly reason: string
}

/** What lint says of one file. */
export interface FileVerdict {
  readonly path: string
  readonly findings: readonly LintFinding[]
  readonly allowed: readonly AllowedFinding[]
}
