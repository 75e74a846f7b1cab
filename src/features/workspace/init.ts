import type {Files, Templates} from '../../ports/files.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {WorkspaceLayout} from '../../ports/workspace.js'

/** A file that `init` writes, with its whole text. */
export interface WantedFile {
  /** Below the workspace's root, with `/`. */
  readonly path: string
  readonly text: string
  readonly mode?: number
}

/** What a workspace consists of, from the templates and its identity. */
export async function wantedFiles(
  templates: Templates,
  layout: WorkspaceLayout,
): Promise<readonly WantedFile[]> {
  const database = await databaseTemplates(templates)
  const settings = (await templates.read('.')).get('mitra.yml') ?? ''
  return [
    // mitra.yml is last: a folder is a workspace only when the rest of it is there.
    {path: '.mitra/workspace.json', text: `${JSON.stringify({id: layout.id})}\n`, mode: 0o600},
    // The folder ignores itself, so that nobody's .gitignore has to be edited.
    {path: '.mitra/.gitignore', text: '*\n'},
    ...[...database].map(([path, text]) => ({path, text})),
    {path: 'mitra.yml', text: settings},
  ]
}

export interface WorkspaceFilesPlan {
  readonly steps: readonly Step[]
  readonly files: readonly WantedFile[]
}

/** Only what is missing is written: a file that is there is its owner's. */
export async function planWorkspaceFiles(
  wanted: readonly WantedFile[],
  layout: WorkspaceLayout,
  files: Files,
): Promise<WorkspaceFilesPlan> {
  const present = await Promise.all(wanted.map((file) => files.read(`${layout.root}/${file.path}`)))
  const missing = wanted.filter((_, index) => present[index] === undefined)
  return {files: missing, steps: missing.map((file) => writeStep(file, layout))}
}

function writeStep(file: WantedFile, layout: WorkspaceLayout): Step {
  return {
    id: `workspace.write.${file.path}`,
    title: `Write ${file.path}`,
    why: 'not there yet',
    undo: 'automatic',
    detail: {path: `${layout.root}/${file.path}`, bytes: Buffer.byteLength(file.text)},
  }
}

export async function applyWorkspaceFiles(
  plan: WorkspaceFilesPlan,
  {layout, files, run}: {layout: WorkspaceLayout; files: Files; run: RunWriter},
): Promise<void> {
  for (const file of plan.files) {
    const path = `${layout.root}/${file.path}`
    // In order, so that mitra.yml comes last.
    await files.write(path, file.text, file.mode)
    await run.done(`workspace.write.${file.path}`, {path})
  }
}

/** The migrations; sample data under `database/` stay in the package. */
async function databaseTemplates(templates: Templates): Promise<ReadonlyMap<string, string>> {
  const [shared, tenant] = await Promise.all([
    templates.read('database/shared'),
    templates.read('database/tenant'),
  ])
  return new Map([...shared, ...tenant])
}
