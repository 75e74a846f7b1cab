import {MitraError} from '../errors.js'
import type {ToolChoice} from '../ports/toolchain.js'
import {isInteractive} from './confirm.js'
import {choicesToMake, type ToolsWish} from './toolchain-work.js'
import type {Tools} from './tools.js'

/** What the flags say, and on a terminal what a person answers to the rest. */
export async function askChoices(
  tools: Tools,
  wish: ToolsWish,
  {mayAsk}: {readonly mayAsk: boolean},
): Promise<ToolsWish['choices']> {
  const open = await choicesToMake(tools, wish)
  if (!mayAsk || !isInteractive()) return wish.choices
  const answers: Record<string, string> = {...wish.choices}
  const titles = new Map((await tools.toolchain()).tools.map(({id, title}) => [id, title]))
  for (const choice of open) answers[choice.id] = await answerTo(choice, titles)
  return answers
}

async function answerTo(
  {title, options, default: preferred}: ToolChoice,
  titles: ReadonlyMap<string, string>,
): Promise<string> {
  const {select} = await import('@inquirer/prompts')
  const choices = options.map((value) => ({value, name: titles.get(value) ?? 'None'}))
  try {
    return await select(
      {message: `${title}?`, choices, default: preferred},
      {output: process.stderr},
    )
  } catch (error) {
    // Ctrl-C, or the terminal was closed.
    if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error
    throw new MitraError('interrupted', 'INTERRUPTED', 'Nothing was changed.')
  }
}
