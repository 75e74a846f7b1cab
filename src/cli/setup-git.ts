import {codeOf, messageOf, MitraError} from '../errors.js'
import type {GitTarget} from '../features/git/names.js'
import {
  applyGitWorkflow,
  planGitHooks,
  type GitPlanTools,
  type GitWorkflowPlan,
} from '../features/git/plan.js'
import type {FollowUp} from '../features/toolchain/follow-ups.js'
import type {Step} from '../ports/journal.js'
import {foundTargets, gitPlanTools} from './git-work.js'
import type {ProjectsPlan} from './projects-plan.js'
import type {Applying} from './run-plan.js'
import type {Tools} from './tools.js'

/** The hooks of the repositories that have the Git workflow. */
export interface SetupGitPlan {
  readonly steps: readonly Step[]
  readonly followUps: readonly FollowUp[]
  readonly later: readonly string[]
  readonly plans: readonly GitWorkflowPlan[]
}

/** Hooks and no file: what lies in a repository is changed by `git init` alone. */
export async function planSetupGit(
  tools: Tools,
  program: readonly [string, string],
  projects: ProjectsPlan | undefined,
): Promise<SetupGitPlan> {
  const coming = [
    ...(projects?.backend?.clone.state === 'comes' ? ['python-backend'] : []),
    ...(projects?.app?.clone.state === 'comes' ? ['flutter-app'] : []),
  ]
  const later = coming.map((folder) => `the Git hooks of ${folder}, once it is cloned`)
  const targets = await targetsOr(tools, later)
  if (targets.length === 0) return {steps: [], followUps: [], later, plans: []}
  const planTools = await gitPlanTools(tools, {program})
  const planned = await Promise.all(targets.map((target) => planOne(target, planTools)))
  const plans = planned.flatMap((one) => ('work' in one ? [one] : []))
  const followUps = planned.flatMap((one) => ('work' in one ? [] : [one]))
  return {steps: plans.flatMap(({steps}) => steps), followUps, later, plans}
}

/** Hooks of others are no reason to leave the machine as it is. */
async function planOne(
  target: GitTarget,
  planTools: GitPlanTools,
): Promise<GitWorkflowPlan | FollowUp> {
  try {
    const plan = await planGitHooks(target, planTools)
    return plan ?? followUpOf(target, 'mitra git init, then commit its files.')
  } catch (error) {
    if (!(error instanceof MitraError) || error.kind === 'bug') throw error
    return followUpOf(target, `${error.message} mitra git init says what to do.`)
  }
}

/** Where Git comes with the tools of this run, the repositories are looked at afterwards. */
async function targetsOr(tools: Tools, later: string[]): Promise<readonly GitTarget[]> {
  try {
    return await foundTargets(tools)
  } catch (error) {
    if (codeOf(error) !== 'NO_GIT') throw error
    const {root} = (await tools.prospect()).layout
    const files = await tools.files()
    const heads = ['', '/python-backend', '/flutter-app'].map((path) => `${root}${path}/.git/HEAD`)
    const found = await Promise.all(heads.map((head) => files.read(head)))
    if (found.some((head) => head !== undefined)) later.push('the Git hooks, once there is Git')
    return []
  }
}

export async function applySetupGit(
  tools: Tools,
  {plans}: SetupGitPlan,
  {run}: Applying,
): Promise<void> {
  const workTrees = await tools.workTrees()
  for (const plan of plans) {
    try {
      await applyGitWorkflow(plan, {workTrees, run})
    } catch (error) {
      const [step] = plan.steps
      if (step !== undefined) {
        await run.failed(step.id, codeOf(error) ?? 'UNEXPECTED', messageOf(error))
      }
      throw error
    }
  }
}

function followUpOf({label}: GitTarget, todo: string): FollowUp {
  const where = label === '.' ? 'the workspace' : `${label}/`
  return {tool: 'git', title: `The Git workflow of ${where}`, todo}
}
