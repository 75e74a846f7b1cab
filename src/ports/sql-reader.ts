/** SQL read by Postgres' own grammar, in the few words that rules ask about. */
export interface SqlReader {
  /** Never throws for what the text holds: what cannot be read is the `problem`. */
  read(sql: string): Promise<ReadSql>
}

export interface ReadSql {
  /** In the order of the text; what stands in bodies follows the statement that holds it. */
  readonly statements: readonly SqlStatement[]
  readonly comments: readonly SqlComment[]
  /** The first thing that is no SQL; there are no statements then. */
  readonly problem: {readonly message: string; readonly offset: number} | undefined
}

/** Offsets are indexes into the text that was read. */
export interface SqlSpan {
  readonly start: number
  readonly end: number
}

export interface SqlComment extends SqlSpan {
  readonly text: string
}

export interface SqlStatement extends SqlSpan {
  /** The statement of the script that holds it; its own span where it stands in none. */
  readonly outer: SqlSpan
  /** `later`: in the body of a function, which the script makes and does not run. */
  readonly runs: 'now' | 'later'
  readonly act: SqlAct
  readonly names: readonly MentionedName[]
  readonly texts: readonly MentionedText[]
  readonly calls: readonly SqlCall[]
}

/** A name as it is written. */
export interface SqlName {
  readonly schema: string | undefined
  readonly name: string
}

export interface MentionedName extends SqlName {
  readonly kind: 'relation' | 'function' | 'type' | 'schema'
  readonly offset: number
}

export interface MentionedText {
  readonly value: string
  readonly offset: number
}

/** A call of a function. An argument is its text where it is a constant, cast or not. */
export interface SqlCall extends SqlName {
  readonly arguments: readonly (string | boolean | undefined)[]
  readonly offset: number
}

/** What the columns of a key are; undefined stands for an expression. */
export type KeyColumns = readonly (string | undefined)[]

export interface SqlColumn {
  readonly name: string
  readonly isNotNull: boolean
}

export type SqlConstraint =
  | {readonly is: 'primary' | 'unique'; readonly columns: KeyColumns; readonly index?: string}
  /** Columns that are compared with `=`. */
  | {readonly is: 'exclusion'; readonly columns: KeyColumns}
  | {
      readonly is: 'foreign'
      readonly columns: KeyColumns
      readonly to: SqlName
      /** Empty: the primary key of the other table. */
      readonly toColumns: KeyColumns
    }
  | {readonly is: 'not-null'; readonly columns: KeyColumns}

export type TableChange =
  | {readonly is: 'add-column'; readonly column: SqlColumn}
  | {readonly is: 'drop-column' | 'set-not-null' | 'drop-not-null'; readonly column: string}
  | {readonly is: 'add-constraint'; readonly constraint: SqlConstraint}
  | {readonly is: 'enable-rls' | 'disable-rls' | 'force-rls' | 'no-force-rls'}
  | {readonly is: 'attach-partition'; readonly partition: SqlName}
  | {readonly is: 'detach-partition'; readonly partition: SqlName; readonly isConcurrent: boolean}
  | {readonly is: 'set-options' | 'reset-options'; readonly options: ReadonlyMap<string, string>}
  | {readonly is: 'other'}

export interface CreateTable {
  readonly is: 'create-table'
  readonly table: SqlName
  readonly columns: readonly SqlColumn[]
  readonly constraints: readonly SqlConstraint[]
  readonly partitionOf: SqlName | undefined
  /** Undefined: it is not partitioned. */
  readonly partitionKey: KeyColumns | undefined
  readonly like: readonly SqlName[]
  readonly inherits: readonly SqlName[]
  readonly isTemporary: boolean
}

export interface CreateFunction {
  readonly is: 'create-function'
  readonly name: SqlName
  readonly language: string
  /** A body that the server keeps as text and reads at each call. */
  readonly hasTextBody: boolean
  readonly isDefiner: boolean
  /** The function's own `SET`s: name to value, lists joined by a comma and a space. */
  readonly settings: ReadonlyMap<string, string>
}

export interface CreatePolicy {
  readonly is: 'policy'
  readonly table: SqlName
  readonly name: string
  readonly isPermissive: boolean
  /** Whom it is for; empty for PUBLIC, and where it is left as it was. */
  readonly roles: readonly string[]
  /** Columns that its conditions look at; a condition that is constant looks at none. */
  readonly conditions: readonly {readonly columns: readonly string[]}[]
}

export interface SqlGrant {
  readonly is: 'grant'
  readonly isDefault: boolean
  /** `table`, `function`, `schema`, ... */
  readonly on: string
  /** In small letters; empty for ALL. */
  readonly privileges: readonly string[]
  readonly isToPublic: boolean
  readonly roles: readonly string[]
}

export type SqlAct =
  | CreateTable
  | CreateFunction
  | CreatePolicy
  | SqlGrant
  | {
      readonly is: 'create-table-as'
      readonly table: SqlName
      readonly isTemporary: boolean
    }
  | {readonly is: 'alter-table'; readonly table: SqlName; readonly changes: readonly TableChange[]}
  | {
      readonly is: 'create-index'
      readonly table: SqlName
      readonly name: string | undefined
      readonly columns: KeyColumns
      readonly isUnique: boolean
      readonly isConcurrent: boolean
    }
  | {
      readonly is: 'drop'
      readonly what: string
      readonly names: readonly SqlName[]
      readonly isConcurrent: boolean
    }
  | {
      readonly is: 'rename'
      readonly what: string
      readonly table: SqlName | undefined
      readonly column: string | undefined
      readonly newName: string
    }
  | {
      readonly is: 'alter-function'
      readonly name: SqlName
      readonly isDefiner: boolean | undefined
      readonly settings: ReadonlyMap<string, string>
      readonly dropsSettings: boolean
    }
  | {
      readonly is: 'create-view'
      readonly view: SqlName
      readonly isMaterialized: boolean
      readonly options: ReadonlyMap<string, string>
    }
  | {readonly is: 'set'; readonly setting: string; readonly isLocal: boolean}
  | {readonly is: 'reset'; readonly setting: string}
  | {readonly is: 'role'; readonly role: string; readonly options: readonly string[]}
  /** What Postgres refuses inside a transaction, as it is written: `VACUUM`. */
  | {readonly is: 'outside-transaction'; readonly words: string}
  /** A body that the grammar of its language does not take. */
  | {readonly is: 'unreadable-body'; readonly message: string}
  | {readonly is: 'other'; readonly kind: string}
