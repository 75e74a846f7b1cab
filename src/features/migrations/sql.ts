import {identifier, literal} from '../../ports/sql-text.js'
import type {Migration} from './files.js'
import type {TenantRecord} from './state.js'

/** SQLSTATE of our own: another mitra migrates the same target. */
export const busyState = 'MT001'

export interface RunMarks {
  readonly runId: string
  readonly toolVersion: string
}

/** A script with the place of every file in it, so that an error can name file and line. */
export interface MigrationScript {
  readonly sql: string
  readonly parts: readonly {
    readonly file: Migration
    readonly start: number
    readonly end: number
  }[]
}

/**
 * One message for one target: all its missing files and their ledger rows in one transaction, SET
 * LOCAL only, so that it is safe behind a pooler and nothing is ever half applied.
 */
export function migrationScript(
  files: readonly Migration[],
  tenant: TenantRecord | undefined,
  marks: RunMarks,
): MigrationScript {
  const begin = 'BEGIN;\n'
  const {sql, parts} = migrationBody(files, tenant, marks)
  const shifted = parts.map(({file, start, end}) => ({
    file,
    start: start + begin.length,
    end: end + begin.length,
  }))
  return {sql: `${begin}${sql}COMMIT;`, parts: shifted}
}

/** The same without BEGIN and COMMIT, for a transaction that does more: making a tenant. */
export function migrationBody(
  files: readonly Migration[],
  tenant: TenantRecord | undefined,
  marks: RunMarks,
): MigrationScript {
  let sql = guardSql(files, tenant)
  const parts: {file: Migration; start: number; end: number}[] = []
  for (const file of files) {
    const start = lengthOf(sql)
    sql += file.up
    parts.push({file, start, end: lengthOf(sql)})
    sql += `\n;\nSET LOCAL row_security = off;\n${ledgerSql(file, tenant, marks)}`
  }
  return {sql, parts}
}

// Postgres counts characters, not UTF-16 units.
function lengthOf(text: string): number {
  return [...text].length
}

/** Settings, the target's lock and the check that nobody was faster. */
function guardSql(files: readonly Migration[], tenant: TenantRecord | undefined): string {
  const path =
    tenant === undefined ? 'shared_schema' : `${identifier(tenant.schema)}, shared_schema`
  const target = tenant?.id ?? 'shared'
  const versions = files.map((file) => literal(file.version)).join(', ')
  const same =
    tenant === undefined ? 'tenant_id IS NULL' : `tenant_id = ${literal(tenant.id)}::uuid`
  return [
    "SET LOCAL lock_timeout = '3s';",
    "SET LOCAL statement_timeout = '10min';",
    "SET LOCAL idle_in_transaction_session_timeout = '1min';",
    // A change of rows under forced row level security touches none and says nothing; off makes it fail.
    'SET LOCAL row_security = off;',
    `SET LOCAL search_path = ${path};`,
    `SELECT set_config('mitra.tenant_id', ${literal(tenant?.id ?? '')}, true);`,
    'DO $guard$ BEGIN',
    `  IF NOT pg_try_advisory_xact_lock(hashtextextended('mitra ' || ${literal(target)}, 0)) THEN`,
    `    RAISE EXCEPTION 'another mitra migrates it' USING ERRCODE = '${busyState}';`,
    '  END IF;',
    '  IF EXISTS (SELECT FROM shared_schema.schema_migrations',
    `              WHERE ${same} AND version IN (${versions})) THEN`,
    "    RAISE EXCEPTION 'it was migrated meanwhile' USING ERRCODE = 'MT002';",
    '  END IF;',
    'END $guard$;',
    '',
  ].join('\n')
}

function ledgerSql(
  file: Migration,
  tenant: TenantRecord | undefined,
  {runId, toolVersion}: RunMarks,
): string {
  const id = tenant === undefined ? 'NULL' : `${literal(tenant.id)}::uuid`
  const same = tenant === undefined ? 'tenant_id IS NULL' : `tenant_id = ${id}`
  const values = [
    id,
    literal(file.version),
    literal(file.name),
    literal(file.checksum),
    `(SELECT checksum FROM shared_schema.schema_migrations WHERE ${same} ORDER BY version DESC LIMIT 1)`,
    'extract(epoch FROM clock_timestamp() - transaction_timestamp()) * 1000',
    literal(toolVersion),
    literal(runId),
  ]
  const columns =
    'tenant_id, version, name, checksum, previous_checksum, milliseconds, tool_version, run_id'
  return `INSERT INTO shared_schema.schema_migrations (${columns})\nVALUES (${values.join(', ')});\n`
}
