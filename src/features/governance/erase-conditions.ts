import type {HoldRule} from '../../ports/retention-rules.js'
import {identifier, literal} from '../../ports/sql-text.js'
import type {PersonScope} from './person-scope.js'

/** What becomes of a person's rows, as SQL conditions on a row under an alias. */
export interface EraseConditions {
  /** The law keeps the row. */
  held(table: string, alias: string): string
  /** The day on which that ends; `infinity` where nothing says so yet. */
  heldUntil(table: string, alias: string): string
  /** The row stays, for the law, for its rule or for another row that needs it. */
  stays(table: string, alias: string): string
}

export function eraseConditions(scope: PersonScope): EraseConditions {
  const holdOf = (table: string) => scope.ruleOf(table)?.hold
  const held = (table: string, alias: string) => {
    const hold = holdOf(table)
    return hold === undefined ? 'false' : `${untilSql(hold, alias)} > now()`
  }
  const stays = (table: string, alias: string, depth: number): string => {
    if (scope.ruleOf(table)?.erase === 'redact') return 'true'
    const inner = `k${depth}`
    const needed = [...scope.owning, ...scope.naming].flatMap((edge) => {
      if (edge.to !== table || edge.isReleased || depth > scope.tables.length) return []
      const isNaming = scope.naming.includes(edge)
      const child = stays(edge.table, inner, depth + 1)
      const remains = isNaming ? `(NOT ${scope.own(edge.table, inner)} OR ${child})` : child
      if (remains === 'false') return []
      return [
        `EXISTS (SELECT FROM ${identifier(edge.table)} ${inner} WHERE ${inner}.${identifier(edge.column)} = ${alias}.${identifier(edge.toColumn)} AND ${remains})`,
      ]
    })
    const parts = [held(table, alias), ...needed].filter((part) => part !== 'false')
    return parts.length === 0 ? 'false' : `(${parts.join(' OR ')})`
  }
  return {
    held,
    heldUntil(table, alias) {
      const hold = holdOf(table)
      return hold === undefined ? 'NULL::timestamptz' : untilSql(hold, alias)
    },
    stays: (table, alias) => stays(table, alias, 1),
  }
}

/** Without a day to count from, and in a state that goes on, there is no end. */
export function untilSql({keep, from, while: states}: HoldRule, alias: string): string {
  const day = `${alias}.${identifier(from)}`
  const goesOn = Object.entries(states).map(
    ([column, values]) =>
      `coalesce(${alias}.${identifier(column)}::text, '') = ANY (ARRAY[${values.map(literal).join(', ')}]::text[])`,
  )
  const endless = [`${day} IS NULL`, ...goesOn].join(' OR ')
  return `CASE WHEN ${endless} THEN 'infinity'::timestamptz ELSE ${day}::timestamptz + ${literal(keep)}::interval END`
}
