import type {Session} from '../../../ports/database.js'
import type {Json} from '../../../ports/journal.js'
import {MitraError} from '../../../errors.js'
import type {TenantSchema} from '../build.js'
import {schemaFingerprint} from './facts.js'
import {archiveVersion, type ArchiveManifest} from './format.js'
import {readArchivableShape, refuseUnarchivable} from './scan.js'
import type {ArchiveTools} from './write.js'

/** Everything about a tenant but its migrations' texts, its facts and its rows; in the snapshot of `holder`. */
export async function readManifest(
  holder: Session,
  tenant: TenantSchema,
  {database, clock, toolVersion, migrations}: ArchiveTools,
): Promise<ArchiveManifest> {
  const {id, name, schema, login, displayName} = tenant
  const registry = await jsonRow(holder, registrySql, [id])
  if (registry === undefined) throw gone(name)
  await refuseUnarchivable(holder, tenant)
  const {rows: ledger} = await holder.query(ledgerSql, [id])
  const {rows: source} = await holder.query(sourceSql)
  const {rows: logins} = await holder.query(loginSql, [login])
  const [connectionLimit, validUntil, settings] = logins[0] ?? ['-1', null, '[]']
  const shape = await readArchivableShape(holder, schema)
  return {
    format: 'mitra-tenant',
    version: archiveVersion,
    madeAt: clock.now().toISOString(),
    tool: toolVersion,
    source: {
      database: database.name,
      system: String(source[0]?.[0]),
      server: String(source[0]?.[1]),
    },
    tenant: {id, name, schema, login, displayName},
    registry,
    ledger: ledger.map(([row]) => parseRow(row)),
    migrations: migrations.files.map(({version, fileName, checksum}) => ({
      version,
      fileName,
      checksum,
    })),
    login: {
      connectionLimit: Number(connectionLimit),
      validUntil: typeof validUntil === 'string' ? validUntil : null,
      settings: settingsOf(settings),
    },
    ...shape,
    fingerprint: await schemaFingerprint(holder, tenant),
  }
}

const registrySql = 'SELECT to_jsonb(t) FROM shared_schema.tenants t WHERE tenant_id = $1'
const ledgerSql =
  'SELECT to_jsonb(m) FROM shared_schema.schema_migrations m WHERE tenant_id = $1 ORDER BY version'
const sourceSql =
  "SELECT (SELECT system_identifier FROM pg_control_system()), current_setting('server_version')"
const loginSql =
  "SELECT rolconnlimit, rolvaliduntil, coalesce(to_jsonb(rolconfig), '[]') FROM pg_roles WHERE rolname = $1"

async function jsonRow(session: Session, sql: string, parameters: readonly unknown[]) {
  const {rows} = await session.query(sql, parameters)
  return rows[0] === undefined ? undefined : parseRow(rows[0][0])
}

function parseRow(text: unknown): {readonly [column: string]: Json} {
  return JSON.parse(String(text))
}

/** `name=value`; the search path follows from the schema and is set anew. */
function settingsOf(text: unknown): readonly (readonly [string, string])[] {
  const list: readonly string[] = JSON.parse(String(text))
  return list
    .map((one): readonly [string, string] => {
      const at = one.indexOf('=')
      return [one.slice(0, at), one.slice(at + 1)]
    })
    .filter(([name]) => name !== 'search_path')
}

function gone(name: string): MitraError {
  return new MitraError('usage', 'NO_TENANT', `Tenant ${name} is gone.`, {
    hints: ['mitra tenant list'],
  })
}
