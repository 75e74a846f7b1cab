import {codeOf} from '../../../errors.js'
import type {Archives} from '../../../ports/archives.js'
import type {Database} from '../../../ports/database.js'
import type {JournalRun, Json} from '../../../ports/journal.js'
import {verifyArchive} from '../archive/verify.js'
import type {TenantSchema} from '../build.js'

/** An archive that a run of the drop has made and verified before it was cut off. */
export interface KeptArchive {
  readonly path: string
  readonly sha256: string
}

/** What the journal knows of earlier runs of a drop that is not through. */
export interface EarlierDrop {
  readonly kept: KeptArchive | undefined
  /** The run that was cut off was told to make none. */
  readonly isWithout: boolean
}

export function dropStepIds(name: string) {
  return {
    close: `tenant.close.${name}`,
    archive: `tenant.archive.${name}`,
    drop: `tenant.drop.${name}`,
  } as const
}

export function earlierDrop(
  runs: readonly JournalRun[],
  {id, name}: Pick<TenantSchema, 'id' | 'name'>,
): EarlierDrop {
  const ids = dropStepIds(name)
  const made = runs.flatMap(({finished}) =>
    finished.filter((step) => step.id === ids.archive).map((step) => keptIn(step.undo, id)),
  )
  const kept = made.findLast((one) => one !== undefined)
  const run = runs.findLast(({command}) => command === `tenant drop ${name}`)
  if (run === undefined || run.outcome === 'done') return {kept, isWithout: false}
  const isWithout = run.plan.some((step) => step.id === ids.drop && step.undo === 'no')
  const closes = run.plan.some((step) => step.id === ids.close)
  const hasClosed = run.finished.some((step) => step.id === ids.close)
  return {kept, isWithout: isWithout && (hasClosed || !closes)}
}

/** Of another tenant that had the name before, it is none. */
function keptIn(record: Json | undefined, id: string): KeptArchive | undefined {
  const values = new Map<string, unknown>(Object.entries(record ?? {}))
  const [path, sha256] = [values.get('path'), values.get('sha256')]
  if (values.get('id') !== id || typeof path !== 'string' || typeof sha256 !== 'string') {
    return undefined
  }
  return {path, sha256}
}

/**
 * True for an archive that is whole, is the one that was made, and was made since the tenant was closed:
 * one from before may lack what was written later.
 */
export async function isArchiveOfClosing(
  {path, sha256}: KeptArchive,
  tenant: TenantSchema,
  {database, archives}: {readonly database: Database; readonly archives: Archives},
): Promise<boolean> {
  const closing = await closingOf(database, tenant.id)
  try {
    const {file, manifest} = await verifyArchive(archives, path)
    const {state, state_since: since} = manifest.registry
    return file.sha256 === sha256 && state === 'dropping' && since === closing
  } catch (error) {
    const unusable = ['ARCHIVE_MISSING', 'NO_ARCHIVE', 'ARCHIVE_DAMAGED', 'ARCHIVE_UNREADABLE']
    if (unusable.includes(codeOf(error) ?? '')) return false
    throw error
  }
}

/** As the registry row of an archive writes it. */
async function closingOf(database: Database, id: string): Promise<string | undefined> {
  const session = await database.connect({role: 'migrator'})
  try {
    // As an archive is written: the same moment as the same text.
    await session.script("SET TimeZone = 'UTC'")
    const {rows} = await session.query(
      "SELECT to_jsonb(t) ->> 'state_since' FROM shared_schema.tenants t WHERE tenant_id = $1",
      [id],
    )
    const since = rows[0]?.[0]
    return typeof since === 'string' ? since : undefined
  } finally {
    await session.close()
  }
}
