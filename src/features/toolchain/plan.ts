import type {Step} from '../../ports/journal.js'
import type {CommandLine, PackageCommands} from '../../ports/packages.js'
import type {BrewWay, Tool} from '../../ports/toolchain.js'
import {leftoverStep, lockStep, refreshStep, toolPrefix} from './leftover.js'
import {isEnough} from './observe.js'
import type {SurveyedTool, ToolchainSurvey} from './survey.js'

/** What no command of ours can do. */
export interface FollowUp {
  readonly tool: string
  readonly title: string
  readonly todo: string
}

interface ToolWork {
  readonly tool: Tool
  readonly step: Step
  readonly command: CommandLine
  readonly packages: readonly string[]
}

export interface ToolchainPlan {
  readonly steps: readonly Step[]
  readonly followUps: readonly FollowUp[]
  readonly repair: CommandLine | undefined
  readonly refresh: CommandLine | undefined
  readonly installs: readonly ToolWork[]
  readonly leftover: readonly string[]
  /** Undefined when mitra.lock is as it should be. */
  readonly lock: {readonly path: string; readonly before: string | null} | undefined
}

export interface LockTexts {
  readonly path: string
  readonly now: string | undefined
  /** What the tools that are there now would make of it. */
  readonly wanted: string
}

/** What makes the machine ready, from what was seen. */
export function planToolchain(
  survey: ToolchainSurvey,
  commands: PackageCommands,
  texts: LockTexts,
): ToolchainPlan {
  const {needsPassword, leftover} = survey
  const todo = survey.tools.filter(isInstallable)
  const installs = todo.map((one) => toolWork(one, commands, needsPassword))
  const isInterrupted =
    survey.isInterrupted && (installs.length > 0 || leftover.packages.length > 0)
  const repair = isInterrupted ? commands.repair() : undefined
  const isUnknown = todo.some(({effect}) => effect === undefined) && !isInterrupted
  const refresh = isUnknown ? commands.refresh() : undefined
  const lock = planLock(texts, installs.length > 0, leftover.lock)
  const steps = [
    ...(repair === undefined ? [] : [repairStep(repair, needsPassword)]),
    ...(leftover.packages.length === 0 ? [] : [recordStep(leftover.packages)]),
    ...(refresh === undefined ? [] : [listsStep(refresh, needsPassword)]),
    ...installs.map(({step}) => step),
    ...(lock === undefined ? [] : [writeLockStep(lock)]),
  ]
  const followUps = survey.tools.flatMap((one) => followUpOf(one, survey.hasPackages))
  return {steps, followUps, repair, refresh, installs, leftover: leftover.packages, lock}
}

function isInstallable({missing, candidate, tool}: SurveyedTool): boolean {
  return missing.length > 0 && !isTooLow(candidate, tool.minimum)
}

/** Debian's version without its epoch: `1:2.39.5-0+deb12u3` is 2.39.5. */
function isTooLow(candidate: string | undefined, minimum: string | undefined): boolean {
  const upstream = /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(candidate ?? '')?.[1]
  return upstream !== undefined && !isEnough(upstream, minimum)
}

function toolWork(
  {tool, state, missing, effect}: SurveyedTool,
  commands: PackageCommands,
  needsPassword: boolean,
): ToolWork {
  const command = commands.install(missing)
  const {sizeMb = 0, minutes = 0} = tool.apt ?? {}
  const version = state.version === undefined ? '' : ` ${state.version}`
  const whys = {
    absent: 'not there',
    tooLow: `there is${version}, it needs ${tool.minimum ?? 'a newer one'}`,
    present: `${missing.join(', ')} not there`,
    hidden: 'hidden',
  }
  const step = {
    id: `${toolPrefix}${tool.id}`,
    title: `Install ${tool.title} with apt: ${missing.join(', ')} (about ${sizeMb} MB, ${minutes} min)`,
    why: whys[state.state],
    undo: 'automatic',
    detail: {
      commands: [command],
      files: [],
      packages: effect?.added ?? missing,
      upgrades: effect?.upgraded ?? [],
      sizeMb,
      minutes,
      needsPassword,
    },
  } as const
  return {tool, step, command, packages: missing}
}

function repairStep(command: CommandLine, needsPassword: boolean): Step {
  return {
    id: 'toolchain.repair',
    title: 'Finish what dpkg was interrupted in',
    why: 'dpkg --audit names packages that are half there',
    undo: 'no',
    detail: {commands: [command], files: [], needsPassword},
  }
}

function listsStep(command: CommandLine, needsPassword: boolean): Step {
  return {
    id: refreshStep,
    title: 'Get the lists of packages',
    why: 'apt does not know all that is needed',
    undo: 'no',
    detail: {commands: [command], files: [], needsPassword},
  }
}

function recordStep(packages: readonly string[]): Step {
  return {
    id: leftoverStep,
    title: `Record ${packages.length} packages of a run that was cut off`,
    why: 'undo needs to know them',
    undo: 'automatic',
    detail: {commands: [], files: [], packages},
  }
}

function writeLockStep({path, before}: {path: string; before: string | null}): Step {
  return {
    id: lockStep,
    title: 'Write the versions to mitra.lock',
    why: before === null ? 'not there yet' : 'versions changed',
    undo: 'automatic',
    detail: {commands: [], files: [path], before},
  }
}

function planLock(
  {path, now, wanted}: LockTexts,
  willChange: boolean,
  leftover: {readonly before: string | null} | undefined,
): ToolchainPlan['lock'] {
  const before = leftover === undefined ? (now ?? null) : leftover.before
  const wasCutOff = leftover !== undefined && now !== undefined && now !== leftover.before
  return willChange || now !== wanted || wasCutOff ? {path, before} : undefined
}

function followUpOf(one: SurveyedTool, hasPackages: boolean): readonly FollowUp[] {
  const {tool, state} = one
  if (isInstallable(one)) return []
  const named = {tool: tool.id, title: tool.title}
  if (state.state === 'hidden') {
    const todo = `Put the folder of ${state.rightPath ?? 'the newer one'} before that of ${state.path ?? 'the older one'} in PATH.`
    return [{...named, todo}]
  }
  if (state.state === 'present') return []
  return [{...named, todo: todoOf(one, hasPackages)}]
}

function todoOf({tool, candidate}: SurveyedTool, hasPackages: boolean): string {
  if (isTooLow(candidate, tool.minimum)) {
    return `apt has ${candidate ?? ''}, it needs ${tool.minimum ?? ''}: get it from its makers.`
  }
  const brew = hasPackages ? undefined : tool.brew
  if (brew !== undefined) return `On a Mac: ${brewCommand(brew)}. ${tool.human ?? ''}`.trim()
  return tool.human ?? `Install ${tool.title} by hand; no package manager of this machine has it.`
}

function brewCommand({cask, formula}: BrewWay): string {
  return cask === undefined ? `brew install ${formula ?? ''}` : `brew install --cask ${cask}`
}
