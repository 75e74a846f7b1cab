import type {Files} from '../../ports/files.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {WorkspaceLayout} from '../../ports/workspace.js'
import {environmentDigest, keptPath} from './write.js'

/** The record of a file that a run has written and, cut off, not recorded. */
export interface EnvironmentRecordPlan {
  readonly steps: readonly Step[]
  readonly path: string
  readonly cutOff: string
}

export function planEnvironmentRecord(path: string, cutOff: string): EnvironmentRecordPlan {
  const step: Step = {
    id: 'environment.file.local',
    title: 'Record .env.local',
    why: 'the run that wrote it was cut off',
    undo: 'automatic',
    detail: {path, commands: [], files: []},
  }
  return {steps: [step], path, cutOff}
}

export async function applyEnvironmentRecord(
  {steps, path, cutOff}: EnvironmentRecordPlan,
  {files, layout, run}: {files: Files; layout: WorkspaceLayout; run: RunWriter},
): Promise<void> {
  const [step] = steps
  const text = await files.read(path)
  if (step === undefined || text === undefined) return
  const kept = keptPath(layout, cutOff)
  const hasKept = (await files.read(kept)) !== undefined
  await run.done(step.id, {path, kept: hasKept ? kept : null, sha256: environmentDigest(text)})
}
