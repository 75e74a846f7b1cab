import type {MigrationScope} from '../../../ports/migration-files.js'
import type {
  CreateTable,
  KeyColumns,
  SqlAct,
  SqlName,
  SqlStatement,
  TableChange,
} from '../../../ports/sql-reader.js'

export interface KnownTable {
  readonly columns: ReadonlySet<string>
  readonly notNull: ReadonlySet<string>
  readonly primaryKey: KeyColumns
  readonly partitionKey: KeyColumns | undefined
  readonly isPartition: boolean
  readonly isTemporary: boolean
}

/** Tables by key, and the names of what shared_schema brings. */
export interface KnownTables {
  readonly tables: ReadonlyMap<string, KnownTable>
  /** Unique indexes that a constraint can take over: index to its columns. */
  readonly indexes: ReadonlyMap<string, KeyColumns>
  readonly functions: ReadonlySet<string>
}

export const nothingKnown: KnownTables = {
  tables: new Map(),
  indexes: new Map(),
  functions: new Set(),
}

/** `tenant.users`, `shared_schema.tenants`: a name without a schema is that of the file's own scope. */
export function tableKey({schema, name}: SqlName, scope: MigrationScope): string {
  return `${schema ?? (scope === 'tenant' ? 'tenant' : 'shared_schema')}.${name}`
}

/** What a text names that is cast to regclass: `claims`, `"Claims"`, `shared_schema.tenants`. */
export function textName(text: string): SqlName {
  const parts = text.split('.').map((part) => part.trim().replaceAll('"', ''))
  return {schema: parts.at(-2), name: parts.at(-1) ?? ''}
}

export function tableOf(
  known: KnownTables,
  name: SqlName,
  scope: MigrationScope,
): KnownTable | undefined {
  return known.tables.get(tableKey(name, scope))
}

/** What is known after the statement has run. */
export function afterStatement(
  known: KnownTables,
  {act, runs}: SqlStatement,
  scope: MigrationScope,
): KnownTables {
  if (runs === 'later') return known
  return afterCreate(known, act, scope) ?? afterChange(known, act, scope) ?? known
}

function afterCreate(
  known: KnownTables,
  act: SqlAct,
  scope: MigrationScope,
): KnownTables | undefined {
  if (act.is === 'create-table') {
    return withTable(known, tableKey(act.table, scope), createdTable(act, known, scope))
  }
  if (act.is === 'create-table-as') {
    const {table, isTemporary} = act
    return withTable(known, tableKey(table, scope), {...emptyTable, isTemporary})
  }
  if (act.is === 'create-index' && act.name !== undefined) {
    return {...known, indexes: new Map([...known.indexes, [act.name, act.columns]])}
  }
  if (act.is !== 'create-function') return undefined
  return {...known, functions: new Set([...known.functions, tableKey(act.name, scope)])}
}

function afterChange(
  known: KnownTables,
  act: SqlAct,
  scope: MigrationScope,
): KnownTables | undefined {
  if (act.is === 'rename') return renamed(known, act, scope)
  if (act.is === 'drop' && act.what === 'table') {
    return withoutTables(
      known,
      act.names.map((name) => tableKey(name, scope)),
    )
  }
  if (act.is !== 'alter-table') return undefined
  const key = tableKey(act.table, scope)
  const table = known.tables.get(key)
  return table === undefined
    ? known
    : withTable(known, key, act.changes.reduce(changedTable, table))
}

const emptyTable: KnownTable = {
  columns: new Set(),
  notNull: new Set(),
  primaryKey: [],
  partitionKey: undefined,
  isPartition: false,
  isTemporary: false,
}

/** Its own columns and those that it takes from a parent or a model. */
export function createdTable(
  act: CreateTable,
  known: KnownTables,
  scope: MigrationScope,
): KnownTable {
  const from = [act.partitionOf, ...act.like, ...act.inherits].flatMap((name) =>
    name === undefined ? [] : (tableOf(known, name, scope) ?? []),
  )
  const keys = act.constraints.flatMap((one) => (one.is === 'primary' ? one.columns : []))
  const required = act.constraints.flatMap((one) => (one.is === 'not-null' ? one.columns : keys))
  const own = act.columns.filter(({isNotNull}) => isNotNull).map(({name}) => name)
  return {
    columns: new Set([
      ...from.flatMap(({columns}) => [...columns]),
      ...act.columns.map(({name}) => name),
    ]),
    notNull: new Set([...from.flatMap(({notNull}) => [...notNull]), ...own, ...named(required)]),
    primaryKey: keys,
    partitionKey: act.partitionKey,
    isPartition: act.partitionOf !== undefined,
    isTemporary: act.isTemporary,
  }
}

function named(columns: KeyColumns): readonly string[] {
  return columns.filter((column) => column !== undefined)
}

function changedTable(table: KnownTable, change: TableChange): KnownTable {
  if (change.is === 'add-column') {
    const {name, isNotNull} = change.column
    const notNull = isNotNull ? [...table.notNull, name] : [...table.notNull]
    return {...table, columns: new Set([...table.columns, name]), notNull: new Set(notNull)}
  }
  if (change.is === 'drop-column') {
    return {...table, columns: without(table.columns, change.column)}
  }
  if (change.is === 'set-not-null') {
    return {...table, notNull: new Set([...table.notNull, change.column])}
  }
  if (change.is === 'drop-not-null') {
    return {...table, notNull: without(table.notNull, change.column)}
  }
  const isKey = change.is === 'add-constraint' && change.constraint.is === 'primary'
  return isKey ? {...table, primaryKey: change.constraint.columns} : table
}

function without(names: ReadonlySet<string>, gone: string): ReadonlySet<string> {
  return new Set([...names].filter((name) => name !== gone))
}

function withTable(known: KnownTables, key: string, table: KnownTable): KnownTables {
  return {...known, tables: new Map([...known.tables, [key, table]])}
}

function withoutTables(known: KnownTables, keys: readonly string[]): KnownTables {
  const left = [...known.tables].filter(([key]) => !keys.includes(key))
  return {...known, tables: new Map(left)}
}

function renamed(
  known: KnownTables,
  act: Extract<SqlAct, {readonly is: 'rename'}>,
  scope: MigrationScope,
): KnownTables {
  if (act.table === undefined) return known
  const key = tableKey(act.table, scope)
  const table = known.tables.get(key)
  if (table === undefined) return known
  if (act.what === 'table') {
    const to = tableKey({schema: act.table.schema, name: act.newName}, scope)
    return withTable(withoutTables(known, [key]), to, table)
  }
  const {column} = act
  if (column === undefined) return known
  const other = (name: string) => (name === column ? act.newName : name)
  const again = (names: ReadonlySet<string>) => new Set([...names].map(other))
  return withTable(known, key, {
    ...table,
    columns: again(table.columns),
    notNull: again(table.notNull),
    primaryKey: table.primaryKey.map((name) => (name === undefined ? name : other(name))),
  })
}
