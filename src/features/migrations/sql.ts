import {identifier, literal} from '../../ports/sql-text.js'
import type {Migration} from './files.js'
import {reachedMark} from './ledger.js'
import type {TenantRecord} from './state.js'

/** What a script says of a tenant; undefined in its place stands for shared_schema. */
export type ScriptTarget = Pick<TenantRecord, 'id' | 'schema' | 'login'> | undefined

/** The version that the server was at when it failed, from the notices of the script. */
export function versionReached(notices: readonly string[]): string | undefined {
  return notices.findLast((notice) => notice.startsWith(reachedMark))?.slice(reachedMark.length)
}

export interface RunMarks {
  readonly runId: string
  readonly toolVersion: string
}

/** A script with the place of every file in it, so that an error can name file and line. */
export interface MigrationScript {
  readonly sql: string
  readonly parts: readonly ScriptPart[]
}

export interface ScriptPart {
  readonly file: Migration
  /** The line of the file on which the part begins. */
  readonly line: number
  readonly start: number
  readonly end: number
}

/**
 * One message for one target: all its missing files and their ledger rows in one transaction, SET
 * LOCAL only, so that it is safe behind a pooler and nothing is ever half applied.
 */
export function migrationScript(
  files: readonly Migration[],
  target: ScriptTarget,
  marks: RunMarks,
): MigrationScript {
  return inTransaction(migrationBody(files, target, marks))
}

/** The same without BEGIN and COMMIT, for a transaction that does more: making a tenant. */
export function migrationBody(
  files: readonly Migration[],
  target: ScriptTarget,
  marks: RunMarks,
): MigrationScript {
  const versions = `{${files.map((file) => file.version).join(',')}}`
  const begins = [literal(lockName(target)), uuidOf(target), literal(versions)].join(', ')
  const script = new ScriptWriter(
    `${settingsSql(target)}SELECT shared_schema.migration_begins(${begins});\n`,
  )
  for (const file of files) {
    script.write(`SELECT shared_schema.migration_runs(${literal(file.version)});\n`)
    script.write(placeSql(target))
    script.writePart(file, file.up, file.upLine)
    script.write(endsSql(file, target, {...marks, isLast: file === files.at(-1)}))
  }
  return script.done()
}

/** Takes files back, the newest first, and their ledger rows with them; for a target that has them all. */
export function rollbackScript(files: readonly Migration[], target: ScriptTarget): MigrationScript {
  const script = new ScriptWriter(settingsSql(target))
  const key = literal(lockName(target))
  script.write(`SELECT shared_schema.migration_begins(${key}, ${uuidOf(target)}, '{}');\n`)
  for (const file of files) {
    script.write(`SELECT shared_schema.migration_runs(${literal(file.version)});\n`)
    script.write(
      `SELECT shared_schema.migration_undone(${uuidOf(target)}, ${literal(file.version)});\n`,
    )
    script.write(placeSql(target))
    script.writePart(file, file.down, file.downLine)
  }
  script.write(`${restsSql(target)};\n`)
  return inTransaction(script.done())
}

/** What the target's lock is called. */
export function lockName(target: ScriptTarget): string {
  return target?.id ?? 'shared'
}

/** Where names of a file are looked up. */
export function searchPathOf(target: ScriptTarget): string {
  return target === undefined ? 'shared_schema' : `${identifier(target.schema)}, shared_schema`
}

function settingsSql(target: ScriptTarget): string {
  return [
    "SET LOCAL lock_timeout = '1s';",
    "SET LOCAL statement_timeout = '10min';",
    "SET LOCAL idle_in_transaction_session_timeout = '1min';",
    `SELECT set_config('mitra.tenant_id', ${literal(target?.id ?? '')}, true);`,
    '',
  ].join('\n')
}

/** What a file before it has set is put back. */
function placeSql(target: ScriptTarget): string {
  // A change of rows under forced row level security touches none and says nothing; off makes it fail.
  return `SET LOCAL row_security = off;\nSET LOCAL search_path = ${searchPathOf(target)};\n`
}

function endsSql(
  {version, name, checksum}: Migration,
  target: ScriptTarget,
  {runId, toolVersion, isLast}: RunMarks & {readonly isLast: boolean},
): string {
  const {schema, login} = target ?? {schema: 'shared_schema', login: ''}
  const texts = [schema, login, version, name, checksum, toolVersion, runId].map(literal)
  const given = [uuidOf(target), ...texts, String(isLast)].join(', ')
  return `SELECT shared_schema.migration_ends(${given});\n`
}

/** After files were taken back: the one that is the last now may have no fingerprint. */
export function restsSql(target: ScriptTarget): string {
  const {schema, login} = target ?? {schema: 'shared_schema', login: ''}
  const given = [uuidOf(target), literal(schema), literal(login)].join(', ')
  return `SELECT shared_schema.migration_rests(${given})`
}

export function uuidOf(target: ScriptTarget): string {
  return target === undefined ? 'NULL' : `${literal(target.id)}::uuid`
}

function inTransaction({sql, parts}: MigrationScript): MigrationScript {
  const begin = 'BEGIN;\n'
  const shifted = parts.map((part) => ({
    ...part,
    start: part.start + begin.length,
    end: part.end + begin.length,
  }))
  return {sql: `${begin}${sql}COMMIT;`, parts: shifted}
}

class ScriptWriter {
  #sql: string
  readonly #parts: ScriptPart[] = []

  constructor(head: string) {
    this.#sql = head
  }

  write(sql: string): void {
    this.#sql += sql
  }

  writePart(file: Migration, sql: string, line: number): void {
    const start = this.#sql.length
    this.#sql += sql
    this.#parts.push({file, line, start, end: this.#sql.length})
    this.#sql += '\n;\n'
  }

  done(): MigrationScript {
    return {sql: this.#sql, parts: this.#parts}
  }
}
