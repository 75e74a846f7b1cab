import {createHash} from 'node:crypto'
import {MitraError} from '../../errors.js'
import type {Files, Templates} from '../../ports/files.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {WorkspaceLayout} from '../../ports/workspace.js'

/** A file that `init` writes, with its whole text. */
export interface WantedFile {
  /** The part of the workspace it belongs to: one step of the plan. */
  readonly part: 'state' | 'database' | 'backend' | 'settings'
  /** Below the workspace's root, with `/`. */
  readonly path: string
  readonly text: string
  readonly mode?: number
}

// The settings are last: a folder is a workspace only when the rest of it is there.
const partsInOrder = ['state', 'database', 'backend', 'settings'] as const

const partTitles: Readonly<Record<WantedFile['part'], string>> = {
  state: 'Make .mitra/ for data, logs, passwords and journal (git ignores it)',
  database: 'Write the migrations to database/',
  backend: 'Write a FastAPI backend to python-backend/',
  settings: 'Write the settings to mitra.yml',
}

/** What a workspace consists of, from the templates and its identity. */
export async function wantedFiles(
  templates: Templates,
  layout: WorkspaceLayout,
): Promise<readonly WantedFile[]> {
  const [root, shared, tenant] = await Promise.all([
    templates.read('workspace'),
    templates.read('database/shared'),
    templates.read('database/tenant'),
  ])
  const settings = root.get('workspace/mitra.yml') ?? ''
  return [
    {
      part: 'state',
      path: '.mitra/workspace.json',
      text: `${JSON.stringify({id: layout.id})}\n`,
      mode: 0o600,
    },
    // The folder ignores itself, so that nobody's .gitignore has to be edited.
    {part: 'state', path: '.mitra/.gitignore', text: '*\n'},
    ...[...shared, ...tenant].map(([path, text]) => ({part: 'database' as const, path, text})),
    {part: 'settings', path: 'mitra.yml', text: settings},
  ]
}

/**
 * A small backend with everything that the platform asks of one. A folder that holds anything of a
 * backend already is its owner's: files of ours among theirs would make a program of neither.
 */
export async function wantedBackendFiles(
  templates: Templates,
  layout: WorkspaceLayout,
  files: Files,
): Promise<readonly WantedFile[]> {
  const wanted = await backendFiles(templates)
  const present = await Promise.all(wanted.map((file) => files.read(pathOf(file, layout))))
  const foreign = wanted.find(({text}, index) => (present[index] ?? text) !== text)
  if (foreign === undefined) return wanted
  throw new MitraError(
    'refused',
    'BACKEND_THERE',
    `${pathOf(foreign, layout)} is there and is another one; nothing was written.`,
    {
      hints: [
        'There is a backend already: leave out --with-backend.',
        'Or move python-backend/ away.',
      ],
    },
  )
}

async function backendFiles(templates: Templates): Promise<readonly WantedFile[]> {
  return [...(await templates.read('backend'))].map(([path, text]) => ({
    part: 'backend',
    // npm leaves a file named .gitignore out of a package.
    path: path.replace(/^backend\//, 'python-backend/').replace(/\/gitignore$/, '/.gitignore'),
    text,
  }))
}

/** Every file that mitra writes to a workspace out of its templates: whole path to text. */
export async function templateTexts(
  templates: Templates,
  layout: WorkspaceLayout,
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...(await wantedFiles(templates, layout)), ...(await backendFiles(templates))]
  const schema = (await templates.read('environments')).get('environments/env.schema.yml') ?? ''
  return new Map([
    ...wanted.map((file) => [pathOf(file, layout), file.text] as const),
    [`${layout.root}/env.schema.yml`, schema] as const,
  ])
}

export interface WorkspaceFilesPlan {
  readonly steps: readonly Step[]
  readonly files: readonly WantedFile[]
}

/**
 * Only what is missing is written: a file that is there is its owner's. What a run that was cut off has
 * written is written again as it is, so that its record is whole.
 */
export async function planWorkspaceFiles(
  wanted: readonly WantedFile[],
  layout: WorkspaceLayout,
  files: Files,
  unrecorded: ReadonlySet<string> = new Set(),
): Promise<WorkspaceFilesPlan> {
  const present = await Promise.all(wanted.map((file) => files.read(pathOf(file, layout))))
  const missing = wanted.filter(({path, text}, index) => {
    const isSame = present[index] === text
    return present[index] === undefined || (isSame && unrecorded.has(path))
  })
  const steps = partsInOrder.flatMap((part) => {
    const paths = missing.filter((file) => file.part === part).map((file) => file.path)
    return paths.length === 0
      ? []
      : [
          writeStep(
            part,
            paths,
            layout,
            paths.every((path) => unrecorded.has(path)),
          ),
        ]
  })
  return {files: missing, steps}
}

function writeStep(
  part: WantedFile['part'],
  paths: readonly string[],
  layout: WorkspaceLayout,
  isCutOff: boolean,
): Step {
  return {
    id: `workspace.${part}`,
    title: partTitles[part],
    why: whyWrite(paths.length, isCutOff),
    // Data, passwords and journal stay after an undo: they are found by this identity, and ignored by git.
    undo: part === 'state' ? 'no' : 'automatic',
    detail: {
      root: layout.root,
      paths,
      commands: [],
      files: paths.map((path) => `${layout.root}/${path}`),
    },
  }
}

function whyWrite(count: number, isCutOff: boolean): string {
  if (isCutOff) return 'the run that wrote them was cut off'
  return count === 1 ? 'not there yet' : `${count} files are not there yet`
}

export async function applyWorkspaceFiles(
  plan: WorkspaceFilesPlan,
  {layout, files, run}: {layout: WorkspaceLayout; files: Files; run: RunWriter},
): Promise<void> {
  for (const part of partsInOrder) {
    const written = plan.files.filter((file) => file.part === part)
    for (const file of written) await files.write(pathOf(file, layout), file.text, file.mode)
    if (written.length > 0) {
      const paths = written.map((file) => pathOf(file, layout))
      await run.done(`workspace.${part}`, {
        paths,
        sha256: written.map(({text}) => digestOfFile(text)),
      })
    }
  }
}

/** As a record of an undo holds it. */
export function digestOfFile(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function pathOf(file: WantedFile, layout: WorkspaceLayout): string {
  return `${layout.root}/${file.path}`
}
