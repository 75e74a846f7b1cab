import {identifier, literal} from '../../../ports/sql-text.js'

/** Whose schema the SQL is written for. */
export interface RepairTarget {
  readonly schema: string
  readonly login: string
  readonly id: string
}

/** One thing as it is and as it should be; facts name the schema `~` and its login `~login`. */
export interface RepairCase {
  readonly kind: string
  readonly object: string
  readonly place: string
  readonly expected: string | null
  readonly found: string | null
}

/** A fact with the names of one schema put back. */
export function inSchema(fact: string, {schema, login, id}: RepairTarget): string {
  return fact
    .replaceAll('~.', `${identifier(schema)}.`)
    .replaceAll("'~'", literal(schema))
    .replaceAll("'~login'", literal(login))
    .replaceAll('~tenant', id)
}

export function relationIn({schema}: RepairTarget, name: string): string {
  return `${identifier(schema)}.${identifier(name)}`
}

/** `users.email` of the relation users -> `email`; of a partition its parent's name stands there. */
export function ownName({object, place}: RepairCase): string {
  const mark = ' (partition).'
  const at = object.indexOf(mark)
  return at === -1 ? object.slice(place.length + 1) : object.slice(at + mark.length)
}
