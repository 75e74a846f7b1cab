import {MitraError} from '../errors.js'

export function isInteractive(): boolean {
  return Boolean(process.stdin.isTTY && process.stderr.isTTY) && process.env['CI'] === undefined
}

/**
 * Asks before a change. With `typed`, the answer must be that word. Without a terminal it never
 * asks: a missing `--yes` is an error that names it.
 */
export async function confirmOrRefuse(
  question: string,
  {yes, typed, command}: {readonly yes: boolean; readonly typed?: string; readonly command: string},
): Promise<void> {
  if (yes) return
  if (!isInteractive()) {
    throw new MitraError('refused', 'NEEDS_YES', `${question} Nobody can be asked here.`, {
      hints: [
        `mitra ${command} --yes says yes.`,
        `mitra ${command} --plan shows what it would do.`,
      ],
    })
  }
  if (!(await answer(question, typed))) {
    throw new MitraError('refused', 'DECLINED', 'Nothing was changed.', {hints: []})
  }
}

async function answer(question: string, typed: string | undefined): Promise<boolean> {
  const {confirm, input} = await import('@inquirer/prompts')
  const context = {output: process.stderr}
  try {
    if (typed === undefined) return await confirm({message: question, default: false}, context)
    const text = await input({message: `${question} Type ${typed} to go on:`}, context)
    return text.trim() === typed
  } catch (error) {
    // Ctrl-C, or the terminal was closed.
    if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error
    throw new MitraError('interrupted', 'INTERRUPTED', 'Nothing was changed.')
  }
}
