import {createHash} from 'node:crypto'
import {literal} from '../../ports/sql-text.js'
import {readAlone, type AloneStatement} from './concurrent.js'
import type {Migration} from './files.js'
import {restsSql, searchPathOf, uuidOf, type RunMarks, type ScriptTarget} from './sql.js'

/** A file outside a transaction in one target, up or down. */
export interface AloneWork<T extends ScriptTarget = ScriptTarget> {
  readonly file: Migration
  readonly tenant: T
  readonly direction: 'up' | 'down'
}

/** All that is sent for it, message by message. */
export interface AloneScript {
  readonly settings: string
  /** The ledger row, before the first statement. */
  readonly begin: string
  readonly statements: readonly AlonePart[]
  /** After the last. */
  readonly end: string
  /** WHERE of the ledger row. */
  readonly same: string
}

interface AlonePart {
  readonly what: AloneStatement
  readonly text: string
  /** Its line in the file. */
  readonly line: number
  /** Says in the ledger that it is done. */
  readonly record: string
  /** Of the texts up to it. */
  readonly checksum: string
}

const table = 'shared_schema.schema_migrations'

export function aloneScript({file, tenant, direction}: AloneWork, marks: RunMarks): AloneScript {
  const isUp = direction === 'up'
  const [sql, firstLine] = isUp ? [file.up, file.upLine] : [file.down, file.downLine]
  const ofTarget = tenant === undefined ? 'tenant_id IS NULL' : `tenant_id = ${uuidOf(tenant)}`
  const same = `${ofTarget} AND version = ${literal(file.version)}`
  const hash = createHash('sha256')
  const statements = readAlone(sql).map((what, index) => {
    const text = sql.slice(what.statement.start, what.statement.end)
    const checksum = hash.update(text).update(';').copy().digest('hex')
    const record = `UPDATE ${table} SET statements_done = ${index + 1}, statements_checksum = '${checksum}' WHERE ${same}`
    return {what, text, line: firstLine + what.statement.line, record, checksum}
  })
  return {
    settings: settingsSql(tenant),
    begin: isUp ? insertSql({file, tenant}, ofTarget, marks) : undoingSql(same),
    statements,
    end: isUp ? doneSql(tenant, same) : undoneSql(tenant, file.version),
    same,
  }
}

function undoneSql(tenant: ScriptTarget, version: string): string {
  return `SELECT shared_schema.migration_undone(${uuidOf(tenant)}, ${literal(version)}); ${restsSql(tenant)}`
}

/** For people: the messages one below the other. */
export function aloneText({settings, begin, statements, end}: AloneScript): string {
  const each = statements.flatMap(({what, text, record}) =>
    what.kind === 'ordinary'
      ? [`BEGIN; ${ordinarySettings}`, text, record, 'COMMIT']
      : [text, record],
  )
  return [settings, begin, ...each, end].map((one) => `${one};`).join('\n')
}

export const ordinarySettings =
  "SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '10min'"

// Such a statement waits for transactions that began before it, and nobody waits behind it meanwhile.
function settingsSql(tenant: ScriptTarget): string {
  return [
    `SET search_path = ${searchPathOf(tenant)}`,
    "SET lock_timeout = '10min'",
    'SET statement_timeout = 0',
    'SET row_security = off',
    `SET mitra.tenant_id = ${literal(tenant?.id ?? '')}`,
  ].join('; ')
}

function insertSql(
  {file, tenant}: Pick<AloneWork, 'file' | 'tenant'>,
  ofTarget: string,
  {toolVersion, runId}: RunMarks,
): string {
  const texts = [file.version, file.name, file.checksum].map(literal).join(', ')
  return `INSERT INTO ${table} (tenant_id, version, name, checksum, previous_checksum,
  milliseconds, tool_version, run_id, state)
VALUES (${uuidOf(tenant)}, ${texts},
  (SELECT checksum FROM ${table} WHERE ${ofTarget} ORDER BY position DESC LIMIT 1),
  0, ${literal(toolVersion)}, ${literal(runId)}, 'running')`
}

function undoingSql(same: string): string {
  return `UPDATE ${table} SET state = 'undoing', statements_done = 0, statements_checksum = NULL WHERE ${same}`
}

function doneSql(tenant: ScriptTarget, same: string): string {
  const {id, schema, login} = tenant ?? {id: '', schema: 'shared_schema', login: ''}
  return `UPDATE ${table} SET state = 'done',
  fingerprint_after = shared_schema.schema_fingerprint(${[schema, login, id].map(literal).join(', ')}),
  milliseconds = extract(epoch FROM clock_timestamp() - applied_at) * 1000
WHERE ${same}`
}
