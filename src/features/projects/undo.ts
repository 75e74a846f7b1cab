import {MitraError} from '../../errors.js'
import type {Folders} from '../../ports/folders.js'
import type {Json, Step} from '../../ports/journal.js'
import type {Repositories} from '../../ports/repositories.js'

interface UndoTools {
  readonly folders: Folders
  readonly repositories: Repositories
}

/** What takes a step of the projects back; undefined when nothing of it is there any more. */
export async function planProjectUndo(
  step: Step,
  record: Json | undefined,
  tools: UndoTools,
): Promise<Step | undefined> {
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

function removedName(path: string): string {
  const slash = path.lastIndexOf('/')
  return `${path.slice(0, slash)}/.${path.slice(slash + 1)}.removed`
}

function pathIn(record: Json | undefined): string | undefined {
  const path: unknown = new Map<string, unknown>(Object.entries(record ?? {})).get('path')
  return typeof path === 'string' ? path : undefined
}
