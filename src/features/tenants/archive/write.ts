import {createHash, type Hash} from 'node:crypto'
import type {Archives, ArchiveEntry, WrittenArchive} from '../../../ports/archives.js'
import type {Clock} from '../../../ports/clock.js'
import type {Database, Session} from '../../../ports/database.js'
import {literal} from '../../../ports/sql-text.js'
import {MitraError} from '../../../errors.js'
import type {SchemaBuilder, TenantSchema} from '../build.js'
import {actForSql, columnList, exactTextSql, placeOf} from './exact-text.js'
import {factsOfReplay, refuseDrifted, schemaFactLines} from './facts.js'
import {
  dataEntry,
  factsName,
  manifestName,
  migrationEntry,
  sumsName,
  type ArchivedTable,
  type ArchiveManifest,
  type ArchiveSums,
  type TableSum,
} from './format.js'
import {readManifest} from './manifest.js'

/** The exact text of a migration, and the schema that those of a tenant make. */
export interface MigrationSource {
  /** In the order in which they ran. */
  readonly files: readonly {
    readonly version: string
    readonly fileName: string
    readonly checksum: string
    readonly text: string
  }[]
  readonly build: SchemaBuilder
}

export interface ArchiveTools {
  readonly database: Database
  readonly archives: Archives
  readonly clock: Clock
  readonly toolVersion: string
  /** What ran in the tenant, by the ledger. */
  readonly migrations: MigrationSource
}

export interface ArchivedTenant {
  readonly file: WrittenArchive
  readonly tables: number
  readonly rows: number
}

// Large enough to compress well, small enough to be held.
const partBytes = 4 * 1024 * 1024

/**
 * One snapshot of all of a tenant in a file. Nothing is locked: it goes on being used; only migrations
 * of it wait. Throws rather than leave anything out.
 */
export async function writeArchive(
  tenant: TenantSchema,
  path: string,
  tools: ArchiveTools,
): Promise<ArchivedTenant> {
  const holder = await tools.database.connect({role: 'migrator'})
  try {
    const {manifest, facts} = await readWhole(holder, tenant, tools)
    const {rows} = await holder.query('SELECT pg_export_snapshot()')
    const snapshot = String(rows[0]?.[0])
    const sums: Record<string, TableSum> = {}
    const entries = entriesOf({tenant, manifest, facts, snapshot, tools, sums})
    const file = await tools.archives.write(path, entries)
    const total = Object.values(sums).reduce((count, sum) => count + sum.rows, 0)
    return {file, tables: manifest.tables.length, rows: total}
  } finally {
    await holder.close()
  }
}

/** Throws what an archive of the tenant would throw before it is written. */
export async function refuseUnwritable(tenant: TenantSchema, tools: ArchiveTools): Promise<void> {
  const holder = await tools.database.connect({role: 'migrator'})
  try {
    await readWhole(holder, tenant, tools)
  } finally {
    await holder.close()
  }
}

/** All but the rows; the session holds their snapshot. */
async function readWhole(
  holder: Session,
  tenant: TenantSchema,
  tools: ArchiveTools,
): Promise<{readonly manifest: ArchiveManifest; readonly facts: readonly string[]}> {
  await holdStill(holder, tenant)
  const manifest = await readManifest(holder, tenant, tools)
  const facts = await schemaFactLines(holder, tenant)
  const {build} = tools.migrations
  const made = await factsOfReplay(tools.database, build, manifest.partitions)
  refuseDrifted(tenant.name, made, facts)
  return {manifest, facts}
}

