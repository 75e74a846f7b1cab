import {MitraError} from '../../errors.js'
import type {Files} from '../../ports/files.js'
import type {Json, Step} from '../../ports/journal.js'
import type {Packages} from '../../ports/packages.js'
import {withoutOurPart} from './brewfile.js'
import {brewfileStep, lockStep, namesIn, textIn} from './leftover.js'

interface UndoParts {
  readonly packages: Packages
  readonly files: Files
}

/** What takes a step of the tools back; undefined when nothing of it is there any more. */
export async function planToolUndo(
  step: Step,
  record: Json | undefined,
  parts: UndoParts,
): Promise<Step | undefined> {
  if (step.id === lockStep) return planLockUndo(record, parts)
  if (step.id === brewfileStep) return planBrewfileUndo(record, parts)
  return planPurge(step, record, parts)
}

export async function applyToolUndo(
  step: Step,
  record: Json | undefined,
  {packages, files}: UndoParts,
): Promise<void> {
  if (step.id === lockStep || step.id === brewfileStep) {
    const {path, before} =
      step.id === lockStep ? fileIn(record) : await brewfileAfterUndo(record, files)
    if (path === undefined) return
    await (before === undefined ? files.remove(path) : files.write(path, before))
    return
  }
  const names = await stillThere(record, packages)
  if (names.length === 0) return
  await refuseNeeded(names, packages)
  await packages.refuseWithoutRights()
  for (const command of packages.commands.purge(names)) {
    await packages.run(command, () => undefined)
  }
}

async function planPurge(
  step: Step,
  record: Json | undefined,
  {packages}: UndoParts,
): Promise<Step | undefined> {
  const names = await stillThere(record, packages)
  if (names.length === 0) return undefined
  return {
    id: `remove.${step.id}`,
    title: `Remove ${names.join(', ')}`,
    why: 'the run installed them',
    undo: 'no',
    detail: {
      commands: packages.commands.purge(names),
      files: [],
      packages: names,
      needsPassword: packages.needsPassword,
    },
  }
}

/** A lock that someone changed since is theirs: it stays. */
async function planLockUndo(
  record: Json | undefined,
  {files}: UndoParts,
): Promise<Step | undefined> {
  const {path, before, written} = fileIn(record)
  if (path === undefined || (await files.read(path)) !== written) return undefined
  return restoreStep(lockStep, path, before)
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

async function stillThere(
  record: Json | undefined,
  packages: Packages,
): Promise<readonly string[]> {
  const installed = new Set(await packages.installed())
  return namesIn(record, 'packages').filter((name) => installed.has(name))
}

function fileIn(record: Json | undefined) {
  return {
    path: textIn(record, 'path'),
    before: textIn(record, 'before'),
    written: textIn(record, 'written'),
  }
}
