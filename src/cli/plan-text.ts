import type {Step} from '../ports/journal.js'
import {table} from './table.js'
import {terminalColumns, wrapWords} from './wrap.js'

/** A plan as aligned lines, the same for --plan and for the confirmation. */
export function planText(
  plan: readonly Step[],
  stream: NodeJS.WriteStream = process.stdout,
): string {
  if (plan.length === 0) return 'Nothing to do.'
  const rows = plan.map((step) => [step.title, step.why, step.undo === 'no' ? 'no' : 'yes'])
  const drawn = table(['What', 'Why', 'Undo'], rows, terminalColumns(stream))
  return `${drawn}\n\n${countOf(plan.length, 'step')}.`
}

/** Each program that the steps run, as it is run; what is too long for the terminal goes on below. */
export function commandLines(plan: readonly Step[]): readonly string[] {
  const look = {columns: terminalColumns(), indent: '  ', joint: ' \\'}
  const lines = plan.flatMap(({detail}) => {
    const commands = detail?.['commands']
    return Array.isArray(commands)
      ? commands.map((words) => wrapWords(shellWords(words), look))
      : []
  })
  return lines.length === 0 ? [] : ['', 'Commands:', ...lines]
}

/** The words of a command as a shell takes them. */
export function commandLine(words: unknown): string {
  return shellWords(words).join(' ')
}

function shellWords(words: unknown): readonly string[] {
  return Array.isArray(words) ? words.map((word) => quoted(String(word))) : []
}

/** "1 step", "3 steps". */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
