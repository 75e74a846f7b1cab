import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {DeveloperTools} from '../../ports/developer-tools.js'
import type {Editor} from '../../ports/editor.js'
import type {Files} from '../../ports/files.js'
import type {RunWriter} from '../../ports/journal.js'
import type {Packages} from '../../ports/packages.js'
import type {Progress} from '../../ports/progress.js'
import type {Rights} from '../../ports/rights.js'
import type {Toolchain, ToolProber} from '../../ports/toolchain.js'
import {extensionPackage, type ExtensionWork} from './extensions.js'
import {brewfileStep, choicesStep, leftoverStep, lockStep, refreshStep} from './leftover.js'
import {observeTool} from './observe.js'
import {changesPackages, type KnownText, type ToolchainPlan} from './plan.js'
import {applyPrerequisites, type Prerequisites} from './prerequisites.js'

interface ApplyParts {
  readonly toolchain: Toolchain
  readonly prober: ToolProber
  /** Opened only for a plan that has some: looking for brew runs it. */
  readonly packages: () => Promise<Packages>
  readonly editor: Editor
  readonly developerTools: DeveloperTools
  readonly rights: Rights
  readonly files: Files
  readonly run: RunWriter
  readonly progress: Progress
  /** mitra.lock as the tools that are there now make it. */
  readonly lockNow: () => Promise<string>
}

/** Does the plan. A tool that fails does not stop the others; then the first failure is thrown. */
export async function applyToolchain(
  plan: ToolchainPlan & {readonly prerequisites: Prerequisites},
  parts: ApplyParts,
): Promise<void> {
  const {run} = parts
  if (changesPackages(plan)) await (await parts.packages()).refuseWithoutRights()
  const failures: unknown[] = []
  const attempt = async (stepId: string, work: () => Promise<void>) => {
    parts.progress.started(stepId)
    try {
      await work()
    } catch (error) {
      failures.push(error)
      await run.failed(stepId, codeOf(error) ?? 'UNEXPECTED', messageOf(error))
    }
  }
  const notesOn = (stepId: string) => noteOn(parts, stepId)
  await applyPrerequisites(plan.prerequisites, {...parts, attempt, noteOn: notesOn})
  const brought: string[] = []
  if (plan.repair.length > 0) {
    await attempt('toolchain.repair', async () => {
      brought.push(...(await repair(plan, parts)))
    })
  }
  const {leftover, leftoverGroups} = plan
  if (leftover.length > 0) {
    const packages = [...leftover, ...brought].toSorted()
    await run.done(leftoverStep, {packages, groups: leftoverGroups})
  }
  for (const [id, text] of textsOf(plan)) await attempt(id, () => writeText(id, text, parts))
  if (plan.refresh !== undefined) await attempt(refreshStep, () => refresh(plan, parts))
  // One after the other: dpkg has one lock, and brew's own are taken as failures.
  for (const work of plan.installs) await attempt(work.step.id, () => install(work, parts))
  for (const work of plan.extensions) await attempt(work.step.id, () => addExtension(work, parts))
  if (plan.lock !== undefined) await attempt(lockStep, () => writeLock(plan, parts))
  throwFirst(failures)
}

function textsOf({choices, brewfile}: ToolchainPlan): readonly (readonly [string, KnownText])[] {
  return [
    ...(choices === undefined ? [] : [[choicesStep, choices] as const]),
    ...(brewfile === undefined ? [] : [[brewfileStep, brewfile] as const]),
  ]
}

/**
 * Only the last command has to end well: it is for what those before it could not do. Returns the packages
 * that came: the run that was cut off meant to bring them.
 */
async function repair(
  {repair: commands}: ToolchainPlan,
  parts: ApplyParts,
): Promise<readonly string[]> {
  const manager = await parts.packages()
  const before = new Set(await manager.installed())
  const note = noteOn(parts, 'toolchain.repair')
  for (const command of commands.slice(0, -1)) {
    await manager.run(command, note).catch((error: unknown) => note(messageOf(error)))
  }
  for (const command of commands.slice(-1)) await manager.run(command, note)
  await parts.run.done('toolchain.repair')
  return (await manager.installed()).filter((name) => !before.has(name))
}

