import {allOrFirstFailure} from '../features/setup/settle.js'
import type {FollowUp} from '../features/toolchain/follow-ups.js'
import type {Step} from '../ports/journal.js'
import type {ToolchainProfile} from '../ports/toolchain.js'
import {applyProjects} from './projects-apply.js'
import {planProjects, type ProjectsPlan} from './projects-plan.js'
import type {Applying} from './run-plan.js'
import {applySetup, planSetup, type SetupPlan} from './setup-plan.js'
import type {Tools} from './tools.js'
import {applyTools, planTools, type ToolsPlan} from './toolchain-work.js'

export interface SetupWish {
  /** Undefined: the machine's own tools are left as they are. */
  readonly profile: ToolchainProfile | undefined
  readonly isToolsOnly: boolean
  /** What was chosen, by flags and questions. */
  readonly choices: Readonly<Record<string, string>>
}

/** The tools of the machine, the platform and its programs, as one plan. */
export interface MachinePlan {
  readonly steps: readonly Step[]
  readonly toolchain: ToolsPlan | undefined
  readonly platform: SetupPlan | undefined
  readonly projects: ProjectsPlan | undefined
  readonly later: readonly string[]
  readonly followUps: readonly FollowUp[]
}

export async function planMachine(tools: Tools, wish: SetupWish): Promise<MachinePlan> {
  const {profile, isToolsOnly, choices} = wish
  const toolchain = profile === undefined ? undefined : await planTools(tools, {profile, choices})
  const platform = isToolsOnly ? undefined : await planSetup(tools)
  const projects =
    profile === undefined || toolchain === undefined || isToolsOnly
      ? undefined
      : await planProjects(tools, profile, toolchain)
  return {
    steps: [toolchain, platform, projects].flatMap((part) => part?.steps ?? []),
    toolchain,
    platform,
    projects,
    later: platform?.later ?? [],
    followUps: [toolchain, projects].flatMap((part) => part?.followUps ?? []),
  }
}

/** What is left for a person now. */
export async function leftForPerson(
  tools: Tools,
  {profile, isToolsOnly, choices}: SetupWish,
): Promise<readonly FollowUp[]> {
  if (profile === undefined) return []
  const toolchain = await planTools(tools, {profile, choices})
  if (isToolsOnly) return toolchain.followUps
  const projects = await planProjects(tools, profile, toolchain)
  return [...toolchain.followUps, ...projects.followUps]
}

/** A tool that cannot be had does not keep the platform from coming up. */
export async function applyMachine(
  tools: Tools,
  {toolchain, platform, projects}: MachinePlan,
  {profile}: SetupWish,
  applying: Applying,
): Promise<void> {
  const ready =
    toolchain === undefined || profile === undefined
      ? Promise.resolve()
      : applyTools(tools, profile, toolchain, applying)
  const afterTools = async (work: () => Promise<void>) => {
    await ready.catch(() => undefined)
    await work()
  }
  await allOrFirstFailure([
    ready,
    ...(platform === undefined ? [] : [afterTools(() => applySetup(tools, platform, applying))]),
    ...(projects === undefined
      ? []
      : [afterTools(() => applyProjects(tools, projects, platform?.start.ports, applying))]),
  ])
}
