import {identifier, literal} from '../../ports/sql-text.js'
import type {PersonScope} from './person-scope.js'

interface AuditScope {
  /** Columns whose values leave the evidence with an erasure, by table. */
  readonly stripped: (table: string) => readonly string[]
  /** True for a row, under that alias, that stays in its table; `true` keeps all. */
  readonly stays: (table: string, alias: string) => string
}

/**
 * The CTEs `own_...` and `subject`: everything that the person's rows were ever called in audit_logs, with
 * rows that are gone by now and are known from the evidence alone. `$1` is the person's key.
 */
export function subjectSql(scope: PersonScope, {stripped, stays}: AuditScope): string {
  const recorded = scope.tables.filter(({resource}) => resource !== undefined)
  const names = new Map(recorded.map(({name}, at) => [name, `own_${at}`]))
  const parts = recorded.map(({name, key, resource = ''}) => {
    const past = scope.owning
      .filter(({table, to}) => table === name && names.has(to) && to !== name)
      .map(({column, to}) => {
        const ids = `(SELECT id::text FROM ${names.get(to)})`
        const value = literal(column)
        return `a.new_values ->> ${value} IN ${ids} OR a.old_values ->> ${value} IN ${ids}`
      })
    const former =
      past.length === 0
        ? 'SELECT $1::uuid, false'
        : `SELECT a.resource_id, false FROM audit_logs a
      WHERE a.resource_type = ${literal(resource)} AND (${past.join(' OR ')})`
    return `${names.get(name)} AS MATERIALIZED (
    SELECT id, bool_or(stays) AS stays FROM (
      SELECT t.${identifier(key)} AS id, (${stays(name, 't')}) AS stays
        FROM ${identifier(name)} t WHERE ${scope.own(name, 't')}
      UNION ALL ${former}) one GROUP BY id)`
  })
  const all = recorded.map(
    ({name, resource = ''}) =>
      `SELECT ${literal(resource)} AS kind, id, stays, ${textArray(stripped(name))} AS stripped FROM ${names.get(name)}`,
  )
  return `${parts.join(',\n')},
subject AS MATERIALIZED (${all.join(' UNION ALL ')})`
}

function textArray(words: readonly string[]): string {
  return `ARRAY[${words.map(literal).join(', ')}]::text[]`
}