/** The record holds what the tools will add: their plan could not know it without the lists. */
async function refresh(plan: ToolchainPlan, parts: ApplyParts): Promise<void> {
  if (plan.refresh === undefined) return
  const manager = await parts.packages()
  await manager.run(plan.refresh, noteOn(parts, refreshStep))
  const effects = await Promise.all(
    plan.installs.map(async ({packages}) => manager.effectOf(packages)),
  )
  const expected = [...new Set(effects.flatMap((effect) => effect?.added ?? []))]
  await parts.run.done(refreshStep, {expected})
}

async function install(
  {tool, step, command, groups, manifest}: ToolchainPlan['installs'][number],
  parts: ApplyParts,
): Promise<void> {
  const {toolchain, prober, files, run} = parts
  const packages = await parts.packages()
  const before = new Set(await packages.installed())
  try {
    if (manifest !== undefined) await files.write(manifest.path, manifest.text)
    await packages.run(command, noteOn(parts, step.id))
  } catch (error) {
    const hint = `${toolchain.file}, ${packages.manager} of ${tool.id}, names its packages.`
    throw toolFailure(tool.title, hint, error)
  } finally {
    if (manifest !== undefined) await files.remove(manifest.path)
  }
  const added = (await packages.installed()).filter((name) => !before.has(name))
  const {state} = await observeTool(tool, prober)
  if (state === 'absent' || state === 'tooLow') {
    const message = `${tool.title} was installed and is still ${state === 'absent' ? 'not found' : 'too old'}.`
    const hints = [
      `${toolchain.file} says by which program ${tool.id} is found.`,
      'Is its folder on PATH?',
    ]
    // Undo has to know of them all the same.
    if (added.length > 0) await run.done(step.id, {packages: added, groups})
    throw new MitraError('failed', 'TOOL_NOT_FOUND', message, {hints})
  }
  await run.done(step.id, {packages: added, groups})
}

function toolFailure(title: string, hint: string, error: unknown): unknown {
  if (!(error instanceof MitraError)) return error
  const hints = [...error.hints, hint]
  return new MitraError(error.kind, error.code, `${title}: ${error.message}`, {hints, cause: error})
}

async function writeLock({lock}: ToolchainPlan, {files, run, lockNow}: ApplyParts): Promise<void> {
  if (lock === undefined) return
  const text = await lockNow()
  if ((await files.read(lock.path)) !== text) await files.write(lock.path, text)
  await run.done(lockStep, {path: lock.path, before: lock.before, written: text})
}

async function writeText(
  stepId: string,
  {path, before, wanted}: KnownText,
  {files, run}: ApplyParts,
): Promise<void> {
  if ((await files.read(path)) !== wanted) await files.write(path, wanted)
  await run.done(stepId, {path, before, written: wanted})
}

/** One extension may bring others. */
async function addExtension({step, command}: ExtensionWork, parts: ApplyParts): Promise<void> {
  const {editor, run} = parts
  const before = new Set(await editor.extensions())
  await editor.run(command, noteOn(parts, step.id))
  const added = ((await editor.extensions()) ?? []).filter((id) => !before.has(id))
  await run.done(step.id, {packages: added.map(extensionPackage)})
}

function noteOn({progress}: ApplyParts, stepId: string): (line: string) => void {
  return (line) => {
    if (/^(Get:|Unpacking|Setting up|==> |Installing |Upgrading |Download)/.test(line))
      progress.note(stepId, line)
  }
}

function throwFirst(failures: readonly unknown[]): void {
  const [first, ...others] = failures
  if (first === undefined) return
  if (!(first instanceof MitraError)) throw first
  const hints = [...first.hints, ...others.map((other) => `Also: ${messageOf(other)}`)]
  throw new MitraError(first.kind, first.code, first.message, {hints, cause: first})
}
