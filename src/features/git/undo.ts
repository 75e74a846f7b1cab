import {MitraError} from '../../errors.js'
import type {Json, Step} from '../../ports/journal.js'
import type {FileBytes, WorkTrees, RepositorySettings} from '../../ports/work-trees.js'
import {bytesAt, digestOf, textAt, valueAt} from './earlier.js'
import {filePrefix} from './names.js'
import {isLefthooks} from './plan-hooks.js'

/** What takes a step back; undefined when it is as it was before. Throws GIT_FILE_CHANGED. */
export async function planGitUndo(
  step: Step,
  record: Json | undefined,
  workTrees: WorkTrees,
): Promise<Step | undefined> {
  const isFile = step.id.startsWith(filePrefix)
  const title = isFile
    ? await fileUndoTitle(record, workTrees)
    : await hooksUndoTitle(record, workTrees)
  if (title === undefined) return undefined
  return {id: `restore.${step.id}`, title, why: 'the run wrote it', undo: 'no'}
}

export async function applyGitUndo(
  step: Step,
  record: Json | undefined,
  workTrees: WorkTrees,
): Promise<void> {
  if (step.id.startsWith(filePrefix)) {
    const path = textAt(record, 'path')
    if (path === undefined || (await fileUndoTitle(record, workTrees)) === undefined) return
    await putBack(path, bytesAt(record, 'before'), workTrees)
    return
  }
  for (const path of hookPaths(record)) {
    const before = bytesAt(valueAt(record, 'files'), path)
    if (await isOursToTakeBack(path, workTrees)) await putBack(path, before, workTrees)
  }
  const repository = await workTrees.at(textAt(record, 'root') ?? '')
  if (repository !== undefined) await workTrees.set(repository, settingsIn(record))
}

async function fileUndoTitle(
  record: Json | undefined,
  workTrees: WorkTrees,
): Promise<string | undefined> {
  const path = textAt(record, 'path')
  if (path === undefined) return undefined
  const [now, before] = [await workTrees.read(path), bytesAt(record, 'before')]
  if (now?.base64 === before?.base64) return undefined
  if (now === undefined || digestOf(now) !== textAt(record, 'sha256')) {
    const message = `${path} was changed since; nothing was taken back.`
    throw new MitraError('refused', 'GIT_FILE_CHANGED', message, {
      hints: ['Take back the later runs first: mitra journal list.', 'Or change it by hand.'],
    })
  }
  return before === undefined ? `Remove ${path}` : `Put ${path} back as it was`
}

async function hooksUndoTitle(
  record: Json | undefined,
  workTrees: WorkTrees,
): Promise<string | undefined> {
  const root = textAt(record, 'root') ?? ''
  const repository = await workTrees.at(root)
  if (repository === undefined) return undefined
  const files = valueAt(record, 'files')
  const states = await Promise.all(
    hookPaths(record).map(async (path) => {
      const now = await workTrees.read(path)
      return now?.base64 === bytesAt(files, path)?.base64
    }),
  )
  const [now, before] = [await workTrees.settings(repository), settingsIn(record)]
  const isSet = now['mitra.program'] === before['mitra.program']
  return states.every(Boolean) && isSet ? undefined : `Put the hooks of ${root} back as they were`
}

/** A hook that somebody wrote since is theirs. */
async function isOursToTakeBack(path: string, workTrees: WorkTrees): Promise<boolean> {
  const now = await workTrees.read(path)
  return now === undefined || path.endsWith('/lefthook.checksum') || isLefthooks(now)
}

async function putBack(
  path: string,
  before: FileBytes | undefined,
  workTrees: WorkTrees,
): Promise<void> {
  await (before === undefined ? workTrees.remove(path) : workTrees.write(path, before))
}

function hookPaths(record: Json | undefined): readonly string[] {
  return Object.keys(valueAt(record, 'files') ?? {})
}

function settingsIn(record: Json | undefined): RepositorySettings {
  const settings = valueAt(record, 'settings')
  return {
    'mitra.node': textAt(settings, 'mitra.node'),
    'mitra.program': textAt(settings, 'mitra.program'),
  }
}
