import {MitraError} from '../../errors.js'
import {identifier} from '../../ports/sql-text.js'
import type {ColumnReference, RetentionRules, TableRule} from '../../ports/retention-rules.js'
import type {TableEdge, TableMap, MappedTable} from './table-map.js'

/** The tables with rows of a person, and the references that decide it. `$1` is the person's key. */
export interface PersonScope {
  /** The person's own table first; a table comes after all that it refers to. */
  readonly tables: readonly MappedTable[]
  /** References by which a row is the person's. */
  readonly owning: readonly TableEdge[]
  /** References that only name a person. */
  readonly naming: readonly TableEdge[]
  ruleOf(table: string): TableRule | undefined
  /** The own key of any table of the tenant. */
  keyOf(table: string): string
  /** True for a row, under that alias, that is the person's. */
  own(table: string, alias: string): string
}

export function personScope(rules: RetentionRules, map: TableMap): PersonScope {
  const edges = [...map.edges, ...softEdges(rules, map)].filter(({table, to}) => table !== to)
  const isNaming = (edge: ColumnReference) =>
    rules.person.mentions.some(({table, column}) => table === edge.table && column === edge.column)
  const reached = reachableTables(
    rules.person.table,
    edges.filter((edge) => !isNaming(edge)),
  )
  const owning = edges.filter((edge) => !isNaming(edge) && reached.has(edge.to))
  const naming = edges.filter((edge) => isNaming(edge) && reached.has(edge.to))
  const root = tableOf(rules.person.table, map)
  const own = (table: string, alias: string, path: readonly string[] = []): string => {
    if (table === root.name) return `${alias}.${identifier(root.key)} = $1`
    const parts = owning
      .filter((edge) => edge.table === table && !path.includes(edge.to))
      .map(({column, to, toColumn}) => {
        const inner = `o${path.length + 1}`
        const parent = own(to, inner, [...path, table])
        return `${alias}.${identifier(column)} IN (SELECT ${inner}.${identifier(toColumn)} FROM ${identifier(to)} ${inner} WHERE ${parent})`
      })
    return parts.length === 0 ? 'false' : `(${parts.join(' OR ')})`
  }
  return {
    tables: inOrder(root.name, reached, owning).map((name) => tableOf(name, map)),
    owning,
    naming,
    ruleOf: (table) => rules.tables.get(table) ?? rules.tables.get(table.replace(monthName, '')),
    keyOf: (table) => tableOf(table, map).key,
    own: (table, alias) => own(table, alias),
  }
}

// A month that was detached and kept has the rule of the table it came from.
const monthName = /_\d{4}_\d{2}$/

function softEdges(rules: RetentionRules, map: TableMap): readonly TableEdge[] {
  return rules.person.references.map(({table, column, to}) => ({
    table,
    column,
    to,
    toColumn: tableOf(to, map).key,
    isReleased: false,
  }))
}

function tableOf(name: string, map: TableMap): MappedTable {
  const table = map.tables.get(name)
  if (table !== undefined) return table
  throw new MitraError('bug', 'NO_TABLE', `There is no table ${name}.`)
}

function reachableTables(root: string, edges: readonly TableEdge[]): ReadonlySet<string> {
  const reached = new Set([root])
  for (let size = 0; size < reached.size;) {
    size = reached.size
    for (const {table, to} of edges) if (reached.has(to)) reached.add(table)
  }
  return reached
}

/** Parents before children; what refers to each other in a circle comes in the order of names. */
function inOrder(
  root: string,
  reached: ReadonlySet<string>,
  owning: readonly TableEdge[],
): readonly string[] {
  const placed: string[] = [root]
  const waiting = new Set([...reached].filter((name) => name !== root).toSorted())
  while (waiting.size > 0) {
    const next =
      [...waiting].find((name) =>
        owning.every(({table, to}) => table !== name || !waiting.has(to) || to === name),
      ) ?? [...waiting][0]
    if (next === undefined) break
    placed.push(next)
    waiting.delete(next)
  }
  return placed
}