/** Before the snapshot: a migration is over or waits, so that rows and schema belong together. */
async function holdStill(holder: Session, {id, name}: TenantSchema): Promise<void> {
  if (!(await holder.hold(`mitra ${id}`))) {
    throw new MitraError('locked', 'TENANT_BUSY', `Another mitra works on ${name}.`, {
      hints: ['Wait until it has finished, then run the command again.'],
    })
  }
  await holder.script(
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n${exactTextSql}${actForSql(id)}`,
  )
}

interface Writing {
  readonly tenant: TenantSchema
  readonly manifest: ArchiveManifest
  readonly facts: readonly string[]
  readonly snapshot: string
  readonly tools: ArchiveTools
  /** Filled as the tables are written. */
  readonly sums: Record<string, TableSum>
}

async function* entriesOf(writing: Writing): AsyncGenerator<ArchiveEntry> {
  const {manifest, facts, sums, tools} = writing
  const entries: Record<string, string> = {}
  const seen = (entry: ArchiveEntry): ArchiveEntry => {
    entries[entry.name] = sha256(entry.bytes)
    return entry
  }
  yield seen(textEntry(manifestName, JSON.stringify(manifest, undefined, 2)))
  for (const {fileName, text} of tools.migrations.files) {
    yield seen(textEntry(migrationEntry(fileName), text))
  }
  yield seen(textEntry(factsName, facts.join('\n')))
  const reader = await tools.database.connect({role: 'migrator'})
  const witness = await tools.database.connect({role: 'admin'})
  try {
    for (const table of manifest.tables) {
      const parts = partsOf(writing, table, {reader, witness})
      for await (const entry of parts) yield seen(entry)
    }
  } finally {
    await Promise.all([reader.close(), witness.close()])
  }
  const last: ArchiveSums = {tables: sums, entries}
  yield textEntry(sumsName, JSON.stringify(last, undefined, 2))
}

function textEntry(name: string, text: string): ArchiveEntry {
  return {name, bytes: Buffer.from(text)}
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * One transaction a table, all in the same snapshot: what is locked is let go at once, for the server has
 * room for some thousand locks only. A superuser, whom no policy binds, counts beside.
 */
async function* partsOf(
  {tenant, snapshot, sums}: Writing,
  table: ArchivedTable,
  {reader, witness}: {readonly reader: Session; readonly witness: Session},
): AsyncGenerator<ArchiveEntry> {
  const place = placeOf(tenant.schema, table.name)
  const begin =
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n' +
    `SET TRANSACTION SNAPSHOT ${literal(snapshot)};\n${exactTextSql}`
  await reader.script(`${begin}${actForSql(tenant.id)}`)
  const hash = createHash('sha256')
  const out = reader.copyOut(`COPY ${place}${columnList(table)} TO STDOUT`)
  const rows = yield* cutInParts(out, {table: table.name, hash, sums})
  await reader.script('COMMIT')
  await witness.script(begin)
  const counted = await witness.query(`SELECT count(*) FROM ${place}`)
  await witness.script('COMMIT')
  const all = Number(counted.rows[0]?.[0])
  if (all !== rows) throw hiddenRows(tenant.name, table.name, all - rows)
}

async function* cutInParts(
  out: AsyncGenerator<Uint8Array, number>,
  {table, hash, sums}: {table: string; hash: Hash; sums: Record<string, TableSum>},
): AsyncGenerator<ArchiveEntry, number> {
  let chunks: Uint8Array[] = []
  let size = 0
  let bytes = 0
  let part = 0
  const cut = (): ArchiveEntry => {
    const entry = {name: dataEntry(table, (part += 1)), bytes: Buffer.concat(chunks)}
    hash.update(entry.bytes)
    bytes += entry.bytes.length
    chunks = []
    size = 0
    return entry
  }
  for (;;) {
    const {value, done} = await out.next()
    if (done === true) {
      if (size > 0) yield cut()
      sums[table] = {rows: value, bytes, sha256: hash.digest('hex')}
      return value
    }
    chunks.push(value)
    size += value.length
    if (size >= partBytes) yield cut()
  }
}

function hiddenRows(tenant: string, table: string, count: number): MitraError {
  const message = `${count} rows of ${table} are not of ${tenant}: an archive would not hold them.`
  return new MitraError('refused', 'HIDDEN_ROWS', message, {
    hints: [
      `They have another tenant_id, which row level security hides. mitra tenant check ${tenant}`,
      'Move or remove them as the superuser, then run the command again.',
    ],
  })
}
