/** One measured line: what, against what, how much, and whether that is within the target. */
export interface BenchRow {
  /** `mitra up, data present`. */
  readonly what: string
  /** The peer or floor of the same run: `versitygw started by hand, 0.12 s (0.11-0.15)`. */
  readonly against: string
  /** Median, and the span that it comes from: `0.41 s (0.38-0.52), n 7`. */
  readonly measured: string
  /** What the target compares, in its own unit: `1.9x`, `+0.21 s`, `62 MB`. */
  readonly result: string
  /** Of this row alone, where a case has several. */
  readonly target?: string
  /** Undefined where the row only informs. */
  readonly isMet: boolean | undefined
}

/** Measures one thing beside its peer, both interleaved in the same run. */
export interface BenchCase {
  readonly name: string
  /** As the reader sees it: `<= 1.3x of the slowest single service + 0.4 s`. */
  readonly target: string
  /** Throws `NotHere` where this machine lacks a part. */
  run(): Promise<BenchRow[]>
  /** How it was measured, one sentence each; asked for when it has run. */
  readonly notes?: () => readonly string[]
}

/** This machine lacks a part of the case: reported in one line, no failure. */
export class NotHere extends Error {}
