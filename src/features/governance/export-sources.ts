import type {RetentionRules} from '../../ports/retention-rules.js'
import {identifier, literal} from '../../ports/sql-text.js'
import {subjectSql} from './audit-scope.js'
import type {PersonScope} from './person-scope.js'

/** One file of an export: a query with these columns; `$1` is the person's key. */
export interface ExportSource {
  readonly table: string
  readonly purpose: string | null
  readonly columns: readonly string[]
  readonly sql: string
}

/** The person's rows by table, the rows of others that name them, and the evidence about them. */
export function exportSources(scope: PersonScope, rules: RetentionRules): readonly ExportSource[] {
  const {withhold} = rules.person
  const owned = scope.tables.map(({name, key, columns: all}) => {
    const columns = [...all.keys()].filter((column) => !withhold.includes(column))
    const list = columns.map((column) => `t.${identifier(column)}`).join(', ')
    const sql = `SELECT ${list} FROM ${identifier(name)} t WHERE ${scope.own(name, 't')} ORDER BY t.${identifier(key)}`
    return {table: name, purpose: scope.ruleOf(name)?.purpose ?? null, columns, sql}
  })
  return [...owned, ...mentionSource(scope), auditSource(scope, rules)]
}

/** Where somebody else's row names the person: which row, and nothing of what it says. */
function mentionSource(scope: PersonScope): readonly ExportSource[] {
  if (scope.naming.length === 0) return []
  const parts = scope.naming.map(({table, column, to, toColumn}) => {
    const own = `SELECT p.${identifier(toColumn)} FROM ${identifier(to)} p WHERE ${scope.own(to, 'p')}`
    return `SELECT ${literal(table)} AS "table", ${literal(column)} AS "column", t.${identifier(scope.keyOf(table))}::text AS "row"
      FROM ${identifier(table)} t WHERE t.${identifier(column)} IN (${own}) AND NOT ${scope.own(table, 't')}`
  })
  const sql = `${parts.join(' UNION ALL ')} ORDER BY 1, 2, 3`
  const purpose = 'Rows about others in which the person is named'
  return [{table: 'mentions', purpose, columns: ['table', 'column', 'row'], sql}]
}

/** Evidence: values where the row is about the person, address and program where they acted. */
function auditSource(scope: PersonScope, rules: RetentionRules): ExportSource {
  const columns = [
    'log_id',
    'timestamp',
    'actor_login',
    'action',
    'resource_type',
    'resource_id',
  ].concat(['old_values', 'new_values', 'ip_address', 'user_agent'])
  const withheld = `ARRAY[${rules.person.withhold.map(literal).join(', ')}]::text[]`
  const sql = `WITH ${subjectSql(scope, {stripped: () => [], stays: () => 'true'})}
SELECT a.log_id, a.timestamp, a.actor_login, a.action, a.resource_type, a.resource_id,
    CASE WHEN s.id IS NOT NULL THEN a.old_values - ${withheld} END AS old_values,
    CASE WHEN s.id IS NOT NULL THEN a.new_values - ${withheld} END AS new_values,
    CASE WHEN a.user_id = $1::uuid THEN a.ip_address END AS ip_address,
    CASE WHEN a.user_id = $1::uuid THEN a.user_agent END AS user_agent
  FROM audit_logs a LEFT JOIN subject s ON s.kind = a.resource_type AND s.id = a.resource_id
 WHERE s.id IS NOT NULL OR a.user_id = $1::uuid
 ORDER BY a.timestamp, a.log_id`
  const purpose = rules.tables.get('audit_logs')?.purpose ?? null
  return {table: 'audit_logs', purpose, columns, sql}
}
