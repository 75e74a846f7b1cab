import type {QueryResult} from '../../ports/database.js'

/** Rows as the server writes them, NULL as undefined. */
export function textRows({rows}: QueryResult): readonly (readonly (string | undefined)[])[] {
  return rows.map((row) => row.map((value) => (typeof value === 'string' ? value : undefined)))
}
