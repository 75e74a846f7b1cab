import type {BrewWay} from '../../ports/toolchain.js'
import {isEnough} from './observe.js'
import type {SurveyedTool, ToolchainSurvey} from './survey.js'

/** What no command of ours can do. */
export interface FollowUp {
  readonly tool: string
  readonly title: string
  readonly todo: string
}

/** The package manager first: the tools wait for it. */
export function followUpsOf(survey: ToolchainSurvey): readonly FollowUp[] {
  const {manager, absence, tools} = survey
  const todo = absence?.todo
  const title = manager === 'brew' ? 'Homebrew' : manager
  const first = todo === undefined ? [] : [{tool: manager, title, todo}]
  return [...first, ...tools.flatMap((one) => followUpOf(one, survey))]
}

export function isInstallable({missing, candidate, tool}: SurveyedTool): boolean {
  return missing.length > 0 && !isTooLow(candidate, tool.minimum)
}

/** Debian's version without its epoch: `1:2.39.5-0+deb12u3` is 2.39.5. */
function isTooLow(candidate: string | undefined, minimum: string | undefined): boolean {
  const upstream = /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(candidate ?? '')?.[1]
  return upstream !== undefined && !isEnough(upstream, minimum)
}

function followUpOf(one: SurveyedTool, survey: ToolchainSurvey): readonly FollowUp[] {
  const {tool, state} = one
  const named = {tool: tool.id, title: tool.title}
  if (isInstallable(one)) {
    // What a person has to do once it is there.
    return tool.after === undefined ? [] : [{...named, todo: tool.after}]
  }
  if (state.state === 'hidden') {
    const todo = `Put the folder of ${state.rightPath ?? 'the newer one'} before that of ${state.path ?? 'the older one'} in PATH.`
    return [{...named, todo}]
  }
  if (state.state === 'present') return []
  if (tool.isOptional && (survey.manager !== 'brew' || tool.brew === undefined)) return []
  return [{...named, todo: todoOf(one, survey)}]
}

function todoOf({tool, candidate}: SurveyedTool, {manager, absence}: ToolchainSurvey): string {
  if (isTooLow(candidate, tool.minimum)) {
    return `${manager} has ${candidate ?? ''}, it needs ${tool.minimum ?? ''}: get it from its makers.`
  }
  const {brew, human} = tool
  if (manager === 'brew' && brew !== undefined) {
    const get = brewCommand(brew)
    return absence === undefined
      ? `Homebrew has it and it is not found: brew re${get.slice('brew '.length)}, or put its folder on PATH.`
      : `Then ${get}, or run this again.`
  }
  return human ?? `Install ${tool.title} by hand; no package manager of this machine has it.`
}

function brewCommand({cask, formula}: BrewWay): string {
  return cask === undefined ? `brew install ${formula ?? ''}` : `brew install --cask ${cask}`
}
