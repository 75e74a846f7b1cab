import {relative} from 'node:path'
import type {Files, Templates} from '../../ports/files.js'
import type {Folders} from '../../ports/folders.js'
import type {Json, Step} from '../../ports/journal.js'
import type {WorkspaceLayout} from '../../ports/workspace.js'
import {digestOfFile, templateTexts} from './init.js'

interface UndoTools {
  readonly files: Files
  readonly folders: Folders
  readonly templates: Templates
  readonly layout: WorkspaceLayout
}

/** Only files that are as the run wrote them; undefined when none is left. */
export async function planWorkspaceUndo(
  step: Step,
  record: Json | undefined,
  tools: UndoTools,
): Promise<Step | undefined> {
  if (isState(step)) return undefined
  const {ours} = await sorted(record, tools)
  if (ours.length === 0) return undefined
  const detail = {paths: [...ours]}
  return {id: `remove.${step.id}`, ...removal(ours, tools.layout.root), undo: 'no', detail}
}

/** Files that somebody changed, or took into a repository of their own, are theirs. */
export async function stayingFiles(
  step: Step,
  record: Json | undefined,
  tools: UndoTools,
): Promise<Step | undefined> {
  if (isState(step)) return undefined
  const {changed, repositories} = await sorted(record, tools)
  const parts = [
    ...repositories.map((folder) => `${folder} is a Git repository now`),
    ...(changed.length === 0 ? [] : [`changed since: ${changed.join(', ')}`]),
  ]
  if (parts.length === 0) return undefined
  return {id: step.id, title: parts.join('; '), why: 'it is not as the run left it', undo: 'no'}
}

export async function applyWorkspaceUndo(
  record: Json | undefined,
  tools: UndoTools,
): Promise<void> {
  const {ours} = await sorted(record, tools)
  for (const path of ours) await tools.files.remove(path)
  await tools.folders.prune(ours, tools.layout.root)
}

/** Earlier versions said that it can be taken back. */
function isState({id}: Step): boolean {
  return id === 'workspace.state'
}

/** One file by its path, several by their folder; all of them are in the detail. */
function removal(paths: readonly string[], root: string): Pick<Step, 'title' | 'why'> {
  if (paths.length === 1) return {title: `Remove ${paths[0]}`, why: 'the run wrote it'}
  const names = paths.map((path) => relative(root, path))
  const tops = [...new Set(names.map((name) => name.split('/').slice(0, 2).join('/')))]
  const shown = tops.length > 4 ? [...tops.slice(0, 3), `${tops.length - 3} more`] : tops
  return {
    title: `Remove ${paths.length} files of ${root}: ${shown.join(', ')}`,
    why: 'the run wrote them',
  }
}

async function sorted(record: Json | undefined, {files, folders, templates, layout}: UndoTools) {
  const {paths, sha256} = listsIn(record)
  // Records of earlier versions hold no digests.
  const known =
    sha256.length === paths.length
      ? new Map(paths.map((path, index) => [path, sha256[index]]))
      : await templateDigests(templates, layout)
  const repositories = await folders.repositoriesAbove(paths, layout.root)
  const [ours, changed]: [string[], string[]] = [[], []]
  for (const path of paths) {
    if (repositories.some((folder) => path.startsWith(`${folder}/`))) continue
    const text = await files.read(path)
    if (text !== undefined) (digestOfFile(text) === known.get(path) ? ours : changed).push(path)
  }
  return {ours, changed, repositories}
}

async function templateDigests(templates: Templates, layout: WorkspaceLayout) {
  const texts = await templateTexts(templates, layout)
  return new Map([...texts].map(([path, text]) => [path, digestOfFile(text)]))
}

function listsIn(record: Json | undefined) {
  const values = new Map<string, unknown>(Object.entries(record ?? {}))
  const list = (key: string) => {
    const value = values.get(key)
    return Array.isArray(value) ? value.map(String) : []
  }
  return {paths: list('paths'), sha256: list('sha256')}
}
