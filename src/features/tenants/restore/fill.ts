import type {ArchiveEntry, Archives} from '../../../ports/archives.js'
import type {Session} from '../../../ports/database.js'
import {identifier} from '../../../ports/sql-text.js'
import {MitraError} from '../../../errors.js'
import {actForSql, columnList, exactTextSql, placeOf} from '../archive/exact-text.js'
import {tableOfEntry, unknownContent, type ArchivedTable, type TableSum} from '../archive/format.js'
import type {VerifiedArchive} from '../archive/verify.js'
import type {TenantSchema} from '../build.js'
import {circularReferences} from './circles.js'
import {openTable} from './open-table.js'
import {RowSum} from './row-sum.js'

interface FillTools {
  readonly archives: Archives
  readonly note: (text: string) => void
}

/** Every table of the archive, each in a transaction of its own; nobody can log in meanwhile. */
export async function fillTables(
  session: Session,
  tenant: TenantSchema,
  {file, manifest, sums}: VerifiedArchive,
  {archives, note}: FillTools,
): Promise<void> {
  const entries = new DataEntries(archives.read(file.path))
  const circles = await circularReferences(session, tenant.schema, manifest.tables)
  try {
    for (const {drop} of circles) await session.script(drop)
    for (const table of manifest.tables) {
      const sum = sums.tables[table.name]
      if (sum === undefined) throw unknownContent(file.path, `it has no sums of ${table.name}`)
      note(`${table.name}: ${sum.rows} rows`)
      await fillTable(session, tenant, {table, sum, chunks: entries.of(table.name)})
    }
    for (const {add} of circles) await session.script(add)
  } finally {
    await entries.end()
  }
}

interface Filling {
  readonly table: ArchivedTable
  readonly sum: TableSum
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * COPY takes no rows where row level security binds the one who sends them, and triggers would write
 * evidence of what did not happen: both are off for the owner inside the transaction and back before it
 * ends. What the server then holds is read back and must be what the archive holds, row by row and byte for byte.
 */
async function fillTable(session: Session, tenant: TenantSchema, filling: Filling): Promise<void> {
  const {table, sum, chunks} = filling
  const place = placeOf(tenant.schema, table.name)
  const {open, close} = await openTable(session, place)
  await session.script(`BEGIN;\n${exactTextSql}${limitsSql}${actForSql(tenant.id)}${open}`)
  try {
    const columns = columnList(table)
    const sent = new RowSum()
    await session.copyIn(`COPY ${place}${columns} FROM STDIN`, summed(chunks, sent))
    const back = new RowSum()
    for await (const chunk of session.copyOut(`COPY ${place}${columns} TO STDOUT`)) back.take(chunk)
    if (sent.digest() !== sum.sha256) throw changedSince(table.name)
    if (sent.rows !== sum.rows || !back.equals(sent)) throw notSame(table.name, sum, back)
    await session.script(`SET CONSTRAINTS ALL IMMEDIATE;\n${close}`)
    // Under the policies again: what they hide now would be rows of somebody else.
    const {rows} = await session.query(`SELECT count(*) FROM ${place}`)
    const seen = Number(rows[0]?.[0])
    if (seen !== sum.rows) throw notOwn(table.name, sum.rows - seen)
    await session.script('COMMIT')
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined)
    throw error
  }
}

const limitsSql = "SET LOCAL lock_timeout = '10s';\n"

async function* summed(
  chunks: AsyncIterable<Uint8Array>,
  sum: RowSum,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    sum.take(chunk)
    yield chunk
  }
}

/** The rows of an archive table by table, in one pass over it. */
class DataEntries {
  readonly #entries: AsyncIterator<ArchiveEntry>
  #next: ArchiveEntry | undefined

  constructor(entries: AsyncIterable<ArchiveEntry>) {
    this.#entries = entries[Symbol.asyncIterator]()
  }

  /** To be taken whole, in the order of the manifest. A table without rows has no entries. */
  async *of(table: string): AsyncGenerator<Uint8Array> {
    for (;;) {
      this.#next ??= await this.#take()
      if (this.#next === undefined || tableOfEntry(this.#next.name) !== table) return
      const {bytes} = this.#next
      this.#next = undefined
      yield bytes
    }
  }

  async end(): Promise<void> {
    await this.#entries.return?.()
  }

  async #take(): Promise<ArchiveEntry | undefined> {
    for (;;) {
      const {value, done} = await this.#entries.next()
      if (done === true) return undefined
      if (tableOfEntry(value.name) !== undefined) return value
    }
  }
}

/**
 * Rows that migrations themselves wrote: those of the archive take their place. `TRUNCATE` of a table
 * that others refer to has to name them too.
 */
export async function emptyTables(
  session: Session,
  {id, schema}: TenantSchema,
  tables: readonly ArchivedTable[],
): Promise<void> {
  const full: string[] = []
  await session.script(`BEGIN;\n${actForSql(id)}`)
  for (const {name} of tables) {
    const place = placeOf(schema, name)
    const {rows} = await session.query(`SELECT EXISTS (SELECT FROM ${place})`)
    if (rows[0]?.[0] === 't') full.push(place)
  }
  await session.script('COMMIT')
  if (full.length === 0) return
  let open = ''
  let close = ''
  for (const place of full) {
    const door = await openTable(session, place)
    open += door.open
    close += door.close
  }
  await session.script(`BEGIN;\n${open}TRUNCATE ${full.join(', ')} CASCADE;\n${close}COMMIT;`)
}

/** Sequences go on where they were; views are filled from what is there now. */
export async function setPlaces(
  session: Session,
  {id, schema}: TenantSchema,
  {sequences, filledViews}: VerifiedArchive['manifest'],
): Promise<void> {
  for (const {name, lastValue, isCalled} of sequences) {
    const place = placeOf(schema, name)
    await session.query('SELECT setval($1::text::regclass, $2, $3)', [place, lastValue, isCalled])
  }
  if (filledViews.length === 0) return
  const refresh = filledViews.map((name) => `REFRESH MATERIALIZED VIEW ${placeOf(schema, name)};\n`)
  const path = `SET LOCAL search_path = ${identifier(schema)}, shared_schema;\n`
  await session.script(`BEGIN;\n${actForSql(id)}${path}${refresh.join('')}COMMIT;`)
}

function notSame(table: string, wanted: TableSum, found: RowSum): MitraError {
  const message = `${table} came back with ${found.rows} rows and is not what the archive holds (${wanted.rows} rows).`
  return new MitraError('failed', 'NOT_RESTORED', message, {
    hints: [
      'Nothing was restored. Look for what changes rows as they are written: a rule, a domain.',
    ],
  })
}

function changedSince(table: string): MitraError {
  const message = `The rows of ${table} in the archive are not those that were checked.`
  return new MitraError('failed', 'ARCHIVE_DAMAGED', message, {
    hints: [
      'Nothing was restored. The file changed while it was read: take a copy that nobody writes.',
    ],
  })
}

function notOwn(table: string, count: number): MitraError {
  const message = `${count} rows of ${table} in the archive are of another tenant.`
  return new MitraError('refused', 'FOREIGN_ROWS', message, {
    hints: ['Nothing was restored. Take another archive.'],
  })
}
