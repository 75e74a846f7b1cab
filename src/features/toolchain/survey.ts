import type {JournalRun} from '../../ports/journal.js'
import type {PackageEffect, Packages} from '../../ports/packages.js'
import type {Tool, Toolchain, ToolchainProfile, ToolProber} from '../../ports/toolchain.js'
import {cutOffOf, type CutOff} from './leftover.js'
import {observeToolchain, type ToolState} from './observe.js'

/** A tool, how the machine has it, and what its package manager would do. */
export interface SurveyedTool {
  readonly tool: Tool
  readonly state: ToolState
  /** Packages that are not there and should be. */
  readonly missing: readonly string[]
  /** The version that can be had of the first of `missing`; undefined when none is known. */
  readonly candidate: string | undefined
  /** Undefined when the manager cannot tell yet. */
  readonly effect: PackageEffect | undefined
}

/** All that a plan of the tools needs to know. */
export interface ToolchainSurvey {
  readonly hasPackages: boolean
  readonly needsPassword: boolean
  readonly isInterrupted: boolean
  readonly tools: readonly SurveyedTool[]
  readonly leftover: CutOff
}

export interface SurveyParts {
  readonly toolchain: Toolchain
  readonly profile: ToolchainProfile
  readonly prober: ToolProber
  readonly packages: Packages
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
  const hasPackages = prober.platform === 'linux' && (await packages.isThere())
  if (!hasPackages) {
    const tools = pairs.map((pair) => ({...pair, missing: [], ...unknown}))
    const rest = {needsPassword: false, isInterrupted: false, leftover: cutOffOf([], [])}
    return {hasPackages, tools, ...rest}
  }
  const [installed, isInterrupted] = await Promise.all([
    packages.installed(),
    packages.isInterrupted(),
  ])
  const tools = await surveyedTools(pairs, installed, packages)
  const leftover = cutOffOf(parts.runs, installed)
  return {hasPackages, needsPassword: packages.needsPassword, isInterrupted, tools, leftover}
}

const unknown = {candidate: undefined, effect: undefined}

interface Pair {
  readonly tool: Tool
  readonly state: ToolState
}

async function surveyedTools(
  pairs: readonly Pair[],
  installed: readonly string[],
  packages: Packages,
): Promise<readonly SurveyedTool[]> {
  const named = pairs.flatMap(({tool}) => [
    ...(tool.apt?.packages ?? []),
    ...(tool.apt?.also ?? []),
    ...(tool.apt?.optional ?? []),
  ])
  const candidates = await packages.candidates([...new Set(named)])
  const there = new Set(installed)
  return Promise.all(
    pairs.map(async (pair) => {
      const missing = missingOf(pair, there, candidates)
      const candidate = candidates.get(missing[0] ?? '')
      const areKnown = missing.length > 0 && missing.every((name) => candidates.has(name))
      const effect = areKnown ? await packages.effectOf(missing) : undefined
      return {...pair, missing, candidate, effect}
    }),
  )
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
