import {literal} from '../../../ports/sql-text.js'
import type {ProbePair} from './pair.js'
import type {RoutineShape, SchemaShape} from './shape.js'
import type {Answer} from './trial.js'

interface RoutineCall {
  readonly signature: string
  readonly sql: readonly string[]
  readonly isQuery: true
}

/** A function that the login may call, with arguments that mean the other tenant; it can write nothing. */
export function routineCalls({routines}: SchemaShape, pair: ProbePair): readonly RoutineCall[] {
  return routines.flatMap((routine) => {
    const given = argumentsOf(routine, pair)
    if (given === undefined) return []
    const rows = `SELECT f::text AS row FROM ${routine.name}(${given}) f LIMIT 10000`
    const sql = [
      'SET LOCAL transaction_read_only = on',
      `SELECT md5(string_agg(x.row, ',' ORDER BY x.row)) FROM (${rows}) x`,
    ]
    return [{signature: routine.signature, sql, isQuery: true}]
  })
}

/**
 * The functions that answer otherwise as soon as another tenant has a row more. One that never answers
 * twice alike is left out: nothing can be said of it.
 */
export function tellingRoutines(
  calls: readonly RoutineCall[],
  {before, again, after}: Readonly<Record<'before' | 'again' | 'after', readonly Answer[]>>,
): readonly string[] {
  return calls
    .filter(
      (_, place) => isSame(before[place], again[place]) && !isSame(before[place], after[place]),
    )
    .map(({signature}) => signature)
}

function isSame(one: Answer | undefined, two: Answer | undefined): boolean {
  return one?.value === two?.value && one?.code === two?.code
}

function argumentsOf({required}: RoutineShape, {other, otherId}: ProbePair): string | undefined {
  const known: Readonly<Record<string, string>> = {
    uuid: `${literal(otherId)}::uuid`,
    text: literal(other?.schema ?? otherId),
    varchar: literal(other?.schema ?? otherId),
    name: literal(other?.schema ?? otherId),
    int4: '1',
    int8: '1',
    bool: 'true',
    date: 'current_date',
    timestamptz: 'now()',
  }
  const values = required.map((type) => known[type])
  return values.every((value) => value !== undefined) ? values.join(', ') : undefined
}
