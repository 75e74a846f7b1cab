import {identifier as quoted, literal as text} from '../../../ports/sql-text.js'
import type {ArchiveManifest} from '../archive/format.js'
import type {TenantSchema} from '../build.js'

/** Registry row, history and login of a restored tenant in one transaction: with it the tenant is there. */
export function letInSql(
  tenant: TenantSchema,
  {registry, ledger, login}: ArchiveManifest,
  verifier: string,
): string {
  const id = `${text(tenant.id)}::uuid`
  const rows = ledger.map((row) => insertSql('schema_migrations', {...row, tenant_id: tenant.id}))
  const own = new Set(['tenant_id', 'name', 'schema_name', 'login_name', 'state', 'state_since'])
  const kept = Object.fromEntries(Object.entries(registry).filter(([key]) => !own.has(key)))
  const columns = Object.keys(kept).map(quoted).join(', ')
  const role = quoted(tenant.login)
  const validUntil = login.validUntil === null ? '' : ` VALID UNTIL ${text(login.validUntil)}`
  const settings = login.settings.map(
    ([name, value]) => `ALTER ROLE ${role} SET ${settingName(name)} = ${text(value)};\n`,
  )
  return `BEGIN;
SET LOCAL lock_timeout = '10s';
DELETE FROM shared_schema.schema_migrations WHERE tenant_id = ${id};
${rows.join('')}UPDATE shared_schema.tenants SET (${columns}) = ROW (${columns
    .split(', ')
    .map((column) => `r.${column}`)
    .join(', ')})
  FROM jsonb_populate_record(NULL::shared_schema.tenants, ${text(JSON.stringify(kept))}::jsonb) r
 WHERE tenants.tenant_id = ${id};
${settings.join('')}ALTER ROLE ${role} CONNECTION LIMIT ${login.connectionLimit}${validUntil};
ALTER ROLE ${role} LOGIN PASSWORD ${text(verifier)};
DO $state$ BEGIN
  UPDATE shared_schema.tenants SET state = 'active', state_since = now()
   WHERE tenant_id = ${id} AND state = 'restoring';
  IF NOT FOUND THEN RAISE EXCEPTION 'the tenant is not being restored any more'; END IF;
END $state$;
COMMIT;`
}

/** The columns that the row has; others get their defaults. */
function insertSql(table: string, row: Readonly<Record<string, unknown>>): string {
  const columns = Object.keys(row).map(quoted).join(', ')
  return `INSERT INTO shared_schema.${table} (${columns}) SELECT ${columns}
  FROM jsonb_populate_record(NULL::shared_schema.${table}, ${text(JSON.stringify(row))}::jsonb);
`
}

/** `statement_timeout`, `app.region`: each part of it quoted. */
function settingName(name: string): string {
  return name.split('.').map(quoted).join('.')
}
