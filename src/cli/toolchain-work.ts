import {applyToolchain} from '../features/toolchain/apply.js'
import {
  brewfileLines,
  extensionLine,
  ourLines,
  withOurPart,
} from '../features/toolchain/brewfile.js'
import {
  chosenTools,
  openChoices,
  refuseUnknown,
  type Answers,
} from '../features/toolchain/choices.js'
import {shortagesOf, type Shortage} from '../features/toolchain/minimums.js'
import {lockOf, lockText} from '../features/toolchain/lock-text.js'
import {observeToolchain, type ToolState} from '../features/toolchain/observe.js'
import {noTools, planToolchain, type ToolchainPlan} from '../features/toolchain/plan.js'
import {planPrerequisites, type Prerequisites} from '../features/toolchain/prerequisites.js'
import {surveyToolchain, type ToolchainSurvey} from '../features/toolchain/survey.js'
import {applyToolUndo, planToolUndo} from '../features/toolchain/undo.js'
import type {Toolchain, ToolChoice, ToolchainProfile} from '../ports/toolchain.js'
import type {Undoer} from '../ports/undo.js'
import type {Applying} from './run-plan.js'
import type {Tools} from './tools.js'

/** What the tools of a machine need, for the kind of work and what was chosen. */
export interface ToolsWish {
  readonly profile: ToolchainProfile
  /** From flags and questions. */
  readonly choices: Answers
}

export interface ToolsPlan extends ToolchainPlan {
  /** Without the tools that were not chosen. */
  readonly toolchain: Toolchain
  readonly prerequisites: Prerequisites
  /** What can only be planned by a second plan. */
  readonly later: readonly string[]
}

/** Looks at the tools of a profile and plans what is missing. */
export async function planTools(tools: Tools, wish: ToolsWish): Promise<ToolsPlan> {
  const developerTools = await tools.developerTools()
  const state = await developerTools.state()
  const toolchain = await chosenTools(await choiceParts(tools, wish))
  // Each brew drops sudo's ticket: none is run before what needs it.
  const isEarly = state.kind === 'unasked' || state.kind === 'offered'
  const plan = isEarly ? noTools : await planPackages(tools, wish, toolchain)
  const isPasswordNeeded = plan.steps.some(({detail}) => detail?.['needsPassword'] === true)
  const rights = await tools.rights()
  const isAsked = isPasswordNeeded || state.kind === 'offered'
  const areThere = !isAsked || (await rights.areThere())
  const prerequisites = planPrerequisites(state, developerTools, {
    isPasswordNeeded,
    rights: {areThere, ask: rights.ask},
  })
  const {todo} = prerequisites
  const title = 'Command Line Tools'
  const first = todo === undefined ? [] : [{tool: 'command-line-tools', title, todo}]
  return {
    ...plan,
    steps: [...prerequisites.steps, ...plan.steps],
    followUps: [...first, ...plan.followUps],
    toolchain,
    prerequisites,
    later: isEarly ? ['the tools, once the Command Line Tools are there'] : [],
  }
}

async function planPackages(
  tools: Tools,
  wish: ToolsWish,
  toolchain: Toolchain,
): Promise<ToolchainPlan> {
  const packages = await tools.packages()
  const editor = await tools.editor()
  const survey = await surveyToolchain({
    toolchain,
    profile: wish.profile,
    prober: await tools.toolProber(),
    packages,
    editor,
    runs: await (await tools.journal()).runs(),
  })
  const path = await lockPath(tools)
  const states = survey.tools.map(({state}) => state)
  const now = await (await tools.files()).read(path)
  const {state} = (await tools.prospect()).layout
  const isBrew = survey.manager === 'brew'
  return planToolchain(
    survey,
    {packages: packages.commands, editor},
    {
      lock: {path, now, wanted: await lockWith(tools, states)},
      brewfile: isBrew ? await brewfileText(tools, survey, {toolchain, ...wish}) : undefined,
      choices: await choicesText(tools, wish.choices),
      manifests: `${state}/brew`,
    },
  )
}

/** Choices that a person has to make, with what the flags say left out. */
export async function choicesToMake(tools: Tools, wish: ToolsWish): Promise<readonly ToolChoice[]> {
  const parts = await choiceParts(tools, wish)
  refuseUnknown(parts, parts.prober.platform)
  return openChoices(parts)
}

