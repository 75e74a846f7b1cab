import type {JournalRun, RunWriter, Step} from '../../ports/journal.js'
import type {HookFile, WorkTrees, RepositorySettings} from '../../ports/work-trees.js'
import {textOf, type GitTarget} from './names.js'
import {planGitFiles, type GitFileWork, type KeptGitFile} from './plan-files.js'
import {planHooks, type HookWork} from './plan-hooks.js'
import {observeParts} from './parts.js'
import {wantedGitFiles, type WantedGitFile} from './wanted.js'

interface RepositoryWork {
  readonly target: GitTarget
  readonly files: readonly GitFileWork[]
  readonly hooks: HookWork | undefined
}

export interface GitWorkflowPlan {
  readonly steps: readonly Step[]
  readonly work: readonly RepositoryWork[]
  readonly kept: readonly KeptGitFile[]
}

export interface GitPlanTools {
  readonly workTrees: WorkTrees
  readonly hookFile: HookFile
  readonly templates: ReadonlyMap<string, string>
  readonly runs: readonly JournalRun[]
  /** Where Node and mitra are. */
  readonly settings: RepositorySettings
  readonly isReplacing: boolean
}

/** Files and hooks of the Git workflow that the repositories lack. Throws where hooks are another's. */
export async function planGitWorkflow(
  targets: readonly GitTarget[],
  tools: GitPlanTools,
): Promise<GitWorkflowPlan> {
  const plans = await Promise.all(targets.map((target) => planRepository(target, tools)))
  return {
    steps: plans.flatMap(({work: {files, hooks}}) => [
      ...files.map(({step}) => step),
      ...(hooks === undefined ? [] : [hooks.step]),
    ]),
    work: plans.map(({work}) => work),
    kept: plans.flatMap(({kept}) => kept),
  }
}

async function planRepository(target: GitTarget, tools: GitPlanTools) {
  const wanted = await wantedIn(target, tools)
  const {files, kept} = await planGitFiles(target, wanted, tools)
  const hooks = await planHooks(target, {...tools, names: hookNamesOf(wanted, tools)})
  return {work: {target, files, hooks}, kept}
}

/** Only the hooks, of a repository whose files are there; undefined when they are not. */
export async function planGitHooks(
  target: GitTarget,
  tools: GitPlanTools,
): Promise<GitWorkflowPlan | undefined> {
  const {repository} = target
  const wanted = await wantedIn(target, tools)
  const hookFile = wanted.find(({isMerged}) => isMerged)
  const found = await tools.workTrees.read(`${repository.root}/${hookFile?.path ?? ''}`)
  const scripts = await tools.workTrees.present(repository, ['.lefthook/mitra.sh'])
  const isThere = found !== undefined && textOf(found) === hookFile?.text && scripts.length > 0
  if (!isThere) return undefined
  const hooks = await planHooks(target, {...tools, names: hookNamesOf(wanted, tools)})
  const steps = hooks === undefined ? [] : [hooks.step]
  return {steps, work: [{target, files: [], hooks}], kept: []}
}

async function wantedIn({repository}: GitTarget, tools: GitPlanTools) {
  const parts = await observeParts(repository, tools.workTrees)
  return wantedGitFiles(repository, parts, tools)
}

/** What lefthook will install by its configuration as it will be. */
function hookNamesOf(
  wanted: readonly WantedGitFile[],
  {hookFile}: GitPlanTools,
): readonly string[] {
  const file = wanted.find(({isMerged}) => isMerged)
  if (file === undefined || !/\.ya?ml$/.test(file.path)) return ['commit-msg', 'pre-push']
  return hookFile.hooksOf(file.path, file.text)
}

export async function applyGitWorkflow(
  {work}: GitWorkflowPlan,
  {workTrees, run}: {readonly workTrees: WorkTrees; readonly run: RunWriter},
): Promise<void> {
  for (const {target, files, hooks} of work) {
    for (const {step, path, before, bytes} of files) {
      await workTrees.write(path, bytes)
      const sha256 = step.detail?.['sha256'] ?? null
      await run.done(step.id, {path, before: before === null ? null : {...before}, sha256})
    }
    if (hooks === undefined) continue
    for (const path of hooks.remove) await workTrees.remove(path)
    await workTrees.set(target.repository, hooks.settings)
    await workTrees.installHooks(target.repository)
    await run.done(hooks.step.id, hooks.before)
  }
}
