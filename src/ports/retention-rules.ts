import type {MitraError} from '../errors.js'

/** `90 days`, as it is written and as Postgres reads it. */
export type Period = string

/** Rows that must be kept. */
export interface HoldRule {
  readonly keep: Period
  /** The column with the day from which the period runs. */
  readonly from: string
  /** Held without an end while a column has one of these values. */
  readonly while: Readonly<Record<string, readonly string[]>>
  readonly mode: 'redact' | 'refuse'
  readonly basis: string
  /** Counsel has confirmed source and period. */
  readonly confirmed: boolean
}

/** When rows go by themselves. */
export interface RetainRule {
  readonly keep: Period
  /** The column with a row's day; undefined for whole partitions. */
  readonly from: string | undefined
  readonly action: 'delete' | 'redact' | 'drop' | 'archive' | 'detach'
}

export interface TableRule {
  readonly purpose: string
  readonly erase: 'delete' | 'redact' | undefined
  /** Columns that are emptied. */
  readonly redact: readonly string[]
  readonly hold: HoldRule | undefined
  readonly retain: RetainRule | undefined
}

/** A column that refers to a row of another table. */
export interface ColumnReference {
  readonly table: string
  readonly column: string
}

/** What is kept about people, how long and why: retention.yml, read and checked. */
export interface RetentionRules {
  readonly file: string
  readonly monthsAhead: number
  readonly person: {
    readonly table: string
    readonly findBy: readonly string[]
    readonly withhold: readonly string[]
    readonly mentions: readonly ColumnReference[]
    readonly references: readonly (ColumnReference & {readonly to: string})[]
  }
  readonly tables: ReadonlyMap<string, TableRule>
  /** An error about a part of the file, with its line. */
  readonly refuse: (
    path: readonly (string | number)[],
    message: string,
    hints?: readonly string[],
  ) => MitraError
}
