import {MitraError} from '../../errors.js'
import type {Files} from '../../ports/files.js'
import type {Folders} from '../../ports/folders.js'
import type {Json, Step} from '../../ports/journal.js'
import type {Repositories} from '../../ports/repositories.js'
import {digestOfText} from './digest.js'

interface UndoTools {
  readonly files: Files
  readonly folders: Folders
  readonly repositories: Repositories
}

/** What takes a step of the projects back; undefined when nothing of it is there any more. */
export async function planProjectUndo(
  step: Step,
  record: Json | undefined,
  tools: UndoTools,
): Promise<Step | undefined> {
  if (step.id === 'workspace.backend') return planFilesUndo(step, record, tools)
  const path = pathIn(record)
  // What is installed in a venv goes with it.
  if (path === undefined) return undefined
  const remove = removal(step, `Remove ${path}`, [path])
  if (step.id === 'projects.venv') return (await tools.folders.has(path)) ? remove : undefined
  if (await tools.folders.has(removedName(path))) return remove
  if (!(await tools.folders.has(path))) return undefined
  await refuseOwnWork(path, tools)
  return remove
}

export async function applyProjectUndo(
  step: Step,
  record: Json | undefined,
  tools: UndoTools,
): Promise<void> {
  if (step.id === 'workspace.backend') {
    const {unchanged, folder} = await generatedFiles(record, tools.files)
    for (const path of unchanged) await tools.files.remove(path)
    if (folder !== undefined) await tools.folders.prune(folder)
    return
  }
  const path = pathIn(record)
  if (path === undefined) return
  if (step.id === 'projects.venv') return tools.folders.remove(path)
  // Renamed first: half of a repository would look like one that somebody changed.
  if (await tools.folders.has(path)) {
    await refuseOwnWork(path, tools)
    await tools.folders.remove(removedName(path))
    await tools.folders.move(path, removedName(path))
  }
  await tools.folders.remove(removedName(path))
}

/** Files that somebody changed since are theirs: they stay. */
async function planFilesUndo(
  step: Step,
  record: Json | undefined,
  {files}: UndoTools,
): Promise<Step | undefined> {
  const {unchanged, changed} = await generatedFiles(record, files)
  if (unchanged.length === 0) return undefined
  const stay = changed === 0 ? '' : `; ${changed} that were changed stay`
  return removal(step, `Remove ${unchanged.length} files of python-backend/${stay}`, unchanged)
}

function removal(step: Step, title: string, files: readonly string[]): Step {
  const detail = {commands: [], files: [...files]}
  return {id: `remove.${step.id}`, title, why: 'the run made it', undo: 'no', detail}
}

async function refuseOwnWork(path: string, {repositories}: UndoTools): Promise<void> {
  const own = await repositories.ownWork(path)
  if (own === undefined) return
  throw new MitraError('refused', 'PROJECT_CHANGED', `${path} stays: ${own}.`, {
    hints: ['Commit and push, or remove it by hand.'],
  })
}

async function generatedFiles(record: Json | undefined, files: Files) {
  const {paths, sha256} = listsIn(record)
  const texts = await Promise.all(paths.map((path) => files.read(path)))
  const isSame = paths.map((_, index) => {
    const [text, digest] = [texts[index], sha256[index]]
    return text !== undefined && (digest === undefined || digestOfText(text) === digest)
  })
  const unchanged = paths.filter((_, index) => isSame[index])
  const changed = texts.filter((text, index) => text !== undefined && !isSame[index]).length
  const folder = /^.*\/python-backend(?=\/)/.exec(paths[0] ?? '')?.[0]
  return {unchanged, changed, folder}
}

function removedName(path: string): string {
  const slash = path.lastIndexOf('/')
  return `${path.slice(0, slash)}/.${path.slice(slash + 1)}.removed`
}

function pathIn(record: Json | undefined): string | undefined {
  const path: unknown = new Map<string, unknown>(Object.entries(record ?? {})).get('path')
  return typeof path === 'string' ? path : undefined
}

function listsIn(record: Json | undefined) {
  const values = new Map<string, unknown>(Object.entries(record ?? {}))
  const list = (key: string) => {
    const value = values.get(key)
    return Array.isArray(value) ? value.map(String) : []
  }
  return {paths: list('paths'), sha256: list('sha256')}
}
