import {identifier, literal} from '../../../ports/sql-text.js'
import type {ArchivedTable} from './format.js'

// Everything that has more than one way of being written.
const settingsSql = [
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL DateStyle = 'ISO, YMD'",
  "SET LOCAL IntervalStyle = 'postgres'",
  "SET LOCAL bytea_output = 'hex'",
  'SET LOCAL extra_float_digits = 1',
  "SET LOCAL lc_monetary = 'C'",
  'SET LOCAL statement_timeout = 0',
].join(';\n')

/** How values are written and read back; to stand at the beginning of a transaction. */
export const exactTextSql = `${settingsSql};\n`

/** Row level security is forced on its owner too: it sees the rows of the tenant that it names. */
export function actForSql(tenantId: string): string {
  return `SELECT set_config('mitra.tenant_id', ${literal(tenantId)}, true);\n`
}

export function placeOf(schema: string, table: string): string {
  return `${identifier(schema)}.${identifier(table)}`
}

/** For COPY; a table may have no columns at all. */
export function columnList({columns}: ArchivedTable): string {
  return columns.length === 0 ? '' : ` (${columns.map(identifier).join(', ')})`
}
