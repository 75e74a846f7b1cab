import {MitraError} from '../../../errors.js'
import type {Database} from '../../../ports/database.js'
import type {Step} from '../../../ports/journal.js'
import type {VerifiedArchive} from '../archive/verify.js'
import type {TenantSchema} from '../build.js'
import {asTenantName, loginOf, schemaOf} from '../names.js'

export interface RestorePlan {
  readonly steps: readonly Step[]
  readonly archive: VerifiedArchive
  readonly tenant: TenantSchema
  /** What a killed restore left: it goes first. */
  readonly leftover: TenantSchema | undefined
}

/** What of the database stands in the way of a restore, or has to fit it. */
export interface RestoreSite {
  readonly system: string
  /** Rows of the registry with the id or one of the names. */
  readonly rows: readonly (TenantSchema & {readonly state: string})[]
  readonly hasSchema: boolean
  readonly registryColumns: readonly string[]
  readonly ledgerColumns: readonly string[]
}

interface RestoreWish {
  readonly archive: VerifiedArchive
  /** Another name than the archived one. */
  readonly as: string | undefined
  /** An archive of another server is meant. */
  readonly isForeignMeant: boolean
}

/** The tenant under the name it gets; its id stays, for rows, evidence and history carry it. */
export function restoredTenant({archive, as}: RestoreWish): TenantSchema {
  const {id, displayName, name: archived} = archive.manifest.tenant
  const name = asTenantName(as ?? archived)
  return {id, name, schema: schemaOf(name), login: loginOf(name), displayName}
}

export async function observeSite(database: Database, tenant: TenantSchema): Promise<RestoreSite> {
  const session = await database.connect({role: 'migrator'})
  try {
    const {rows: there} = await session.query(siteSql, [tenant.schema])
    const {rows} = await session.query(rowsSql, [
      tenant.id,
      tenant.name,
      tenant.schema,
      tenant.login,
    ])
    const [system, hasSchema, registryColumns, ledgerColumns] = there[0] ?? []
    return {
      system: String(system),
      hasSchema: hasSchema === 't',
      registryColumns: parseNames(registryColumns),
      ledgerColumns: parseNames(ledgerColumns),
      rows: rows.map(([id, name, schema, login, displayName, state]) => ({
        id: String(id),
        name: String(name),
        schema: String(schema),
        login: String(login),
        displayName: String(displayName),
        state: String(state),
      })),
    }
  } finally {
    await session.close()
  }
}

const columnsSql = (table: string) =>
  `(SELECT json_agg(attname) FROM pg_attribute WHERE attrelid = 'shared_schema.${table}'::regclass
     AND attnum > 0 AND NOT attisdropped)`

const siteSql = `SELECT (SELECT system_identifier FROM pg_control_system()),
  to_regnamespace(quote_ident($1)) IS NOT NULL, ${columnsSql('tenants')}, ${columnsSql('schema_migrations')}`

const rowsSql = `SELECT tenant_id, name, schema_name, login_name, display_name, state
  FROM shared_schema.tenants
 WHERE tenant_id = $1 OR name = $2 OR schema_name = $3 OR login_name = $4 ORDER BY name`

function parseNames(text: unknown): readonly string[] {
  const parsed: unknown = JSON.parse(String(text))
  return Array.isArray(parsed) ? parsed.map(String) : []
}

/** Everything that can be known to be wrong is said before anything is changed. */
export function planRestore(wish: RestoreWish, site: RestoreSite): RestorePlan {
  const {archive} = wish
  const tenant = restoredTenant(wish)
  const leftover = site.rows.find(({id, state}) => id === tenant.id && state === 'restoring')
  refuseTaken(tenant, site, leftover)
  if (site.system !== archive.manifest.source.system && !wish.isForeignMeant) throw foreign(archive)
  refuseUnknownColumns(archive, site)
  const steps = [
    ...(leftover === undefined ? [] : [clearStep(leftover)]),
    ...restoreSteps(tenant, archive),
  ]
  return {steps, archive, tenant, leftover}
}