async function choiceParts(tools: Tools, {profile, choices}: ToolsWish) {
  const [toolchain, prober] = [await tools.toolchain(), await tools.toolProber()]
  return {toolchain, profile, prober, given: choices, remembered: await rememberedChoices(tools)}
}

async function choicesPath(tools: Tools): Promise<string> {
  return `${(await tools.prospect()).layout.state}/choices.json`
}

async function rememberedChoices(tools: Tools): Promise<Answers> {
  const path = await choicesPath(tools)
  const text = await (await tools.files()).read(path)
  if (text === undefined) return {}
  const {parseChoices} = await import('../config/toolchain/parse-choices.js')
  return parseChoices(path, text)
}

async function choicesText(tools: Tools, given: Answers) {
  if (Object.keys(given).length === 0) return undefined
  const path = await choicesPath(tools)
  const now = await (await tools.files()).read(path)
  const all = Object.entries({...(await rememberedChoices(tools)), ...given})
  const sorted = Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return {path, now, wanted: `${JSON.stringify(sorted, null, 2)}\n`}
}

/** What other profiles put there stays, as long as the toolchain has it. */
async function brewfileText(
  tools: Tools,
  survey: ToolchainSurvey,
  {toolchain, profile}: {readonly toolchain: Toolchain; readonly profile: ToolchainProfile},
) {
  const path = `${(await tools.prospect()).layout.root}/Brewfile`
  const now = await (await tools.files()).read(path)
  const ours = toolchain.extensions.filter(({profiles}) => profiles.includes(profile))
  const wanted = new Set([
    ...survey.tools.flatMap(({tool}) => brewfileLines(tool)),
    ...ours.map((one) => extensionLine(one)),
  ])
  const kept = new Set(ourLines(now))
  const all = [
    ...toolchain.tools.flatMap((tool) => brewfileLines(tool)),
    ...toolchain.extensions.map((one) => extensionLine(one)),
  ]
  const lines = [...new Set(all)].filter((line) => wanted.has(line) || kept.has(line))
  return {path, now, wanted: withOurPart(now, lines)}
}

/** Where the machine is less than the toolchain asks for. */
export async function machineShortages(tools: Tools): Promise<readonly Shortage[]> {
  const [toolchain, hardware] = [await tools.toolchain(), await tools.hardware()]
  return shortagesOf(toolchain, await hardware.facts())
}

export async function applyTools(
  tools: Tools,
  profile: ToolchainProfile,
  plan: ToolsPlan,
  applying: Applying,
): Promise<void> {
  if (plan.steps.length === 0) return
  const {toolchain} = plan
  const prober = await tools.toolProber()
  await applyToolchain(plan, {
    ...applying,
    toolchain,
    prober,
    packages: tools.packages,
    editor: await tools.editor(),
    developerTools: await tools.developerTools(),
    rights: await tools.rights(),
    files: await tools.files(),
    lockNow: async () => lockWith(tools, await observeToolchain(toolchain, profile, prober)),
  })
}

/** Removes the packages that a run brought, and puts mitra.lock back. */
export function toolchainUndoer(tools: Tools): Undoer {
  const parts = async () => ({
    packages: await tools.packages(),
    editor: await tools.editor(),
    files: await tools.files(),
  })
  return {
    prefix: 'toolchain.',
    plan: async (step, record) => planToolUndo(step, record, await parts()),
    undo: async (step, record) => applyToolUndo(step, record, await parts()),
  }
}

async function lockPath(tools: Tools): Promise<string> {
  return `${(await tools.prospect()).layout.root}/mitra.lock`
}

/** Tools of other profiles keep the versions that the lock has of them. */
async function lockWith(tools: Tools, states: readonly ToolState[]): Promise<string> {
  const {platform} = await tools.toolProber()
  const architecture = process.arch
  const found = lockOf(states, {platform, architecture})
  const path = await lockPath(tools)
  const text = await (await tools.files()).read(path)
  if (text === undefined) return lockText(found)
  const {parseToolchainLock} = await import('../config/toolchain/parse-lock.js')
  const before = parseToolchainLock(path, text)
  if (before.platform !== platform || before.architecture !== architecture) return lockText(found)
  const ours = new Set(states.map(({id}) => id))
  const others = Object.entries(before.tools).filter(([id]) => !ours.has(id))
  return lockText({...found, tools: {...Object.fromEntries(others), ...found.tools}})
}
