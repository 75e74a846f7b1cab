/** What a check of the Git workflow saw. */
export interface GitFinding {
  /** `branch-name`, or the rule as commitlint names it. */
  readonly rule: string
  readonly level: 'error' | 'warning'
  /** The commit; null for a branch and for a message that is no commit yet. */
  readonly commit: string | null
  /** The branch, or the first line of the message. */
  readonly subject: string
  /** Of the message, from 1; null for a branch. */
  readonly line: number | null
  readonly what: string
  readonly fix: string
}
