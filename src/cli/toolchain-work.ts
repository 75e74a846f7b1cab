import {applyToolchain} from '../features/toolchain/apply.js'
import {brewfileLines, ourLines, withOurPart} from '../features/toolchain/brewfile.js'
import {lockOf, lockText} from '../features/toolchain/lock-text.js'
import {observeToolchain, type ToolState} from '../features/toolchain/observe.js'
import {planToolchain, type ToolchainPlan} from '../features/toolchain/plan.js'
import {surveyToolchain, type ToolchainSurvey} from '../features/toolchain/survey.js'
import {applyToolUndo, planToolUndo} from '../features/toolchain/undo.js'
import type {ToolchainProfile} from '../ports/toolchain.js'
import type {Undoer} from '../ports/undo.js'
import type {Applying} from './run-plan.js'
import type {Tools} from './tools.js'

/** Looks at the tools of a profile and plans what is missing. */
export async function planTools(tools: Tools, profile: ToolchainProfile): Promise<ToolchainPlan> {
  const packages = await tools.packages()
  const survey = await surveyToolchain({
    toolchain: await tools.toolchain(),
    profile,
    prober: await tools.toolProber(),
    packages,
    runs: await (await tools.journal()).runs(),
  })
  const path = await lockPath(tools)
  const states = survey.tools.map(({state}) => state)
  const now = await (await tools.files()).read(path)
  const {root, state} = (await tools.prospect()).layout
  return planToolchain(survey, packages.commands, {
    lock: {path, now, wanted: await lockWith(tools, states)},
    brewfile: survey.manager === 'brew' ? await brewfileText(tools, survey, root) : undefined,
    manifests: `${state}/brew`,
  })
}

/** What other profiles put there stays, as long as the toolchain has it. */
async function brewfileText(tools: Tools, survey: ToolchainSurvey, root: string) {
  const path = `${root}/Brewfile`
  const now = await (await tools.files()).read(path)
  const wanted = new Set(survey.tools.flatMap(({tool}) => brewfileLines(tool)))
  const kept = new Set(ourLines(now))
  const all = (await tools.toolchain()).tools.flatMap((tool) => brewfileLines(tool))
  const lines = [...new Set(all)].filter((line) => wanted.has(line) || kept.has(line))
  return {path, now, wanted: withOurPart(now, lines)}
}

export async function applyTools(
  tools: Tools,
  profile: ToolchainProfile,
  plan: ToolchainPlan,
  applying: Applying,
): Promise<void> {
  if (plan.steps.length === 0) return
  const [toolchain, prober] = [await tools.toolchain(), await tools.toolProber()]
  await applyToolchain(plan, {
    ...applying,
    toolchain,
    prober,
    packages: await tools.packages(),
    files: await tools.files(),
    lockNow: async () => lockWith(tools, await observeToolchain(toolchain, profile, prober)),
  })
}

/** Removes the packages that a run brought, and puts mitra.lock back. */
export function toolchainUndoer(tools: Tools): Undoer {
  const parts = async () => ({packages: await tools.packages(), files: await tools.files()})
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
