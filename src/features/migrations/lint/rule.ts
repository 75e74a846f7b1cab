import type {MigrationScope} from '../../../ports/migration-files.js'
import type {SqlStatement} from '../../../ports/sql-reader.js'
import type {KnownTables} from './known-tables.js'

/** What a rule knows besides the statement that it looks at. */
export interface RuleContext {
  readonly scope: MigrationScope
  readonly isInTransaction: boolean
  /** Tables as they are when the statement runs, from every file before it. */
  readonly known: KnownTables
  /** Tables that this file puts under forced row level security, by their key. */
  readonly protected: ReadonlySet<string>
}

/** What is wrong with one statement and how it is done right. */
export interface Violation {
  readonly why: string
  readonly fix: string
  /** Where, when it is not the beginning of the statement. */
  readonly offset?: number
}

export interface LintRule {
  /** Stable: people write it behind `mitra:allow`. */
  readonly id: string
  /** It looks at what the file takes back, too. */
  readonly isForDown?: boolean
  /** It looks into the bodies of functions, too. */
  readonly isForBodies?: boolean
  readonly look: (statement: SqlStatement, context: RuleContext) => readonly Violation[]
}
