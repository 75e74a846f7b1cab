import {MitraError} from '../../errors.js'
import type {
  Toolchain,
  ToolChoice,
  ToolchainProfile,
  ToolPlatform,
  ToolProber,
} from '../../ports/toolchain.js'
import {observeTool} from './observe.js'

export type Answers = Readonly<Record<string, string>>

export interface ChoiceParts {
  readonly toolchain: Toolchain
  readonly profile: ToolchainProfile
  readonly prober: ToolProber
  /** From flags and questions. */
  readonly given: Answers
  /** From an earlier run. */
  readonly remembered: Answers
}

/** Choices that nobody answered and where none of the tools is there. */
export async function openChoices(parts: ChoiceParts): Promise<readonly ToolChoice[]> {
  const asked = choicesFor(parts).filter(({id}) => answerOf(id, parts) === undefined)
  const there = await Promise.all(asked.map((choice) => toolThere(choice, parts)))
  return asked.filter((_, at) => there[at] === undefined)
}

/** The tools without those that were not chosen. One that is there already is the one. */
export async function chosenTools(parts: ChoiceParts): Promise<Toolchain> {
  const {toolchain} = parts
  const dropped = new Set<string>()
  for (const choice of choicesFor(parts)) {
    const answer = answerOf(choice.id, parts) ?? (await toolThere(choice, parts)) ?? choice.default
    for (const option of choice.options) if (option !== answer) dropped.add(option)
  }
  return {...toolchain, tools: toolchain.tools.filter(({id}) => !dropped.has(id))}
}

/** Throws for an answer to no choice, or that is none of its tools. */
export function refuseUnknown({toolchain, given}: ChoiceParts, platform: ToolPlatform): void {
  for (const [id, answer] of Object.entries(given)) {
    const choice = toolchain.choices.find((one) => one.id === id)
    if (choice === undefined || !choice.platforms.includes(platform)) throw noChoice(id, choice)
    if (choice.options.includes(answer)) continue
    const message = `--${id} ${answer}: not known.`
    const hints = [`Known here: ${choice.options.join(', ')}.`]
    throw new MitraError('usage', 'NO_CHOICE', message, {hints})
  }
}

const platformNames: Readonly<Record<ToolPlatform, string>> = {darwin: 'a Mac', linux: 'Linux'}

function noChoice(id: string, choice: ToolChoice | undefined): MitraError {
  const where = (choice?.platforms ?? []).map((one) => platformNames[one]).join(' and ')
  const message =
    where === '' ? `There is no choice of ${id}.` : `--${id} is a choice on ${where} only.`
  const hints = [`Leave out --${id}; --plan shows what comes instead.`]
  return new MitraError('usage', 'NO_CHOICE', message, {hints})
}

function choicesFor({toolchain, profile, prober}: ChoiceParts): readonly ToolChoice[] {
  return toolchain.choices.filter(
    ({profiles, platforms}) => profiles.includes(profile) && platforms.includes(prober.platform),
  )
}

/** One that was remembered and is no longer to be had is asked for again. */
function answerOf(id: string, {toolchain, given, remembered}: ChoiceParts): string | undefined {
  const options = toolchain.choices.find((one) => one.id === id)?.options ?? []
  return [given[id], remembered[id]].find((one) => one !== undefined && options.includes(one))
}

async function toolThere(
  {options}: ToolChoice,
  {toolchain, prober}: ChoiceParts,
): Promise<string | undefined> {
  const tools = toolchain.tools.filter(({id}) => options.includes(id))
  const states = await Promise.all(tools.map((tool) => observeTool(tool, prober)))
  return states.find(({state}) => state !== 'absent')?.id
}
