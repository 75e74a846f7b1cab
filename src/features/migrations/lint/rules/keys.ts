import type {
  KeyColumns,
  SqlConstraint,
  SqlName,
  SqlStatement,
} from '../../../../ports/sql-reader.js'
import {createdTable, tableKey, tableOf, type KnownTable} from '../known-tables.js'
import type {LintRule, RuleContext, Violation} from '../rule.js'

interface Key {
  readonly table: SqlName
  readonly columns: KeyColumns
  readonly word: string
  /** The table with the change made, as far as it is known. */
  readonly at: KnownTable | undefined
}

/** A key over all tenants tells one tenant what another has: the error names the value. */
export const uniqueWithoutTenant: LintRule = {
  id: 'unique-without-tenant',
  look(statement, context) {
    if (context.scope !== 'tenant') return []
    return keysOf(statement, context).flatMap(({table, columns, word, at}) => {
      if (columns.includes('tenant_id') || at?.isTemporary === true) return []
      return [
        {
          why: `${word} of ${table.name} holds without tenant_id: its error would tell of another tenant's row.`,
          fix: `Make it (tenant_id, ${shown(columns)}).`,
        },
      ]
    })
  },
}

/** Postgres refuses such a key, and each partition would be unique by itself only. */
export const uniqueWithoutPartitionKey: LintRule = {
  id: 'unique-without-partition-key',
  look(statement, context) {
    return keysOf(statement, context).flatMap(({table, columns, word, at}) => {
      const missing = (at?.partitionKey ?? []).filter((column) => !columns.includes(column))
      if (missing.length === 0) return []
      return [
        {
          why: `${word} of ${table.name} lacks ${shown(missing)}, by which the table is partitioned.`,
          fix: `Make it (${shown([...columns, ...missing])}).`,
        },
      ]
    })
  },
}

function shown(columns: KeyColumns): string {
  return columns.map((column) => column ?? 'an expression').join(', ')
}

function keysOf({act}: SqlStatement, {known, scope}: RuleContext): readonly Key[] {
  if (act.is === 'create-index') {
    const {table, columns, isUnique} = act
    const word = `The unique index ${act.name ?? ''}`.trim()
    return isUnique ? [{table, columns, word, at: tableOf(known, table, scope)}] : []
  }
  if (act.is === 'create-table') {
    const at = createdTable(act, known, scope)
    return act.constraints.flatMap((one) => keyOf(one, act.table, at))
  }
  if (act.is !== 'alter-table') return []
  const at = tableOf(known, act.table, scope)
  return act.changes.flatMap((change) => {
    if (change.is !== 'add-constraint') return []
    return keyOf(byIndex(change.constraint, known.indexes), act.table, at)
  })
}

/** `UNIQUE USING INDEX i` has the columns of i. */
function byIndex(
  constraint: SqlConstraint,
  indexes: ReadonlyMap<string, KeyColumns>,
): SqlConstraint {
  if (!('index' in constraint) || constraint.index === undefined) return constraint
  return {...constraint, columns: indexes.get(constraint.index) ?? []}
}

const words = {primary: 'The primary key', unique: 'UNIQUE', exclusion: 'EXCLUDE'} as const

function keyOf(
  constraint: SqlConstraint,
  table: SqlName,
  at: KnownTable | undefined,
): readonly Key[] {
  const {is, columns} = constraint
  if (is === 'foreign' || is === 'not-null') return []
  return [{table, columns, word: words[is], at}]
}

/** A reference that is checked without tenant_id can point at the row of another tenant. */
export const foreignKeyWithoutTenant: LintRule = {
  id: 'foreign-key-without-tenant',
  look({act}, context) {
    if (context.scope !== 'tenant') return []
    if (act.is === 'create-table') {
      return act.constraints.flatMap((one) => foreign(one, act.table, context))
    }
    if (act.is !== 'alter-table') return []
    return act.changes.flatMap((change) =>
      change.is === 'add-constraint' ? foreign(change.constraint, act.table, context) : [],
    )
  },
}

function foreign(
  constraint: SqlConstraint,
  table: SqlName,
  {known, scope}: RuleContext,
): readonly Violation[] {
  if (constraint.is !== 'foreign') return []
  const {columns, to, toColumns} = constraint
  const target = tableOf(known, to, scope)
  if (isReferenceData(to, target) || isScoped(columns, toColumns, target)) return []
  const isSelf = tableKey(to, scope) === tableKey(table, scope)
  const row = isSelf ? 'a row' : `a row of ${to.name}`
  const others = shown(columns.filter((column) => column !== 'tenant_id'))
  return [
    {
      why: `The foreign key (${shown(columns)}) of ${table.name} can point at ${row} that belongs to another tenant.`,
      fix: `FOREIGN KEY (tenant_id, ${others}) REFERENCES ${to.name} (tenant_id, ...).`,
    },
  ]
}

/** Of all tenants alike: a table of shared_schema without tenant_id. */
function isReferenceData({schema}: SqlName, target: KnownTable | undefined): boolean {
  return schema === 'shared_schema' && target?.columns.has('tenant_id') !== true
}

/** tenant_id points at tenant_id; without columns it is the other table's primary key that counts. */
function isScoped(
  columns: KeyColumns,
  toColumns: KeyColumns,
  target: KnownTable | undefined,
): boolean {
  const at = columns.indexOf('tenant_id')
  if (at === -1) return false
  const others = toColumns.length > 0 ? toColumns : (target?.primaryKey ?? [])
  return others.length === 0 || others[at] === 'tenant_id'
}
