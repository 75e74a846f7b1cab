/** Work that goes on when the command has ended. */
export interface Background {
  /** Starts mitra once more with these words, detached; returns at once. What it says is in its log. */
  start(argv: readonly string[]): Promise<void>
}
