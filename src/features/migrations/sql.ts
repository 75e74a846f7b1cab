import {identifier, literal} from '../../ports/sql-text.js'
import {fingerprintCall} from './fingerprint.js'
import type {Migration} from './files.js'
import type {TenantRecord} from './state.js'

/** SQLSTATEs of our own: another mitra is at the same target, has done it all, has done a part. */
export const busyState = 'MT001'
export const doneState = 'MT002'
export const partlyDoneState = 'MT003'

const marker = 'mitra runs '

/** The version that the server was at when it failed, from the notices of the script. */
export function versionReached(notices: readonly string[]): string | undefined {
  return notices.findLast((notice) => notice.startsWith(marker))?.slice(marker.length)
}

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
    sql += fileHeadSql(file, tenant)
    const start = sql.length
    sql += file.up
    parts.push({file, start, end: sql.length})
    sql += `\n;\n${ledgerSql(file, tenant, marks)}`
  }
  return {sql, parts}
}

/** Settings, the target's lock and the check that nobody was faster. */
function guardSql(files: readonly Migration[], tenant: TenantRecord | undefined): string {
  const target = tenant?.id ?? 'shared'
  const versions = files.map((file) => literal(file.version)).join(', ')
  const same =
    tenant === undefined ? 'tenant_id IS NULL' : `tenant_id = ${literal(tenant.id)}::uuid`
  return [
    "SET LOCAL lock_timeout = '3s';",
    "SET LOCAL statement_timeout = '10min';",
    "SET LOCAL idle_in_transaction_session_timeout = '1min';",
    `SELECT set_config('mitra.tenant_id', ${literal(tenant?.id ?? '')}, true);`,
    'DO $guard$ BEGIN',
    `  IF NOT pg_try_advisory_xact_lock(hashtextextended('mitra ' || ${literal(target)}, 0)) THEN`,
    `    RAISE EXCEPTION 'another mitra migrates it' USING ERRCODE = '${busyState}';`,
    '  END IF;',
    '  CASE (SELECT count(*) FROM shared_schema.schema_migrations',
    `         WHERE ${same} AND version IN (${versions}))`,
    '    WHEN 0 THEN NULL;',
    `    WHEN ${files.length} THEN`,
    `      RAISE EXCEPTION 'it was migrated meanwhile' USING ERRCODE = '${doneState}';`,
    '    ELSE',
    `      RAISE EXCEPTION 'it was partly migrated meanwhile' USING ERRCODE = '${partlyDoneState}';`,
    '  END CASE;',
    'END $guard$;',
    '',
  ].join('\n')
}

/** Says which file runs now; what a file before it has set is put back. */
function fileHeadSql({version}: Migration, tenant: TenantRecord | undefined): string {
  const path =
    tenant === undefined ? 'shared_schema' : `${identifier(tenant.schema)}, shared_schema`
  return [
    'DO $mark$ BEGIN',
    `  RAISE NOTICE '${marker}%', ${literal(version)};`,
    "  PERFORM set_config('mitra.started', extract(epoch FROM clock_timestamp())::text, true);",
    'END $mark$;',
    // A change of rows under forced row level security touches none and says nothing; off makes it fail.
    'SET LOCAL row_security = off;',
    `SET LOCAL search_path = ${path};`,
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
    "(extract(epoch FROM clock_timestamp()) - current_setting('mitra.started')::numeric) * 1000",
    literal(toolVersion),
    literal(runId),
    fingerprintCall(tenant),
  ]
  const columns =
    'tenant_id, version, name, checksum, previous_checksum, milliseconds, tool_version, run_id,' +
    ' fingerprint_after'
  return `INSERT INTO shared_schema.schema_migrations (${columns})\nVALUES (${values.join(', ')});\n`
}
