import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import type pg from 'pg'
import {translateSqlError} from './errors.js'

/** What `COPY ... TO STDOUT` sends, as it is taken; returns the rows that the server counted. */
export async function* copyOut(
  client: pg.Client,
  sql: string,
): AsyncGenerator<Uint8Array, number, undefined> {
  const {to} = await import('pg-copy-streams')
  try {
    const stream = client.query(to(sql))
    for await (const chunk of stream) yield chunk
    // The count comes after the last row; the answer to a next question after the count.
    await client.query('SELECT 1')
    return stream.rowCount ?? 0
  } catch (error) {
    throw translateSqlError(error, sql)
  }
}

/** Sends `chunks` to `COPY ... FROM STDIN`; when they fail, the server takes none of them. */
export async function copyIn(
  client: pg.Client,
  sql: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> {
  const {from} = await import('pg-copy-streams')
  const failures: unknown[] = []
  const watched = async function* watch(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks
    } catch (error) {
      failures.push(error)
      throw error
    }
  }
  const stream = client.query(from(sql))
  try {
    await pipeline(Readable.from(watched(), {objectMode: false}), stream)
  } catch (error) {
    throw failures[0] ?? translateSqlError(error, sql)
  }
  return stream.rowCount
}
