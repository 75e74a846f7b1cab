import {allOrFirstFailure} from '../features/setup/settle.js'
import type {FollowUp, ToolchainPlan} from '../features/toolchain/plan.js'
import type {Step} from '../ports/journal.js'
import type {ToolchainProfile} from '../ports/toolchain.js'
import type {Applying} from './run-plan.js'
import {applySetup, planSetup, type SetupPlan} from './setup-plan.js'
import type {Tools} from './tools.js'
import {applyTools, planTools} from './toolchain-work.js'

export interface SetupWish {
  /** Undefined: the machine's own tools are left as they are. */
  readonly profile: ToolchainProfile | undefined
  readonly isToolsOnly: boolean
}

/** The tools of the machine, then the platform, as one plan. */
export interface MachinePlan {
  readonly steps: readonly Step[]
  readonly toolchain: ToolchainPlan | undefined
  readonly platform: SetupPlan | undefined
  readonly later: readonly string[]
  readonly followUps: readonly FollowUp[]
}

export async function planMachine(
  tools: Tools,
  {profile, isToolsOnly}: SetupWish,
): Promise<MachinePlan> {
  const toolchain = profile === undefined ? undefined : await planTools(tools, profile)
  const platform = isToolsOnly ? undefined : await planSetup(tools)
  const nothing = {steps: [], followUps: [], later: []}
  const {steps, followUps} = toolchain ?? nothing
  const {steps: further, later} = platform ?? nothing
  return {steps: [...steps, ...further], toolchain, platform, later, followUps}
}

/** A tool that cannot be had does not keep the platform from coming up. */
export async function applyMachine(
  tools: Tools,
  {toolchain, platform}: MachinePlan,
  {profile}: SetupWish,
  applying: Applying,
): Promise<void> {
  const ready =
    toolchain === undefined || profile === undefined
      ? Promise.resolve()
      : applyTools(tools, profile, toolchain, applying)
  const up = async () => {
    await ready.catch(() => undefined)
    if (platform !== undefined) await applySetup(tools, platform, applying)
  }
  await allOrFirstFailure([ready, up()])
}
