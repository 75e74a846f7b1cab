import type {JournalRun, Step} from '../../ports/journal.js'
import type {FileBytes, FoundFile, WorkTrees} from '../../ports/work-trees.js'
import {bytesAt, digestOf, earlierStep, textAt, type EarlierStep} from './earlier.js'
import {bytesOf, filePrefix, shownPath, type GitTarget} from './names.js'
import type {WantedGitFile} from './wanted.js'

/** A file that a person made or changed: it stays, and this is what to do about it. */
export interface KeptGitFile {
  readonly path: string
  readonly why: string
  readonly fix: string
}

export interface GitFileWork {
  readonly step: Step
  readonly path: string
  readonly before: FileBytes | null
  readonly bytes: FileBytes
}

interface FileTools {
  readonly workTrees: WorkTrees
  readonly runs: readonly JournalRun[]
  readonly isReplacing: boolean
}

/** What of the wanted files is missing; what is another's stays and is named. */
export async function planGitFiles(
  {repository, label}: GitTarget,
  wanted: readonly WantedGitFile[],
  {workTrees, runs, isReplacing}: FileTools,
): Promise<{readonly files: readonly GitFileWork[]; readonly kept: readonly KeptGitFile[]}> {
  const files: GitFileWork[] = []
  const kept: KeptGitFile[] = []
  for (const one of wanted) {
    const path = `${repository.root}/${one.path}`
    const found = await workTrees.read(path)
    const planned = planFile({label, path, one, found, runs, isReplacing})
    if (planned === undefined) continue
    if ('step' in planned) files.push(planned)
    else kept.push(planned)
    // Our other entries may be missing in it all the same.
    if ('step' in planned && one.kept !== undefined) kept.push(keptOf(label, one, one.kept))
  }
  return {files, kept}
}

interface Seen {
  readonly label: string
  readonly path: string
  readonly one: WantedGitFile
  readonly found: FoundFile | undefined
  readonly runs: readonly JournalRun[]
  readonly isReplacing: boolean
}

function planFile(seen: Seen): GitFileWork | KeptGitFile | undefined {
  const {label, one, found, runs} = seen
  const bytes = bytesOf(one.text, found?.isLink === false ? found.mode : one.mode)
  const id = `${filePrefix}${shownPath(label, one.path)}`
  const earlier = earlierStep(runs, id)
  if (found === undefined) return workOf({id, seen, bytes, before: null, why: 'not there yet'})
  if (found.base64 === bytes.base64) return planEqual(id, seen, bytes, earlier)
  if (found.isLink) return keptOf(label, one, 'it is a link to another file')
  const why = whyChanged(seen, found, earlier.written)
  if (why === undefined) return keptOf(label, one, one.kept ?? 'somebody changed it')
  return workOf({id, seen, bytes, before: {base64: found.base64, mode: found.mode}, why})
}

/** It is as it should be; what a run that was cut off could not record is recorded. */
function planEqual(
  id: string,
  seen: Seen,
  bytes: FileBytes,
  {cutOff}: EarlierStep,
): GitFileWork | KeptGitFile | undefined {
  if (textAt(cutOff, 'sha256') === digestOf(bytes)) {
    const before = bytesAt(cutOff, 'before') ?? null
    return workOf({id, seen, bytes, before, why: 'a run that was cut off wrote it'})
  }
  const {one, label} = seen
  return one.kept === undefined ? undefined : keptOf(label, one, one.kept)
}

/** Undefined: it is another's. */
function whyChanged(
  {one, isReplacing}: Seen,
  found: FoundFile,
  written: string | undefined,
): string | undefined {
  if (one.isMerged) return 'our entries are not in it'
  if (one.kept !== undefined) return undefined
  if (written === digestOf(found)) return 'mitra wrote an older one'
  return isReplacing ? 'it is another one, and --replace was given' : undefined
}

function workOf({
  id,
  seen: {label, path, one},
  bytes,
  before,
  why,
}: {
  readonly id: string
  readonly seen: Seen
  readonly bytes: FileBytes
  readonly before: FileBytes | null
  readonly why: string
}): GitFileWork {
  const verb = before === null ? 'Write' : 'Change'
  const step: Step = {
    id,
    title: `${verb} ${shownPath(label, one.path)}`,
    why,
    undo: 'automatic',
    detail: {
      files: [path],
      before: before === null ? null : {...before},
      sha256: digestOf(bytes),
    },
  }
  return {step, path, before, bytes}
}

function keptOf(label: string, {path, kept}: WantedGitFile, why: string): KeptGitFile {
  const shown = shownPath(label, path)
  const fix =
    kept === 'the repository has its own'
      ? `To have ours: remove ${shown} and run mitra git init again.`
      : `To have ours: mitra git init --replace (mitra undo brings ${shown} back).`
  return {path: shown, why, fix}
}
