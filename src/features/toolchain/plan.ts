import type {Editor} from '../../ports/editor.js'
import type {Step} from '../../ports/journal.js'
import type {CommandLine, PackageCommands} from '../../ports/packages.js'
import type {Tool} from '../../ports/toolchain.js'
import {manifestText} from './brewfile.js'
import {planExtensions, type ExtensionWork} from './extensions.js'
import {followUpsOf, isInstallable, type FollowUp} from './follow-ups.js'
import {brewfileStep, choicesStep, lockStep, toolPrefix, type FileBefore} from './leftover.js'
import {
  listsStep,
  rememberStep,
  planWrite,
  recordStep,
  repairStep,
  writeBrewfileStep,
  writeLockStep,
  type TextWork,
  type WantedText,
} from './plan-steps.js'
import type {SurveyedTool, ToolchainSurvey} from './survey.js'

interface ToolWork {
  readonly tool: Tool
  readonly step: Step
  readonly command: CommandLine
  readonly packages: readonly string[]
  readonly groups: readonly string[]
  /** Written before the command and removed after it. */
  readonly manifest: {readonly path: string; readonly text: string} | undefined
}

export interface ToolchainPlan {
  readonly steps: readonly Step[]
  readonly followUps: readonly FollowUp[]
  readonly repair: readonly CommandLine[]
  readonly refresh: CommandLine | undefined
  readonly installs: readonly ToolWork[]
  readonly leftover: readonly string[]
  readonly leftoverGroups: readonly string[]
  /** Undefined when mitra.lock is as it should be. */
  readonly lock: TextWork | undefined
  readonly extensions: readonly ExtensionWork[]
  /** Undefined when the Brewfile is as it should be, or none is needed. */
  readonly brewfile: KnownText | undefined
  /** Undefined when nothing new was chosen. */
  readonly choices: KnownText | undefined
}

export interface KnownText extends TextWork {
  readonly wanted: string
}

export interface ToolchainTexts {
  /** Its wanted text is what the tools that are there now would make of it. */
  readonly lock: WantedText
  readonly brewfile: WantedText | undefined
  readonly choices: WantedText | undefined
  /** Where Brewfiles of single tools lie while they are installed. */
  readonly manifests: string
}

interface PlanCommands {
  readonly packages: PackageCommands
  readonly editor: Pick<Editor, 'install'>
}

/** Before Apple's tools are there. */
export const noTools: ToolchainPlan = {
  steps: [],
  followUps: [],
  repair: [],
  refresh: undefined,
  installs: [],
  leftover: [],
  leftoverGroups: [],
  lock: undefined,
  extensions: [],
  brewfile: undefined,
  choices: undefined,
}

/** What makes the machine ready, from what was seen. */
export function planToolchain(
  survey: ToolchainSurvey,
  {packages: commands, editor}: PlanCommands,
  texts: ToolchainTexts,
): ToolchainPlan {
  const {leftover} = survey
  const todo = survey.tools.filter(isInstallable)
  const installs = todo.map((one) => toolWork(one, commands, {...survey, ...texts}))
  const isInterrupted =
    survey.isInterrupted && (installs.length > 0 || leftover.packages.length > 0)
  const isUnknown = todo.some(({effect}) => effect === undefined) && !isInterrupted
  const work = {
    installs,
    leftover: leftover.packages,
    leftoverGroups: survey.leftoverGroups,
    repair: isInterrupted ? commands.repair() : [],
    refresh: isUnknown ? commands.refresh() : undefined,
    lock: planWrite(texts.lock, installs.length > 0, leftover.files.get(lockStep)),
    extensions: planExtensions(survey.extensions, installs.some(isEditor), editor),
    brewfile: planKnown(texts.brewfile, leftover.files.get(brewfileStep)),
    choices: planKnown(texts.choices, leftover.files.get(choicesStep)),
  }
  return {...work, steps: stepsOf(work, survey), followUps: followUpsOf(survey)}
}

/** Whether it needs the rights to install. */
export function changesPackages({installs, repair}: ToolchainPlan): boolean {
  return installs.length > 0 || repair.length > 0
}

function stepsOf(
  work: Omit<ToolchainPlan, 'steps' | 'followUps'>,
  survey: ToolchainSurvey,
): readonly Step[] {
  const {repair, leftover, brewfile, choices, refresh, installs, extensions, lock} = work
  return [
    ...(repair.length === 0 ? [] : [repairStep(repair, survey.needsPassword)]),
    ...(leftover.length === 0 ? [] : [recordStep(leftover)]),
    ...(choices === undefined ? [] : [rememberStep(choices)]),
    ...(brewfile === undefined ? [] : [writeBrewfileStep(brewfile)]),
    ...(refresh === undefined ? [] : [listsStep(refresh, survey)]),
    ...[...installs, ...extensions].map(({step}) => step),
    ...(lock === undefined ? [] : [writeLockStep(lock)]),
  ]
}

function isEditor({tool}: ToolWork): boolean {
  return tool.detect.programs.includes('code')
}

function planKnown(
  text: WantedText | undefined,
  leftover: FileBefore | undefined,
): KnownText | undefined {
  if (text === undefined) return undefined
  const work = planWrite(text, false, leftover)
  return work === undefined ? undefined : {...work, wanted: text.wanted}
}

function toolWork(
  one: SurveyedTool,
  commands: PackageCommands,
  {needsPassword, manager, manifests}: ToolchainSurvey & ToolchainTexts,
): ToolWork {
  const {tool, missing, effect, groups} = one
  const upgrades = effect?.upgraded ?? []
  const path = manager === 'brew' ? `${manifests}/${tool.id}.Brewfile` : undefined
  const command = commands.install(missing, {manifest: path, isUpgrade: upgrades.length > 0})
  const {sizeMb, minutes} = tool[manager] ?? {sizeMb: 0, minutes: 0}
  const step = {
    id: `${toolPrefix}${tool.id}`,
    title: `Install ${tool.title} with ${manager}: ${missing.join(', ')} (about ${sizeMb} MB, ${minutes} min)`,
    why: whyOf(one),
    undo: 'automatic',
    detail: {
      commands: [command],
      files: path === undefined ? [] : [path],
      packages: effect?.added ?? missing,
      upgrades,
      groups,
      sizeMb,
      minutes,
      needsPassword,
    },
  } as const
  const manifest = path === undefined ? undefined : {path, text: manifestText(tool)}
  return {tool, step, command, packages: missing, groups, manifest}
}

function whyOf({tool, state, missing}: SurveyedTool): string {
  const version = state.version === undefined ? '' : ` ${state.version}`
  const whys = {
    absent: 'not there',
    tooLow: `there is${version}, it needs ${tool.minimum ?? 'a newer one'}`,
    present: `${missing.join(', ')} not there`,
    hidden: 'hidden',
  }
  return whys[state.state]
}
