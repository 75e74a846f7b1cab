import {createHash} from 'node:crypto'
import {MitraError} from '../../errors.js'
import type {EnvironmentName} from '../../ports/environments.js'
import type {Files} from '../../ports/files.js'
import type {Json, RunWriter} from '../../ports/journal.js'
import type {WorkspaceLayout} from '../../ports/workspace.js'

export interface WriteTools {
  readonly files: Files
  readonly layout: WorkspaceLayout
  readonly run: RunWriter
}

export function environmentPath({root}: WorkspaceLayout, environment: EnvironmentName): string {
  return `${root}/.env.${environment}`
}

/** Keeps the old text aside (readable by its owner alone), then writes; the record tells undo where. */
export async function writeEnvironmentFile(
  path: string,
  text: string,
  stepId: string,
  {files, layout, run}: WriteTools,
): Promise<void> {
  const before = await files.read(path)
  const kept = before === undefined ? null : keptPath(layout, run.id)
  if (before !== undefined && kept !== null) await files.write(kept, before, 0o600)
  await files.write(path, text, 0o600)
  await run.done(stepId, {path, kept, sha256: environmentDigest(text)})
}

/** Puts the file back as it was before a run, or removes what the run made. */
export async function restoreEnvironmentFile(
  record: Json | undefined,
  files: Files,
): Promise<void> {
  const {path, kept} = keptFile(record)
  if (path === undefined) return
  await refuseChanged(record, files)
  const before = kept === undefined ? undefined : await files.read(kept)
  if (before === undefined) await files.remove(path)
  else await files.write(path, before, 0o600)
}

/** Throws ENV_CHANGED when the file is not as the run left it: what came later would be lost. */
export async function refuseChanged(record: Json | undefined, files: Files): Promise<void> {
  const {path, sha256} = keptFile(record)
  if (path === undefined || sha256 === undefined) return
  const now = await files.read(path)
  if (now !== undefined && environmentDigest(now) === sha256) return
  throw new MitraError(
    'refused',
    'ENV_CHANGED',
    `${path} was changed since; nothing was taken back.`,
    {
      hints: ['Take back the later runs first: mitra journal list.', 'Or change the line by hand.'],
    },
  )
}

/** Where a run keeps what the file was before it. */
export function keptPath({state}: WorkspaceLayout, runId: string): string {
  return `${state}/environments/${runId}`
}

export function environmentDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export function keptFile(record: Json | undefined): {
  readonly path: string | undefined
  readonly kept: string | undefined
  readonly sha256: string | undefined
} {
  const values = new Map<string, unknown>(Object.entries(record ?? {}))
  const [path, kept, sha256] = ['path', 'kept', 'sha256'].map((key) => values.get(key))
  return {
    path: typeof path === 'string' ? path : undefined,
    kept: typeof kept === 'string' ? kept : undefined,
    sha256: typeof sha256 === 'string' ? sha256 : undefined,
  }
}
