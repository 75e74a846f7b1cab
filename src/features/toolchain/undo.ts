import {MitraError} from '../../errors.js'
import type {Editor} from '../../ports/editor.js'
import type {Files} from '../../ports/files.js'
import type {Json, Step} from '../../ports/journal.js'
import type {CommandLine, Packages} from '../../ports/packages.js'
import {withoutOurPart} from './brewfile.js'
import {extensionOf, extensionPackage} from './extensions.js'
import {emptyGroups} from './groups.js'
import {brewfileStep, choicesStep, lockStep, namesIn, textIn} from './leftover.js'

interface UndoParts {
  readonly packages: Packages
  readonly editor: Editor
  readonly files: Files
}

/** What takes a step of the tools back; undefined when nothing of it is there any more. */
export async function planToolUndo(
  step: Step,
  record: Json | undefined,
  parts: UndoParts,
): Promise<Step | undefined> {
  if (isOwnFile(step)) return planFileUndo(step, record, parts)
  if (step.id === brewfileStep) return planBrewfileUndo(record, parts)
  return planPurge(step, record, parts)
}

export async function applyToolUndo(
  step: Step,
  record: Json | undefined,
  parts: UndoParts,
): Promise<void> {
  const {packages, editor, files} = parts
  if (isOwnFile(step) || step.id === brewfileStep) {
    const {path, before} = isOwnFile(step) ? fileIn(record) : await brewfileAfterUndo(record, files)
    if (path === undefined) return
    await (before === undefined ? files.remove(path) : files.write(path, before))
    return
  }
  const {names, extensions} = await stillThere(record, parts)
  for (const id of extensions) await editor.run(editor.uninstall(id), () => undefined)
  if (names.length === 0) return
  await refuseNeeded(names, packages)
  await packages.refuseWithoutRights()
  for (const command of await purgeCommands(names, record, packages)) {
    await packages.run(command, () => undefined)
  }
}

/** All of it is ours; the Brewfile is partly a person's. */
function isOwnFile({id}: Step): boolean {
  return id === lockStep || id === choicesStep
}

async function planPurge(
  step: Step,
  record: Json | undefined,
  parts: UndoParts,
): Promise<Step | undefined> {
  const {packages, editor} = parts
  const {names, extensions} = await stillThere(record, parts)
  if (names.length + extensions.length === 0) return undefined
  const purge = names.length === 0 ? [] : await purgeCommands(names, record, packages)
  return {
    id: `remove.${step.id}`,
    title: `Remove ${[...names, ...extensions].join(', ')}`,
    why: 'the run installed them',
    undo: 'no',
    detail: {
      commands: [...extensions.map((id) => editor.uninstall(id)), ...purge],
      files: [],
      packages: names,
      needsPassword: names.length > 0 && packages.needsPassword,
    },
  }
}

async function purgeCommands(
  names: readonly string[],
  record: Json | undefined,
  packages: Packages,
): Promise<readonly CommandLine[]> {
  const {commands} = packages
  return [...commands.purge(names), ...commands.removeGroups(await emptyGroups(record, packages))]
}

/** A file that someone changed since is theirs: it stays. */
async function planFileUndo(
  step: Step,
  record: Json | undefined,
  {files}: UndoParts,
): Promise<Step | undefined> {
  const {path, before, written} = fileIn(record)
  if (path === undefined || (await files.read(path)) !== written) return undefined
  return restoreStep(step.id, path, before)
}

/** Lines that a person added since are kept. */
async function planBrewfileUndo(
  record: Json | undefined,
  {files}: UndoParts,
): Promise<Step | undefined> {
  const {path, before} = await brewfileAfterUndo(record, files)
  if (path === undefined || (await files.read(path)) === before) return undefined
  return restoreStep(brewfileStep, path, before)
}

async function brewfileAfterUndo(record: Json | undefined, files: Files) {
  const {path, before, written = ''} = fileIn(record)
  const now = path === undefined ? undefined : await files.read(path)
  return {path, before: now === undefined ? undefined : withoutOurPart(now, {before, written})}
}

function restoreStep(id: string, path: string, before: string | undefined): Step {
  return {
    id: `restore.${id}`,
    title: before === undefined ? `Remove ${path}` : `Put ${path} back as it was`,
    why: 'the run wrote it',
    undo: 'no',
    detail: {commands: [], files: [path]},
  }
}

/** Throws when something that came later needs one of them: it would be lost with them. */
async function refuseNeeded(names: readonly string[], packages: Packages): Promise<void> {
  if (names.length === 0) return
  const ours = new Set(names)
  const others = (await packages.purgedWith(names)).filter((name) => !ours.has(name))
  if (others.length === 0) return
  const message = `${others.join(', ')} came later and need what would be removed; nothing was.`
  const remove = packages.manager === 'apt' ? 'apt-get remove' : 'brew uninstall'
  const hints = [`Remove them first: ${remove} ${others.join(' ')}.`]
  throw new MitraError('refused', 'PACKAGES_NEEDED', message, {hints})
}

async function stillThere(record: Json | undefined, {packages, editor}: UndoParts) {
  const recorded = namesIn(record, 'packages')
  const isExtension = (name: string) => extensionOf(name) !== undefined
  const isOnlyExtensions = recorded.every(isExtension)
  const installed = new Set(isOnlyExtensions ? [] : await packages.installed())
  const there = recorded.some(isExtension) ? ((await editor.extensions()) ?? []) : []
  const known = new Set(there.map(extensionPackage))
  return {
    names: recorded.filter((name) => installed.has(name)),
    extensions: recorded
      .filter((name) => known.has(name))
      .flatMap((name) => extensionOf(name) ?? []),
  }
}

function fileIn(record: Json | undefined) {
  return {
    path: textIn(record, 'path'),
    before: textIn(record, 'before'),
    written: textIn(record, 'written'),
  }
}
