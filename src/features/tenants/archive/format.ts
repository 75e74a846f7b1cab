import {MitraError} from '../../../errors.js'
import type {Json} from '../../../ports/journal.js'

/** Raised when an older mitra could not restore what a newer one writes. */
export const archiveVersion = 1

/** A table or partition that rows lie in. */
export interface ArchivedTable {
  readonly name: string
  /** In the order of the rows' values; generated ones are left out. */
  readonly columns: readonly string[]
}

export interface ArchivedPartition {
  readonly name: string
  readonly parent: string
  /** As Postgres writes it: `FOR VALUES FROM ('...') TO ('...')`, `DEFAULT`. */
  readonly bound: string
}

export interface ArchivedSequence {
  readonly name: string
  readonly lastValue: string
  readonly isCalled: boolean
}

export interface ArchivedMigration {
  readonly version: string
  readonly fileName: string
  readonly checksum: string
}

/** The first entry: everything but migrations, facts and rows. */
export interface ArchiveManifest {
  readonly format: 'mitra-tenant'
  readonly version: number
  readonly madeAt: string
  readonly tool: string
  readonly source: {readonly database: string; readonly system: string; readonly server: string}
  readonly tenant: {
    readonly id: string
    readonly name: string
    readonly schema: string
    readonly login: string
    readonly displayName: string
  }
  /** The rows of the registry and of the ledger, whole. */
  readonly registry: {readonly [column: string]: Json}
  readonly ledger: readonly {readonly [column: string]: Json}[]
  readonly migrations: readonly ArchivedMigration[]
  /** What was set for the login by hand; never its password. */
  readonly login: {
    readonly connectionLimit: number
    readonly validUntil: string | null
    readonly settings: readonly (readonly [name: string, value: string])[]
  }
  /** Rows lie in the file in this order: what is referred to comes first, where that is possible. */
  readonly tables: readonly ArchivedTable[]
  readonly partitions: readonly ArchivedPartition[]
  readonly sequences: readonly ArchivedSequence[]
  /** Materialized views that held rows. */
  readonly filledViews: readonly string[]
  /** Definition of the facts: those of another one cannot be compared. */
  readonly fingerprint: string
}

/** What was written of one table: over all its parts. */
export interface TableSum {
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

/** The last entry: says that nothing is missing. */
export interface ArchiveSums {
  readonly tables: {readonly [table: string]: TableSum}
  /** SHA-256 of each other entry. */
  readonly entries: {readonly [name: string]: string}
}

export const manifestName = 'manifest.json'
export const factsName = 'facts.txt'
export const sumsName = 'sums.json'

export function migrationEntry(fileName: string): string {
  return `migrations/${fileName}`
}

/** Parts are numbered from 1; names of tables may hold whatever Postgres lets them. */
export function dataEntry(table: string, part: number): string {
  return `data/${encodeURIComponent(table)}/${String(part).padStart(6, '0')}.copy`
}

/** The table of a data entry; undefined for other entries. */
export function tableOfEntry(name: string): string | undefined {
  const [, table] = /^data\/([^/]+)\/\d{6}\.copy$/.exec(name) ?? []
  return table === undefined ? undefined : decodeURIComponent(table)
}

/** Throws ARCHIVE_NEWER for a version that only a newer mitra knows, ARCHIVE_DAMAGED for what is none. */
export function parseManifest(path: string, bytes: Uint8Array): ArchiveManifest {
  const parsed = parseJson(path, bytes)
  if (parsed['format'] !== 'mitra-tenant')
    throw unknownContent(path, 'it is no archive of a tenant')
  const {version} = parsed
  if (typeof version !== 'number') throw unknownContent(path, 'it has no version')
  if (version > archiveVersion) {
    const message = `${path} has format ${version}; this mitra knows up to ${archiveVersion}.`
    throw new MitraError('config', 'ARCHIVE_NEWER', message, {
      hints: [`It was made by mitra ${String(parsed['tool'])}: use that one or a newer.`],
    })
  }
  if (!isManifest(parsed)) throw unknownContent(path, 'its manifest is not whole')
  return parsed
}

export function parseSums(path: string, bytes: Uint8Array): ArchiveSums {
  const parsed = parseJson(path, bytes)
  if (!isSums(parsed)) throw unknownContent(path, 'its checksums are not whole')
  return parsed
}

function parseJson(path: string, bytes: Uint8Array): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    if (isRecord(parsed)) return parsed
  } catch {
    // Told below, as what it means.
  }
  throw unknownContent(path, 'an entry is no JSON object')
}

export function unknownContent(path: string, why: string): MitraError {
  return new MitraError('failed', 'ARCHIVE_DAMAGED', `${path} cannot be used: ${why}.`, {
    hints: ['Take another copy of it. Nothing was changed.'],
  })
}

type Check = (value: unknown) => boolean

function isManifest(value: object): value is ArchiveManifest {
  return hasShape(value, {
    madeAt: isText,
    tool: isText,
    source: (one) => hasShape(one, {database: isText, system: isText, server: isText}),
    tenant: (one) =>
      hasShape(one, {id: isUuid, name: isText, schema: isText, login: isText, displayName: isText}),
    registry: isRecord,
    ledger: listOf(isRecord),
    migrations: listOf((one) =>
      hasShape(one, {version: isVersion, fileName: isText, checksum: isText}),
    ),
    login: (one) =>
      hasShape(one, {
        connectionLimit: Number.isInteger,
        validUntil: (given) => given === null || isText(given),
        settings: listOf((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText)),
      }),
    tables: listOf((one) => hasShape(one, {name: isText, columns: listOf(isText)})),
    partitions: listOf((one) => hasShape(one, {name: isText, parent: isText, bound: isBound})),
    sequences: listOf((one) =>
      hasShape(one, {name: isText, lastValue: isDigits, isCalled: isBoolean}),
    ),
    filledViews: listOf(isText),
    fingerprint: isText,
  })
}

function isSums(value: object): value is ArchiveSums {
  const isSum: Check = (one) =>
    hasShape(one, {rows: Number.isInteger, bytes: Number.isInteger, sha256: isText})
  return hasShape(value, {
    tables: (one) => isRecord(one) && Object.values(one).every(isSum),
    entries: (one) => isRecord(one) && Object.values(one).every(isText),
  })
}

function hasShape(value: unknown, shape: Readonly<Record<string, Check>>): boolean {
  return isRecord(value) && Object.entries(shape).every(([key, check]) => check(value[key]))
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const isText: Check = (value) => typeof value === 'string'
const isBoolean: Check = (value) => typeof value === 'boolean'
const isDigits: Check = (value) => typeof value === 'string' && /^-?\d{1,19}$/.test(value)
const isVersion: Check = (value) => typeof value === 'string' && /^\d{14}$/.test(value)
const isUuid: Check = (value) =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)

const boundValue = String.raw`(?:'(?:[^'\\]|'')*'|-?\d+(?:\.\d+)?|MINVALUE|MAXVALUE|NULL|true|false)`
const boundValues = String.raw`\(${boundValue}(?:, ${boundValue})*\)`
const boundPattern = new RegExp(
  String.raw`^(?:DEFAULT|FOR VALUES (?:FROM ${boundValues} TO ${boundValues}|IN ${boundValues}` +
    String.raw`|WITH \(modulus \d+, remainder \d+\)))$`,
)

/** The one text of a file that becomes SQL as it is: nothing but bounds is let through. */
function isBound(value: unknown): boolean {
  return typeof value === 'string' && boundPattern.test(value)
}
