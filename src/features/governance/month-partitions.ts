import type {Session} from '../../ports/database.js'
import {identifier} from '../../ports/sql-text.js'
import {textRows} from './text-rows.js'

export interface MonthPartition {
  readonly name: string
  /** First day, `2026-11-01`. */
  readonly month: string
  /** The end, as an ISO time. */
  readonly until: string
}

/** Rows of one month that no partition was made for. */
export interface StrayRows {
  /** First day of the month; undefined for a time that has none. */
  readonly month: string | undefined
  readonly rows: number
}

/** A table that is partitioned by month. */
export interface MonthTable {
  readonly name: string
  readonly partitions: readonly MonthPartition[]
  readonly strays: readonly StrayRows[]
}

const partitionsSql = `SELECT p.relname, a.attname, c.relname,
    to_char(substring(bounds from 'FROM \\(''([^'']+)''\\)')::timestamptz, 'YYYY-MM-DD'),
    to_char(substring(bounds from 'TO \\(''([^'']+)''\\)')::timestamptz, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    bounds = 'DEFAULT'
  FROM pg_partitioned_table t
  JOIN pg_class p ON p.oid = t.partrelid
  JOIN pg_attribute a ON a.attrelid = p.oid AND a.attnum = t.partattrs[0]
  JOIN pg_inherits i ON i.inhparent = p.oid
  JOIN pg_class c ON c.oid = i.inhrelid
  CROSS JOIN LATERAL pg_get_expr(c.relpartbound, c.oid) bounds
 WHERE p.relnamespace = current_schema()::regnamespace AND t.partstrat = 'r' AND t.partnatts = 1
   AND c.relname ~ ('^' || p.relname || '_(\\d{4}_\\d{2}|default)$')
 ORDER BY 1, 3`

/** The tables of the session's tenant that are partitioned by month, and what lies outside of a month. */
export async function observeMonthTables(session: Session): Promise<readonly MonthTable[]> {
  const found = textRows(await session.query(partitionsSql))
  const names = [...new Set(found.map(([name = '']) => name))]
  const tables: MonthTable[] = []
  for (const name of names) {
    const own = found.filter(([parent]) => parent === name)
    const rest = own.find(([, , , , , isDefault]) => isDefault === 't')
    tables.push({
      name,
      partitions: own
        .filter((row) => row !== rest)
        .map(([, , partition = '', month = '', until = '']) => ({name: partition, month, until})),
      strays: rest === undefined ? [] : await observeStrays(session, rest[2] ?? '', rest[1] ?? ''),
    })
  }
  return tables
}

async function observeStrays(
  session: Session,
  rest: string,
  key: string,
): Promise<readonly StrayRows[]> {
  const column = identifier(key)
  const found = await session.query(
    `SELECT CASE WHEN isfinite(${column}) THEN to_char(date_trunc('month', ${column}), 'YYYY-MM-DD') END, count(*)
       FROM ${identifier(rest)} GROUP BY 1 ORDER BY 1`,
  )
  return textRows(found).map(([month, rows]) => ({month, rows: Number(rows)}))
}

/** The first days of so many months from that time on. */
export function monthsFrom(at: Date, count: number): readonly string[] {
  return Array.from({length: count}, (_, ahead) =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + ahead, 1)).toISOString().slice(0, 10),
  )
}

/** `customer_analytics`, `2026-11-01` -> `customer_analytics_2026_11`. */
export function partitionName(table: string, month: string): string {
  return `${table}_${month.slice(0, 7).replace('-', '_')}`
}
