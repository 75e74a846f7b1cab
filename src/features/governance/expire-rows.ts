import type {Session} from '../../ports/database.js'
import type {TableRule} from '../../ports/retention-rules.js'
import {identifier, literal} from '../../ports/sql-text.js'
import {untilSql} from './erase-conditions.js'

// One transaction holds the rows of one batch, so that nobody waits for the whole.
const rowsAtOnce = 5000

/** The rows whose time was over at `$1`, but not those that must be kept; a query without its end. */
export function expiredRowsSql(table: string, {retain, hold, redact}: TableRule): string {
  const day = `t.${identifier(retain?.from ?? '')}`
  const parts = [
    `${day} IS NOT NULL`,
    `${day}::timestamptz + ${literal(retain?.keep ?? '')}::interval < $1::timestamptz`,
    ...(hold === undefined ? [] : [`NOT (${untilSql(hold, 't')} > now())`]),
    ...(retain?.action === 'redact'
      ? [`num_nonnulls(${redact.map((column) => `t.${identifier(column)}`).join(', ')}) > 0`]
      : []),
  ]
  return `SELECT t.* FROM ${identifier(table)} t WHERE ${parts.join(' AND ')}`
}

/** Deletes or empties one batch; returns how many rows, 0 at the end. */
export async function expireBatch(
  session: Session,
  {table, key, rule, now}: {table: string; key: string; rule: TableRule; now: Date},
): Promise<number> {
  const expired = expiredRowsSql(table, rule)
  const own = identifier(key)
  const keys = `SELECT x.${own} FROM (${expired}) x LIMIT ${rowsAtOnce}`
  const target = identifier(table)
  const sql =
    rule.retain?.action === 'redact'
      ? `UPDATE ${target} SET ${rule.redact.map((column) => `${identifier(column)} = NULL`).join(', ')} WHERE ${own} IN (${keys})`
      : `DELETE FROM ${target} WHERE ${own} IN (${keys})`
  const {rowCount} = await session.query(sql, [now.toISOString()])
  return rowCount
}
