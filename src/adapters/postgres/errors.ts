import pg from 'pg'
import {messageOf, MitraError} from '../../errors.js'
import {SqlError} from '../../ports/database.js'

/** A server's refusal in our words; SQLSTATE as the code, the place as an offset into the text. */
export function translateSqlError(error: unknown, text: string): MitraError {
  if (error instanceof pg.DatabaseError && error.code !== undefined) {
    const hints = [error.detail, error.hint].filter((hint) => hint !== undefined)
    const offset = offsetOf(error.position, text)
    return new SqlError(error.code, `${error.message}${placeText(text, offset)}.`, {
      hints,
      offset,
      plain: error.message,
    })
  }
  return new MitraError('notReady', 'CONNECTION_LOST', `Postgres hung up: ${messageOf(error)}.`, {
    hints: ['mitra status', 'mitra logs postgres', 'Run the command again; it goes on.'],
    cause: error,
  })
}

/** Postgres counts characters from 1, JavaScript UTF-16 units from 0. */
function offsetOf(position: string | undefined, text: string): number | undefined {
  if (position === undefined) return undefined
  const before = Array.from(text).slice(0, Number(position) - 1)
  return before.join('').length
}

function placeText(text: string, offset: number | undefined): string {
  if (offset === undefined) return ''
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  const column = before.length - before.lastIndexOf('\n')
  return line === 1 && !text.includes('\n')
    ? ` (at character ${column})`
    : ` (line ${line}, column ${column})`
}
