import type {Files} from '../../ports/files.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {WorkspaceLayout} from '../../ports/workspace.js'
import {environmentDigest} from './write.js'

interface SchemaFilePlan {
  readonly steps: readonly Step[]
  readonly path: string
  readonly text: string
}

/** The committed schema, where the workspace has none yet. */
export async function planSchemaFile(
  template: ReadonlyMap<string, string>,
  {root}: WorkspaceLayout,
  files: Files,
  isUnrecorded = false,
): Promise<SchemaFilePlan> {
  const path = `${root}/env.schema.yml`
  const text = template.get('environments/env.schema.yml') ?? ''
  const present = await files.read(path)
  // What a run that was cut off has written is written again as it is, so that there is a record.
  const isOurs = isUnrecorded && present === text
  if (present !== undefined && !isOurs) return {steps: [], path, text}
  const step: Step = {
    id: 'workspace.environments',
    title: 'Write env.schema.yml, the variables that the programs take (commit it)',
    why: isOurs ? 'the run that wrote it was cut off' : 'there is no such file',
    undo: 'automatic',
    detail: {path},
  }
  return {steps: [step], path, text}
}

export async function applySchemaFile(
  {steps, path, text}: SchemaFilePlan,
  {files, run}: {readonly files: Files; readonly run: RunWriter},
): Promise<void> {
  const [step] = steps
  if (step === undefined) return
  await files.write(path, text)
  await run.done(step.id, {paths: [path], sha256: [environmentDigest(text)]})
}
