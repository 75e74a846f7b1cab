import {identifier, literal} from '../../../ports/sql-text.js'
import type {ColumnShape, RelationShape} from './shape.js'

/** What all made-up values of one tenant's row are derived from. */
export interface CanarySeed {
  readonly tenantId: string
  readonly uuid: string
  /** Begins with what differs, since short columns cut it. */
  readonly text: string
  readonly number: number
}

interface CanaryOptions {
  /** The seed of single columns, where it is another one. */
  readonly seedOf?: (column: string) => CanarySeed
  /** Leaves tenant_id to the default. */
  readonly isDefault?: boolean
}

/**
 * An INSERT of one made-up row: keys and whatever must be there, by type; text wherever it may be, so
 * that a view without tenant_id shows it too. What a CHECK restricts is taken from a row that is there.
 */
export function canaryInsert(
  schema: string,
  table: RelationShape,
  seed: CanarySeed,
  {seedOf = () => seed, isDefault = false}: CanaryOptions = {},
): string {
  const target = `${identifier(schema)}.${identifier(table.name)}`
  const chosen = table.columns.filter(
    (column) => isWritten(column) && !(isDefault && column.name === 'tenant_id'),
  )
  const values = chosen.map((column) =>
    column.name === 'tenant_id'
      ? literal(seed.tenantId)
      : (valueOf(column, seedOf(column.name)) ?? `sample.${identifier(column.name)}`),
  )
  const names = chosen.map(({name}) => identifier(name)).join(', ')
  const source = values.some((value) => value.startsWith('sample.'))
    ? ` FROM (SELECT * FROM ${target} LIMIT 1) sample`
    : ''
  return `INSERT INTO ${target} (${names}) SELECT ${values.join(', ')}${source}`
}

function isWritten(column: ColumnShape): boolean {
  const {name, category, isRequired, hasDefault, isKey, isChecked} = column
  if (name === 'tenant_id') return true
  // The default of a time is the running month's partition.
  if (hasDefault && (!isKey || category === 'D')) return false
  return isRequired || isKey || (category === 'S' && !isChecked)
}

/** SQL for a value of the column's type; undefined where only a row that is there can tell. */
function valueOf({type, category, length, label, isChecked}: ColumnShape, seed: CanarySeed) {
  if (isChecked) return undefined
  if (category === 'S') return literal(length === 0 ? seed.text : seed.text.slice(0, length))
  if (category === 'N') return String(seed.number)
  if (category === 'E') return label === null ? undefined : literal(label)
  if (category === 'U') return odd[type]?.(seed)
  return plain[category]
}

const plain: Readonly<Record<string, string>> = {
  A: "'{}'",
  B: 'false',
  D: 'now()',
  I: "'127.0.0.1'",
  R: "'empty'",
  T: "'1 day'",
}

const odd: Readonly<Record<string, (seed: CanarySeed) => string>> = {
  uuid: ({uuid}) => `${literal(uuid)}::uuid`,
  json: () => "'{}'",
  jsonb: () => "'{}'",
  bytea: ({text}) => `convert_to(${literal(text)}, 'UTF8')`,
}
