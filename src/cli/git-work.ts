import {relative, resolve} from 'node:path'
import {MitraError} from '../errors.js'
import type {GitTarget} from '../features/git/names.js'
import {planGitWorkflow, type GitPlanTools, type GitWorkflowPlan} from '../features/git/plan.js'
import {applyGitUndo, planGitUndo} from '../features/git/undo.js'
import type {Undoer} from '../ports/undo.js'
import type {Tools} from './tools.js'

interface GitWish {
  /** Where Node and mitra are. */
  readonly program: readonly [string, string]
  readonly isReplacing?: boolean
}

/** The repository named, else those of the workspace; throws NO_REPOSITORY where there is none. */
export async function gitTargets(
  tools: Tools,
  named: string | undefined,
): Promise<readonly GitTarget[]> {
  const {layout} = await tools.prospect()
  const workTrees = await tools.workTrees()
  if (named !== undefined) {
    const repository = await workTrees.open(resolve(named))
    return [{repository, label: labelOf(layout.root, repository.root)}]
  }
  const found = await foundTargets(tools)
  if (found.length > 0) return found
  const message = `Neither ${layout.root} nor python-backend or flutter-app in it is a Git repository.`
  throw new MitraError('usage', 'NO_REPOSITORY', message, {
    hints: [
      `git init --initial-branch main ${JSON.stringify(layout.root)}`,
      'Or name one: --repository PATH',
    ],
  })
}

/** The workspace itself, its backend and its app, those that are the top of a repository. */
export async function foundTargets(tools: Tools): Promise<readonly GitTarget[]> {
  const {root} = (await tools.prospect()).layout
  const workTrees = await tools.workTrees()
  const folders = [root, `${root}/python-backend`, `${root}/flutter-app`]
  const found = await Promise.all(folders.map((folder) => workTrees.at(folder)))
  return found.flatMap((repository) =>
    repository === undefined ? [] : [{repository, label: labelOf(root, repository.root)}],
  )
}

/** Below the workspace a path from it, else the whole path. */
function labelOf(root: string, repository: string): string {
  const path = relative(root, repository)
  if (path === '') return '.'
  return path.startsWith('..') ? repository : path
}

export async function planGit(
  tools: Tools,
  targets: readonly GitTarget[],
  wish: GitWish,
): Promise<GitWorkflowPlan> {
  return planGitWorkflow(targets, await gitPlanTools(tools, wish))
}

export async function gitPlanTools(
  tools: Tools,
  {program: [node, program], isReplacing = false}: GitWish,
): Promise<GitPlanTools> {
  return {
    workTrees: await tools.workTrees(),
    hookFile: await tools.hookFile(),
    templates: await (await tools.templates()).read('git'),
    runs: await (await tools.journal()).runs(),
    settings: {'mitra.node': node, 'mitra.program': program},
    isReplacing,
  }
}

/** Puts files and hooks of repositories back to the byte. */
export function gitUndoer(tools: Tools): Undoer {
  return {
    prefix: 'git.',
    plan: async (step, record) => planGitUndo(step, record, await tools.workTrees()),
    undo: async (step, record) => applyGitUndo(step, record, await tools.workTrees()),
  }
}
