/** What JSON can hold; what a record carries. Never a secret. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | {readonly [key: string]: Json}

/** One planned change: what it touches and why. */
export interface Step {
  /** Unique in its plan, stable between runs: `stack.start.postgres`, `tenant.create.lic`. */
  readonly id: string
  /** What will be done, in the user's words: "Start postgres on port 5432". */
  readonly title: string
  /** What was observed that makes it necessary. */
  readonly why: string
  /** How it is taken back; `no` where nature does not allow it. */
  readonly undo: 'automatic' | 'no'
  /** What the step will use: paths, ports, versions, SQL digests. */
  readonly detail?: {readonly [key: string]: Json}
}

export type RunOutcome = 'done' | 'failed' | 'interrupted'

/** One run as read back. `open`: its process ended without saying how. */
export interface JournalRun {
  readonly id: string
  readonly command: string
  readonly startedAt: string
  readonly endedAt: string | undefined
  readonly outcome: RunOutcome | 'open'
  readonly plan: readonly Step[]
  readonly finished: readonly FinishedStep[]
  readonly failed: readonly FailedStep[]
  /** The run that took this one back. */
  readonly undoneBy: string | undefined
}

export interface FinishedStep {
  readonly id: string
  readonly at: string
  /** All that undoing it needs. */
  readonly undo: Json | undefined
}

export interface FailedStep {
  readonly id: string
  readonly at: string
  readonly code: string
  readonly message: string
}

/** The run being written. Every method returns after its record is fsynced. */
export interface RunWriter {
  readonly id: string
  done(stepId: string, undo?: Json): Promise<void>
  failed(stepId: string, code: string, message: string): Promise<void>
  end(outcome: RunOutcome): Promise<void>
}

/**
 * Append-only and durable: when a call returns, its record survives SIGKILL and power loss.
 * A torn last record (found by its checksum) is dropped; one in the middle is an error.
 */
export interface Journal {
  /** Records the whole plan before anything is touched. Throws LOCKED while another process writes. */
  begin(command: string, plan: readonly Step[], undoes?: string): Promise<RunWriter>
  /** Oldest first. Needs no lock: readers never wait for the writer. */
  runs(): Promise<readonly JournalRun[]>
  /** Holds the workspace's one writer lock until `release` or the end of the process. Re-entrant in one process. */
  lock(purpose: string): Promise<{release(): Promise<void>}>
}
