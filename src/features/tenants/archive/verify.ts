import {createHash, type Hash} from 'node:crypto'
import type {ArchiveEntry, Archives, WrittenArchive} from '../../../ports/archives.js'
import {MitraError} from '../../../errors.js'
import {
  factsName,
  manifestName,
  migrationEntry,
  parseManifest,
  parseSums,
  sumsName,
  tableOfEntry,
  unknownContent,
  type ArchiveManifest,
  type ArchiveSums,
} from './format.js'

/** An archive of which every byte was read and every checksum compared. */
export interface VerifiedArchive {
  readonly file: WrittenArchive
  readonly manifest: ArchiveManifest
  readonly sums: ArchiveSums
  readonly facts: readonly string[]
  /** By version: the exact text of the file. */
  readonly migrations: ReadonlyMap<string, string>
  readonly rows: number
}

/**
 * Reads all of it twice: once as bytes against the seal, once as entries against their own sums. Throws
 * ARCHIVE_MISSING, NO_ARCHIVE, ARCHIVE_DAMAGED, ARCHIVE_NEWER.
 */
export async function verifyArchive(archives: Archives, path: string): Promise<VerifiedArchive> {
  const file = await archives.check(path)
  const reading = new Reading(path)
  for await (const entry of archives.read(path)) reading.take(entry)
  return reading.end(file)
}

/** What has been seen of the entries so far; rows are counted and hashed, never kept. */
class Reading {
  readonly #path: string
  readonly #entries: Record<string, string> = {}
  readonly #texts = new Map<string, string>()
  readonly #tables = new Map<string, {rows: number; bytes: number; hash: Hash}>()
  #manifest: ArchiveManifest | undefined
  #sums: ArchiveSums | undefined

  constructor(path: string) {
    this.#path = path
  }

  take({name, bytes}: ArchiveEntry): void {
    // The first says which version the others are of.
    if (name === manifestName) this.#manifest = parseManifest(this.#path, bytes)
    if (this.#manifest === undefined) throw unknownContent(this.#path, 'its manifest is not first')
    if (this.#sums !== undefined) throw unknownContent(this.#path, `${name} comes after its end`)
    if (name === sumsName) {
      this.#sums = parseSums(this.#path, bytes)
      return
    }
    this.#entries[name] = createHash('sha256').update(bytes).digest('hex')
    const table = tableOfEntry(name)
    if (table === undefined) this.#texts.set(name, Buffer.from(bytes).toString('utf8'))
    else this.#count(table, bytes)
  }

  end(file: WrittenArchive): VerifiedArchive {
    const [manifest, sums] = [this.#manifest, this.#sums]
    if (manifest === undefined || sums === undefined) {
      throw unknownContent(this.#path, 'its end is missing')
    }
    const wrong = [...this.#wrongEntries(sums), ...this.#wrongTables(manifest, sums)]
    if (wrong.length > 0) {
      throw new MitraError(
        'failed',
        'ARCHIVE_DAMAGED',
        `${this.#path} is damaged: ${wrong.slice(0, 10).join(', ')}.`,
        {hints: ['Take another copy of it. Nothing was changed.']},
      )
    }
    const rows = Object.values(sums.tables).reduce((count, sum) => count + sum.rows, 0)
    const facts = (this.#texts.get(factsName) ?? '').split('\n')
    return {file, manifest, sums, facts, migrations: this.#migrations(manifest), rows}
  }

  // In text format a line break inside a value is written as \n: one line is one row.
  #count(table: string, bytes: Uint8Array): void {
    const seen = this.#tables.get(table) ?? {rows: 0, bytes: 0, hash: createHash('sha256')}
    seen.hash.update(bytes)
    seen.bytes += bytes.length
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) seen.rows += 1
    this.#tables.set(table, seen)
  }

  #wrongEntries({entries}: ArchiveSums): readonly string[] {
    const names = new Set([...Object.keys(entries), ...Object.keys(this.#entries)])
    return [...names]
      .filter((name) => entries[name] !== this.#entries[name])
      .map((name) => (name in this.#entries ? `${name} is not what was written` : `no ${name}`))
  }

  #wrongTables({tables}: ArchiveManifest, sums: ArchiveSums): readonly string[] {
    const names = new Set([...tables.map(({name}) => name), ...Object.keys(sums.tables)])
    return [...names].filter((name) => {
      const sum = sums.tables[name]
      const seen = this.#tables.get(name) ?? {rows: 0, bytes: 0, hash: createHash('sha256')}
      const isListed = tables.some((table) => table.name === name)
      return (
        !isListed ||
        sum?.rows !== seen.rows ||
        sum.bytes !== seen.bytes ||
        sum.sha256 !== seen.hash.digest('hex')
      )
    })
  }

  #migrations({migrations}: ArchiveManifest): ReadonlyMap<string, string> {
    return new Map(
      migrations.map(({version, fileName, checksum}) => {
        const text = this.#texts.get(migrationEntry(fileName))
        const found = text === undefined ? '' : createHash('sha256').update(text).digest('hex')
        if (text === undefined || found !== checksum) {
          throw unknownContent(this.#path, `migration ${fileName} is not the one that ran`)
        }
        return [version, text] as const
      }),
    )
  }
}
