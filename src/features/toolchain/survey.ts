import type {Editor} from '../../ports/editor.js'
import type {JournalRun} from '../../ports/journal.js'
import type {PackageEffect, Packages, PackagesAbsence} from '../../ports/packages.js'
import type {Tool, Toolchain, ToolchainProfile, ToolProber} from '../../ports/toolchain.js'
import {brewNames} from './brewfile.js'
import {extensionPackage} from './extensions.js'
import {comingGroups, cutOffGroups} from './groups.js'
import {cutOffOf, type CutOff} from './leftover.js'
import {observeToolchain, type ToolState} from './observe.js'

/** A tool, how the machine has it, and what its package manager would do. */
export interface SurveyedTool {
  readonly tool: Tool
  readonly state: ToolState
  /** Packages that are not there, or too old, and should be. */
  readonly missing: readonly string[]
  /** The version that can be had of the first of `missing`; undefined when none is known. */
  readonly candidate: string | undefined
  /** Groups of accounts that its packages will make. */
  readonly groups: readonly string[]
  /** Undefined when the manager cannot tell yet. */
  readonly effect: PackageEffect | undefined
}

/** All that a plan of the tools needs to know. */
export interface ToolchainSurvey {
  readonly manager: Packages['manager']
  /** Undefined when its packages can be had. */
  readonly absence: PackagesAbsence | undefined
  readonly needsPassword: boolean
  readonly isInterrupted: boolean
  readonly tools: readonly SurveyedTool[]
  readonly extensions: SurveyedExtensions
  readonly leftover: CutOff
  /** Groups that runs that were cut off made. */
  readonly leftoverGroups: readonly string[]
}

/** Extensions of the editor that the profile wants. */
export interface SurveyedExtensions {
  /** The editor answers. */
  readonly isThere: boolean
  readonly missing: readonly string[]
}

export interface SurveyParts {
  readonly toolchain: Toolchain
  readonly profile: ToolchainProfile
  readonly prober: ToolProber
  readonly packages: Packages
  readonly editor: Editor
  readonly runs: readonly JournalRun[]
}

/** Looks at tools and packages. Changes nothing. */
export async function surveyToolchain(parts: SurveyParts): Promise<ToolchainSurvey> {
  const {toolchain, profile, prober, packages} = parts
  const states = await observeToolchain(toolchain, profile, prober)
  const byId = new Map(toolchain.tools.map((tool) => [tool.id, tool]))
  const pairs = states.flatMap((state) => {
    const tool = byId.get(state.id)
    return tool === undefined ? [] : [{tool, state}]
  })
  const {manager} = packages
  const absence = await packages.absence()
  const there = await parts.editor.extensions()
  const extensions = surveyedExtensions(parts, there)
  const extensionNames = (there ?? []).map(extensionPackage)
  if (absence !== undefined) {
    const tools = pairs.map((pair) => ({...pair, missing: [], ...unknown}))
    const leftover = cutOffOf(parts.runs, extensionNames)
    const rest = {needsPassword: false, isInterrupted: false, leftover, leftoverGroups: []}
    return {manager, absence, tools, extensions, ...rest}
  }
  const [installed, isInterrupted] = await Promise.all([
    packages.installed(),
    packages.isInterrupted(),
  ])
  const tools = await surveyedTools(pairs, installed, packages)
  const leftover = cutOffOf(parts.runs, [...installed, ...extensionNames])
  const seen = {needsPassword: packages.needsPassword, isInterrupted, tools, extensions}
  return {manager, absence, ...seen, leftover, leftoverGroups: cutOffGroups(parts.runs)}
}

function surveyedExtensions(
  {toolchain, profile}: SurveyParts,
  there: readonly string[] | undefined,
): SurveyedExtensions {
  const wanted = toolchain.extensions.filter(({profiles}) => profiles.includes(profile))
  const missing = wanted.map(({id}) => id).filter((id) => !there?.includes(id.toLowerCase()))
  return {isThere: there !== undefined, missing}
}

const unknown = {candidate: undefined, effect: undefined, groups: []}

interface Pair {
  readonly tool: Tool
  readonly state: ToolState
}

async function surveyedTools(
  pairs: readonly Pair[],
  installed: readonly string[],
  packages: Packages,
): Promise<readonly SurveyedTool[]> {
  const there = new Set(installed)
  const isBrew = packages.manager === 'brew'
  const named = pairs.flatMap((pair) => (isBrew ? missingOfBrew(pair, there) : aptNames(pair.tool)))
  const candidates = await packages.candidates([...new Set(named)])
  return Promise.all(
    pairs.map(async (pair) => {
      const missing = isBrew ? missingOfBrew(pair, there) : missingOf(pair, there, candidates)
      const candidate = candidates.get(missing[0] ?? '')
      const areKnown = missing.length > 0 && missing.every((name) => candidates.has(name))
      const effect = areKnown ? await packages.effectOf(missing) : undefined
      const groups = missing.length > 0 ? await comingGroups(pair.tool, packages) : []
      return {...pair, missing, candidate, effect, groups}
    }),
  )
}

function aptNames({apt}: Tool): readonly string[] {
  return apt === undefined ? [] : [...apt.packages, ...apt.also, ...apt.optional]
}

/** One that is there and too old is upgraded; one that is there and not found is for a person to look at. */
function missingOfBrew({tool: {brew}, state}: Pair, installed: ReadonlySet<string>) {
  if (brew === undefined || state.state === 'present' || state.state === 'hidden') return []
  const names = brewNames(brew)
  if (state.state === 'tooLow') return names
  // `brew list` has no tap before a formula.
  const listed = (name: string) =>
    name.startsWith('cask/') ? name : (name.split('/').at(-1) ?? name)
  return names.filter((name) => !installed.has(listed(name)))
}

/** A package that is there at too low a version is asked for again: apt then gets the newer one. */
function missingOf(
  {tool: {apt}, state}: Pair,
  installed: ReadonlySet<string>,
  candidates: ReadonlyMap<string, string>,
): readonly string[] {
  if (apt === undefined || state.state === 'hidden') return []
  const also = apt.also.filter((name) => !installed.has(name))
  if (state.state === 'present') return state.path?.startsWith('/usr/bin/') === true ? also : []
  const optional = apt.optional.filter((name) => candidates.has(name) && !installed.has(name))
  return [...apt.packages, ...also, ...optional]
}
