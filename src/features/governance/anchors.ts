import type {Json, JournalRun} from '../../ports/journal.js'

/** A seal as the journal of this workspace remembers it: out of reach of whoever changes the database. */
export interface Anchor {
  readonly tenantId: string
  readonly seal: string
  readonly digest: string
}

export const sealStep = 'audit.seal.'

/** What a finished step that sealed leaves in the journal. */
export function anchorRecord({tenantId, seal, digest}: Anchor): Json {
  return {tenantId, seal, digest}
}

/** All that the journal remembers. */
export function anchorsIn(runs: readonly JournalRun[]): readonly Anchor[] {
  return runs.flatMap(({finished}) =>
    finished.flatMap(({id, undo}) => (id.startsWith(sealStep) ? asAnchor(undo) : [])),
  )
}

function asAnchor(record: Json | undefined): readonly Anchor[] {
  const values = new Map<string, unknown>(Object.entries(record ?? {}))
  const [tenantId, seal, digest] = ['tenantId', 'seal', 'digest'].map((key) => values.get(key))
  const isWhole = [tenantId, seal, digest].every((value) => typeof value === 'string')
  return isWhole ? [{tenantId: String(tenantId), seal: String(seal), digest: String(digest)}] : []
}
