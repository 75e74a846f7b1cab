import {withoutConcurrently} from './concurrent.js'
import {enumMade, valueAdded} from './enum-statements.js'
import type {Migration} from './files.js'
import {statementsOf, type Statement} from './statements.js'

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: () => string
}

/** A type as its file makes it, with the values that later files add. */
interface MadeType {
  readonly labels: string[]
  isChanged: boolean
}

/**
 * The files as they run in a schema that is being made, all in one transaction. Nobody waits for its
 * tables, so indexes are made the plain way. And a value that a later file adds to an enum is there from
 * the start: Postgres 16 lets nobody use one in the transaction that adds it. Lines stay what they are.
 */
export function forNewSchema(files: readonly Migration[]): readonly Migration[] {
  const made = new Map<string, MadeType>()
  const edits = files.map(({up}) => statementsOf(up).flatMap((one) => editOf(one, up, made)))
  return files.map((file, index) => {
    const up = edited(file.up, edits[index] ?? [])
    return {...file, up: file.isAlone ? withoutConcurrently(up) : up}
  })
}

/** Other files of the same transaction could not use the value. */
export function addsEnumValue({up}: Pick<Migration, 'up'>): boolean {
  return statementsOf(up).some((statement) => valueAdded(statement) !== undefined)
}

function editOf(statement: Statement, sql: string, made: Map<string, MadeType>): readonly Edit[] {
  const type = enumMade(statement)
  if (type !== undefined) {
    const one = {labels: [...type.labels], isChanged: false}
    made.set(type.name, one)
    const {start, end} = type
    const before = sql.slice(start, end)
    const text = () => (one.isChanged ? `${one.labels.join(', ')}${lineEndsOf(before)}` : before)
    return [{start, end, text}]
  }
  const added = valueAdded(statement)
  const known = added === undefined ? undefined : made.get(added.type)
  if (added === undefined || known === undefined) return []
  if (!insertLabel(known.labels, added)) return []
  known.isChanged = true
  const {start, end} = statement
  return [{start, end, text: () => lineEndsOf(sql.slice(start, end))}]
}

/** False where its neighbour is not known: it was renamed meanwhile. */
function insertLabel(
  labels: string[],
  {label, beside}: NonNullable<ReturnType<typeof valueAdded>>,
): boolean {
  if (labels.includes(label)) return true
  if (beside === undefined) {
    labels.push(label)
    return true
  }
  const at = labels.indexOf(beside.label)
  if (at === -1) return false
  labels.splice(beside.side === 'BEFORE' ? at : at + 1, 0, label)
  return true
}

function edited(sql: string, edits: readonly Edit[]): string {
  return edits
    .toReversed()
    .reduce(
      (text, edit) => `${text.slice(0, edit.start)}${edit.text()}${text.slice(edit.end)}`,
      sql,
    )
}

function lineEndsOf(text: string): string {
  return text.replaceAll(/[^\n]/g, '')
}
