import {codeOf, MitraError} from '../../errors.js'
import type {ArchiveEntry, Archives} from '../../ports/archives.js'
import type {Session} from '../../ports/database.js'
import type {Files} from '../../ports/files.js'
import {identifier} from '../../ports/sql-text.js'
import {retireEvidence} from './retire-evidence.js'
import type {GovernedTenant} from './tenant-work.js'
import {textRows} from './text-rows.js'

export interface RetiredMonth {
  readonly table: string
  readonly partition: string
}

interface ArchiveTools {
  readonly archives: Archives
  readonly files: Files
  readonly path: string
}

const rowsAnEntry = 2000

/**
 * Every row of a month as JSON, evidence with its links so that it can be verified without the database.
 * A file that an earlier run wrote, and that is whole and of as many rows, is taken as it is.
 */
export async function archiveMonth(
  session: Session,
  {table, partition}: RetiredMonth,
  {archives, files, path}: ArchiveTools,
): Promise<void> {
  const rows = await countRows(session, partition)
  if ((await archivedRows(archives, path)) === rows) return
  await files.remove(path)
  await archives.write(path, monthEntries(session, {table, partition, rows}))
}

/** How many rows the file says that it holds; undefined when there is none, or no whole one. */
export async function archivedRows(archives: Archives, path: string): Promise<number | undefined> {
  try {
    await archives.check(path)
    for await (const {name, bytes} of archives.read(path)) {
      if (name === manifestName) return Number(JSON.parse(Buffer.from(bytes).toString()).rows)
    }
    return undefined
  } catch (error) {
    if (['ARCHIVE_MISSING', 'NO_ARCHIVE', 'ARCHIVE_DAMAGED'].includes(codeOf(error) ?? '')) {
      return undefined
    }
    throw error
  }
}

const manifestName = 'manifest.json'

async function* monthEntries(
  session: Session,
  {table, partition, rows}: RetiredMonth & {readonly rows: number},
): AsyncIterable<ArchiveEntry> {
  yield {name: manifestName, bytes: Buffer.from(JSON.stringify({table, partition, rows}))}
  const month = identifier(partition)
  const sql =
    table === evidence
      ? `SELECT row_to_json(a)::text, row_to_json(l)::text FROM ${month} a JOIN audit_links l ON l.log_id = a.log_id ORDER BY l.lane, l.seq`
      : `SELECT row_to_json(a)::text FROM ${month} a`
  await session.query(`DECLARE month NO SCROLL CURSOR FOR ${sql}`)
  for (let part = 1; ; part += 1) {
    const page = textRows(await session.script(`FETCH ${rowsAnEntry} FROM month`))
    if (page.length === 0) break
    const number = String(part).padStart(6, '0')
    yield {name: `rows-${number}.jsonl`, bytes: lines(page.map(([row = '']) => row))}
    if (table === evidence) {
      yield {name: `links-${number}.jsonl`, bytes: lines(page.map(([, link = '']) => link))}
    }
  }
  await session.script('CLOSE month')
}

function lines(texts: readonly string[]): Uint8Array {
  return Buffer.from(`${texts.join('\n')}\n`)
}

const evidence = 'audit_logs'

/** Detaches a month and, unless it is left as a table, drops it: one transaction for the tenant. */
export async function retireMonth(
  session: Session,
  tenant: GovernedTenant,
  {
    table,
    partition,
    isDropped,
    archived,
  }: RetiredMonth & {readonly isDropped: boolean; readonly archived: number | undefined},
): Promise<void> {
  const month = identifier(partition)
  // Not CONCURRENTLY: Postgres refuses that where there is a default partition.
  await session.script(`ALTER TABLE ${identifier(table)} DETACH PARTITION ${month}`)
  if (archived !== undefined && (await countRows(session, partition)) !== archived) {
    throw new MitraError('failed', 'ROWS_CAME', `${partition} got rows after it was archived.`, {
      hints: ['Nothing was dropped. Run the command again: it archives them too.'],
    })
  }
  if (table === evidence) await retireEvidence(session, tenant, partition)
  if (isDropped) await session.script(`DROP TABLE ${month}`)
}

async function countRows(session: Session, partition: string): Promise<number> {
  const found = await session.query(`SELECT count(*) FROM ${identifier(partition)}`)
  return Number(textRows(found)[0]?.[0])
}
