import type {Session} from '../../ports/database.js'
import {textRows} from './text-rows.js'

const rowsAtOnce = 500

interface RowSource {
  readonly session: Session
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Rows of a query through a cursor of the open transaction: memory does not grow with them. */
async function* cursorRows({session, sql, parameters}: RowSource) {
  await session.query(`DECLARE rows NO SCROLL CURSOR FOR ${sql}`, parameters)
  for (;;) {
    const rows = textRows(await session.script(`FETCH ${rowsAtOnce} FROM rows`))
    yield* rows
    if (rows.length < rowsAtOnce) break
  }
  await session.script('CLOSE rows')
}

/** One JSON array, a row a line, as the server writes them; `counted` is told the number of rows. */
export async function* jsonPieces(
  source: RowSource,
  counted: (rows: number) => void,
): AsyncIterable<string> {
  let rows = 0
  for await (const [row = 'null'] of cursorRows(source)) {
    yield `${rows === 0 ? '[\n' : ',\n'}${row}`
    rows += 1
  }
  yield rows === 0 ? '[]\n' : '\n]\n'
  counted(rows)
}

/** The same rows as CSV (RFC 4180) with a line of names; NULL is empty, an empty text is `""`. */
export async function* csvPieces(
  source: RowSource,
  columns: readonly string[],
): AsyncIterable<string> {
  yield `${columns.map(csvField).join(',')}\r\n`
  for await (const row of cursorRows(source)) yield `${row.map(csvField).join(',')}\r\n`
}

function csvField(value: string | undefined): string {
  if (value === undefined) return ''
  return value === '' || /[",\r\n]|^ | $/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}
