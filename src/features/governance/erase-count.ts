import type {MitraError} from '../../errors.js'
import type {Session} from '../../ports/database.js'
import type {RetentionRules} from '../../ports/retention-rules.js'
import {identifier} from '../../ports/sql-text.js'
import {subjectSql} from './audit-scope.js'
import {eraseConditions, type EraseConditions} from './erase-conditions.js'
import type {PersonScope} from './person-scope.js'
import {textRows} from './text-rows.js'

/** What becomes of a person's rows in one table. */
export interface ErasedRows {
  readonly table: string
  readonly purpose: string | null
  readonly deleted: number
  /** Rows that stay and lose the columns under `redact`. */
  readonly emptied: number
  /** Rows that stay, emptied now or before. */
  readonly kept: number
  /** Those of them that the law keeps, until when (null: no end yet) and why. */
  readonly held: {
    readonly rows: number
    readonly until: string | null
    readonly basis: string
    readonly confirmed: boolean
  } | null
}

export interface EraseCount {
  readonly tables: readonly ErasedRows[]
  /** Records of evidence that lose values. */
  readonly records: number
}

/** To be called in a transaction for the tenant: counts, changes nothing. */
export async function countErasure(
  session: Session,
  person: string,
  {scope, rules}: {readonly scope: PersonScope; readonly rules: RetentionRules},
): Promise<EraseCount> {
  const conditions = eraseConditions(scope)
  const tables: ErasedRows[] = []
  for (const {name} of scope.tables) {
    const found =
      textRows(await session.query(countSql(name, scope, conditions), [person]))[0] ?? []
    const rows = asErasedRows(name, found, scope)
    if (rows.deleted + rows.kept === 0) continue
    if (scope.ruleOf(name)?.erase === undefined) throw noRule(name, rules)
    tables.push(rows)
  }
  const targets = `WITH ${targetSql(scope, rules, conditions)} SELECT count(*) FROM target`
  const records = textRows(await session.query(targets, [person]))[0]?.[0]
  return {tables, records: Number(records)}
}

function countSql(table: string, scope: PersonScope, conditions: EraseConditions): string {
  const columns = scope.ruleOf(table)?.redact ?? []
  const full =
    columns.length === 0
      ? 'false'
      : `num_nonnulls(${columns.map((column) => `t.${identifier(column)}`).join(', ')}) > 0`
  return `SELECT count(*) FILTER (WHERE NOT stays), count(*) FILTER (WHERE stays),
      count(*) FILTER (WHERE stays AND is_full), count(*) FILTER (WHERE is_held),
      nullif(to_char(max(until) FILTER (WHERE is_held) AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'infinity'),
      bool_or(until = 'infinity') FILTER (WHERE is_held)
    FROM (SELECT (${conditions.stays(table, 't')}) AS stays, (${full}) AS is_full,
        (${conditions.held(table, 't')}) AS is_held, (${conditions.heldUntil(table, 't')}) AS until
      FROM ${identifier(table)} t WHERE ${scope.own(table, 't')}) x`
}

function asErasedRows(
  table: string,
  [deleted, kept, emptied, held, until, isEndless]: readonly (string | undefined)[],
  scope: PersonScope,
): ErasedRows {
  const rule = scope.ruleOf(table)
  const hold = rule?.hold
  const isHeld = hold !== undefined && Number(held) > 0
  return {
    table,
    purpose: rule?.purpose ?? null,
    deleted: Number(deleted),
    kept: Number(kept),
    emptied: Number(emptied),
    held: isHeld
      ? {
          rows: Number(held),
          until: isEndless === 't' ? null : (until ?? null),
          basis: hold.basis,
          confirmed: hold.confirmed,
        }
      : null,
  }
}

function noRule(table: string, rules: RetentionRules): MitraError {
  return rules.refuse(['tables'], `nothing says what an erasure does with the rows of ${table}.`, [
    `Write under tables: ${table}: {purpose: …, erase: delete}.`,
  ])
}

/**
 * The CTE `target`: the records of evidence that change, as they are and as they will be. Values go with
 * the row that they are about; of a row that stays, its emptied columns go. Address and program go where
 * the person acted, or may have acted.
 */
export function targetSql(
  scope: PersonScope,
  rules: RetentionRules,
  conditions: EraseConditions,
): string {
  const stripped = (table: string) => [
    ...(scope.ruleOf(table)?.redact ?? []),
    ...rules.person.withhold,
  ]
  const left = (values: string) =>
    `CASE WHEN s.id IS NULL THEN a.${values} WHEN s.stays THEN a.${values} - s.stripped END`
  const isOther = `(a.user_id <> $1::uuid
      OR a.user_id IS NULL AND (s.id IS NULL OR a.actor_login = session_user))`
  return `${subjectSql(scope, {stripped, stays: (table, alias) => conditions.stays(table, alias)})},
change AS (
  SELECT a.log_id, a.timestamp, a.old_values, a.new_values, a.ip_address, a.user_agent,
      ${left('old_values')} AS left_old, ${left('new_values')} AS left_new,
      CASE WHEN ${isOther} THEN a.ip_address END AS left_address,
      CASE WHEN ${isOther} THEN a.user_agent END AS left_agent
    FROM audit_logs a LEFT JOIN subject s ON s.kind = a.resource_type AND s.id = a.resource_id
   WHERE s.id IS NOT NULL OR a.user_id = $1::uuid),
target AS MATERIALIZED (
  SELECT * FROM change
   WHERE (old_values, new_values, ip_address, user_agent)
     IS DISTINCT FROM (left_old, left_new, left_address, left_agent))`
}
