import {MitraError} from '../errors.js'
import type {KeptPlan} from '../features/projects/kept.js'
import {allOrFirstFailure} from '../features/setup/settle.js'
import type {FollowUp} from '../features/toolchain/follow-ups.js'
import {changesPackages} from '../features/toolchain/plan.js'
import type {Step} from '../ports/journal.js'
import type {ToolchainProfile} from '../ports/toolchain.js'
import {isInteractive} from './confirm.js'
import {applyBackendStart, observeBackend, planBackendStart} from './kept-work.js'
import {applyProjects} from './projects-apply.js'
import {backendSteps, planProjects, type ProjectsPlan} from './projects-plan.js'
import type {Applying} from './run-plan.js'
import {applySetupGit, planSetupGit, type SetupGitPlan} from './setup-git.js'
import {applySetup, planSetup, type SetupPlan} from './setup-plan.js'
import type {Tools} from './tools.js'
import {applyTools, planTools, type ToolsPlan} from './toolchain-work.js'

export interface SetupWish {
  /** Undefined: the machine's own tools are left as they are. */
  readonly profile: ToolchainProfile | undefined
  readonly isToolsOnly: boolean
  /** What was chosen, by flags and questions. */
  readonly choices: Readonly<Record<string, string>>
  /** Node and mitra, for the Git hooks; undefined leaves hooks out. */
  readonly hookProgram: readonly [string, string] | undefined
}

interface KeptWork extends KeptPlan {
  readonly followUps: readonly FollowUp[]
}

/** The tools of the machine, the platform and its programs, as one plan. */
export interface MachinePlan {
  readonly steps: readonly Step[]
  readonly toolchain: ToolsPlan | undefined
  readonly platform: SetupPlan | undefined
  readonly projects: ProjectsPlan | undefined
  readonly kept: KeptWork | undefined
  readonly git: SetupGitPlan | undefined
  readonly later: readonly string[]
  readonly followUps: readonly FollowUp[]
}

export async function planMachine(tools: Tools, wish: SetupWish): Promise<MachinePlan> {
  const toolchain = await planToolsOf(tools, wish)
  const projects = await planProjectsOf(tools, wish, toolchain)
  const isComing = projects?.backend !== undefined
  const platform = wish.isToolsOnly ? undefined : await planSetup(tools, isComing)
  const kept = platform === undefined ? undefined : await planKept(tools, platform, projects)
  const git = await planGitOf(tools, wish, projects)
  return {
    steps: [toolchain, platform, projects, kept, git].flatMap((part) => part?.steps ?? []),
    toolchain,
    platform,
    projects,
    kept,
    git,
    later: [toolchain, platform, git].flatMap((part) => part?.later ?? []),
    followUps: [toolchain, projects, kept, git].flatMap((part) => part?.followUps ?? []),
  }
}

async function planToolsOf(
  tools: Tools,
  {profile, choices}: SetupWish,
): Promise<ToolsPlan | undefined> {
  return profile === undefined ? undefined : planTools(tools, {profile, choices})
}

async function planProjectsOf(
  tools: Tools,
  {profile, isToolsOnly}: SetupWish,
  toolchain: ToolsPlan | undefined,
): Promise<ProjectsPlan | undefined> {
  if (profile === undefined || toolchain === undefined || isToolsOnly) return undefined
  if (toolchain.later.length > 0) return undefined
  return planProjects(tools, profile, toolchain)
}

async function planGitOf(
  tools: Tools,
  {hookProgram}: SetupWish,
  projects: ProjectsPlan | undefined,
): Promise<SetupGitPlan | undefined> {
  if (hookProgram === undefined || projects === undefined) return undefined
  return planSetupGit(tools, hookProgram, projects)
}

/** The backend is kept running where it is prepared or will be. */
async function planKept(
  tools: Tools,
  {start: {ports}}: SetupPlan,
  projects: ProjectsPlan | undefined,
): Promise<KeptWork> {
  const isComing = projects?.backend !== undefined && backendSteps(projects).length > 0
  const plan = await planBackendStart(tools, ports, {isComing})
  const {taken, status} = await observeBackend(tools, ports)
  if (taken === undefined || projects?.backend === undefined) return {...plan, followUps: []}
  const todo = `${taken}: end it or set ports.backend in mitra.yml, then mitra up.`
  return {...plan, followUps: [{tool: status.name, title: 'The backend does not run', todo}]}
}

/** What is left for a person now. */
export async function leftForPerson(
  tools: Tools,
  wish: SetupWish,
  platform: SetupPlan | undefined,
): Promise<readonly FollowUp[]> {
  if (wish.profile === undefined) return []
  const toolchain = await planToolsOf(tools, wish)
  const projects = await planProjectsOf(tools, wish, toolchain)
  const kept = platform === undefined ? undefined : await planKept(tools, platform, projects)
  const git = await planGitOf(tools, wish, projects)
  return [toolchain, projects, kept, git].flatMap((part) => part?.followUps ?? [])
}

/** A tool that cannot be had does not keep the platform from coming up. */
export async function applyMachine(
  tools: Tools,
  {toolchain, platform, projects, kept, git}: MachinePlan,
  {profile}: SetupWish,
  applying: Applying,
): Promise<void> {
  // Said before anything is changed, and not when half of it is there.
  if (toolchain !== undefined && changesPackages(toolchain)) {
    await (await tools.packages()).refuseWithoutRights()
  }
  const ready =
    toolchain === undefined || profile === undefined
      ? Promise.resolve()
      : applyTools(tools, profile, toolchain, applying)
  const ports = platform?.start.ports
  const made = after(ready, async () => {
    if (projects !== undefined) await applyProjects(tools, projects, ports, applying)
  })
  const up = after(ready, async () => {
    if (platform !== undefined) await applySetup(tools, platform, applying)
  })
  const serves = after(up, async () => {
    if (kept === undefined || ports === undefined) return
    const isMade = await made.then(
      () => true,
      () => false,
    )
    await (isMade ? applyBackendStart(tools, kept, ports, applying) : recordBlocked(kept, applying))
  })
  const hooked = git === undefined ? Promise.resolve() : applySetupGit(tools, git, applying)
  await allOrFirstFailure([ready, up, made, serves, hooked])
}

async function after(first: Promise<void>, work: () => Promise<void>): Promise<void> {
  await first.catch(() => undefined)
  await work()
}

async function recordBlocked({steps}: KeptWork, {run}: Applying): Promise<void> {
  for (const {id} of steps) await run.failed(id, 'BLOCKED', 'What it needs was not done.')
}

/** The one window for a password, before anything is shown of the work. Without a terminal nobody is asked. */
export async function askPassword(tools: Tools, {toolchain}: MachinePlan): Promise<void> {
  if (toolchain?.prerequisites.asksPassword !== true || !isInteractive()) return
  const {ask} = await tools.rights()
  const programs = await tools.programs()
  const {code} = await programs.attach({argv: ask, environment: {}, isQuiet: true})
  if (code === 0) return
  throw new MitraError('refused', 'NEEDS_PASSWORD', 'sudo did not take it. Nothing was changed.', {
    hints: ['Run it again with the right password.'],
  })
}
