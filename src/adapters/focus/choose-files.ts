import {MitraError} from '../../errors.js'
import type {ExportFile} from '../../ports/export-files.js'

/** A manifest as parsed, with the file that it was read from. */
export interface ReadManifest {
  readonly file: ExportFile
  readonly content: unknown
}

/** `.../data/BILLING_PERIOD=2026-11/<delivery>/name.csv.gz`, in the capitals of any query engine. */
const partition =
  /^(?<above>.*?)(?:(?:meta)?data\/)?(?<month>BILLING_PERIOD=\d{4}-\d\d)\/(?<below>.*)$/i

/** The manifest of each month of each export, the newest where deliveries are kept. */
export function newestManifests(files: readonly ExportFile[]): readonly ExportFile[] {
  const manifests = files.filter(({path}) => /-Manifest\.json$/i.test(path))
  return groups(manifests).flatMap(([month, members]) => (month === '' ? [] : [newest(members)]))
}

/**
 * The files to add up. AWS delivers a month again and again and may keep the earlier deliveries beside
 * the newest: added up they would count every charge twice. Where there is a manifest it says which
 * files make up its month, and all of them must be there; else the newest delivery is taken. Throws
 * EXPORT_INCOMPLETE.
 */
export function chooseFiles(
  files: readonly ExportFile[],
  manifests: readonly ReadManifest[],
): readonly ExportFile[] {
  const data = files.filter(({path}) => /\.(csv|gz)$/i.test(path))
  const named = new Map(manifests.map((manifest) => [monthOf(manifest.file), manifest]))
  return groups(data).flatMap(([month, members]) => {
    const manifest = named.get(month)
    const wanted = manifest === undefined ? [] : namesIn(manifest.content)
    if (month === '') return members
    if (manifest === undefined || wanted.length === 0) return newestDelivery(members)
    return wanted.map((name) => found(name, members, manifest.file))
  })
}

function found(name: string, members: readonly ExportFile[], manifest: ExportFile): ExportFile {
  // The names begin at the bucket; ours begin wherever the reader was pointed to.
  const file = members.find(({path}) => name === path || name.endsWith(`/${path}`))
  if (file !== undefined) return file
  const message = `${manifest.name} names ${name}, which is not there.`
  throw new MitraError('notReady', 'EXPORT_INCOMPLETE', message, {
    hints: ['The export is being delivered or copied: try again when that has ended.'],
  })
}

/** The export and the month that a file belongs to; the empty text for files without such folders. */
function monthOf({path}: ExportFile): string {
  const {above, month} = partition.exec(path)?.groups ?? {}
  return month === undefined ? '' : `${above ?? ''}${month.toUpperCase()}`
}

function newestDelivery(members: readonly ExportFile[]): readonly ExportFile[] {
  const wanted = deliveryOf(newest(members))
  return members.filter((file) => deliveryOf(file) === wanted)
}

/** The folder of one delivery below its month; those of an export that overwrites lie in none. */
function deliveryOf({path}: ExportFile): string {
  const below = partition.exec(path)?.groups?.['below'] ?? ''
  return below.slice(0, Math.max(0, below.lastIndexOf('/')))
}

function newest(files: readonly ExportFile[]): ExportFile {
  return files.reduce((one, other) => (other.modified > one.modified ? other : one))
}

function groups(
  files: readonly ExportFile[],
): readonly (readonly [string, readonly ExportFile[]])[] {
  const byMonth = new Map<string, ExportFile[]>()
  for (const file of files) {
    const month = monthOf(file)
    byMonth.set(month, [...(byMonth.get(month) ?? []), file])
  }
  return [...byMonth]
}

function namesIn(manifest: unknown): readonly string[] {
  if (typeof manifest !== 'object' || manifest === null) return []
  const names: unknown = Object.entries(manifest).find(([key]) => /^datafiles$/i.test(key))?.[1]
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}