function refuseTaken(
  tenant: TenantSchema,
  {rows, hasSchema}: RestoreSite,
  leftover: TenantSchema | undefined,
): void {
  for (const row of rows) {
    if (row === leftover) continue
    if (row.state !== 'active' && row.name === tenant.name) throw halfThere(row.name, row.state)
    if (row.name === tenant.name) throw exists(row.name)
    if (row.id === tenant.id) throw idTaken(tenant.name, row.name)
    throw exists(row.name)
  }
  if (hasSchema && leftover?.schema !== tenant.schema) {
    const message = `Schema ${tenant.schema} is there already, and not as the schema of ${tenant.name}.`
    throw new MitraError('usage', 'SCHEMA_EXISTS', message, {
      hints: ['Look at what it holds; rename it, or give another name with --as.'],
    })
  }
}

function exists(name: string): MitraError {
  return new MitraError('usage', 'TENANT_EXISTS', `Tenant ${name} is there already.`, {
    hints: [
      'A restore writes over nothing: drop or rename that one, or give another name with --as.',
    ],
  })
}

function halfThere(name: string, state: string): MitraError {
  const what = state === 'dropping' ? 'dropped' : 'restored'
  return new MitraError('refused', 'TENANT_CLOSED', `Tenant ${name} is half ${what}.`, {
    hints: [`mitra tenant drop ${name} goes on with it and removes it.`],
  })
}

function idTaken(name: string, holder: string): MitraError {
  const message = `The tenant of this archive is there already, under the name ${holder}.`
  return new MitraError('usage', 'TENANT_EXISTS', message, {
    hints: [
      `Rows and evidence carry its id, so that ${name} cannot stand beside it: drop ${holder} first.`,
      'mitra tenant archive --verify FILE tells whether the archive is whole.',
    ],
  })
}

function foreign({file, manifest}: VerifiedArchive): MitraError {
  const {database, server} = manifest.source
  const message = `${file.path} was made in another database: ${database}, Postgres ${server}.`
  return new MitraError('refused', 'ARCHIVE_FOREIGN', message, {
    hints: ['--foreign says that this is meant.'],
  })
}

/** What a newer shared_schema keeps of a tenant would be lost here. */
function refuseUnknownColumns({file, manifest}: VerifiedArchive, site: RestoreSite): void {
  const lost = [
    ...Object.keys(manifest.registry).filter((key) => !site.registryColumns.includes(key)),
    ...manifest.ledger.flatMap((row) =>
      Object.keys(row).filter((key) => !site.ledgerColumns.includes(key)),
    ),
  ]
  if (lost.length === 0) return
  const message = `${file.path} holds what this database has no place for: ${[...new Set(lost)].join(', ')}.`
  throw new MitraError('notReady', 'SHARED_PENDING', message, {hints: ['mitra db migrate']})
}

export function restoreStepIds(name: string) {
  return {
    clear: `tenant.restore.${name}.clear`,
    build: `tenant.restore.${name}.build`,
    fill: `tenant.restore.${name}.fill`,
    open: `tenant.restore.${name}.open`,
  } as const
}

function clearStep({name, schema}: TenantSchema): Step {
  return {
    id: restoreStepIds(name).clear,
    title: `Remove ${schema}, which is half restored`,
    why: 'a restore was cut off',
    undo: 'no',
  }
}

function restoreSteps(
  {name, schema, login}: TenantSchema,
  {manifest, rows, file}: VerifiedArchive,
): readonly Step[] {
  const ids = restoreStepIds(name)
  const last = manifest.migrations.at(-1)?.version ?? 'none'
  const {tables, partitions} = manifest
  return [
    {
      id: ids.build,
      title: `Make ${schema} as of migration ${last}, with ${partitions.length} partitions`,
      why: `there is no ${name}`,
      undo: 'no',
      detail: {schema, login, archive: file.path, sha256: file.sha256},
    },
    {
      id: ids.fill,
      title: `Put back ${rows} rows of ${tables.length} tables and compare them`,
      why: 'they are in the archive',
      undo: 'no',
    },
    {
      id: ids.open,
      title: `Compare the schema, put back its history, let ${login} in`,
      why: 'nobody can use it before it is whole',
      undo: 'no',
    },
  ]
}
