import type {Step} from '../ports/journal.js'
import {table} from './table.js'

/** A plan as aligned lines, the same for --plan and for the confirmation. */
export function planText(plan: readonly Step[]): string {
  if (plan.length === 0) return 'Nothing to do.'
  const rows = plan.map((step) => [step.title, step.why, step.undo === 'no' ? 'no' : 'yes'])
  return `${table(['What', 'Why', 'Undo'], rows)}\n\n${countOf(plan.length, 'step')}.`
}

/** Each program that the steps run, as it is run. */
export function commandLines(plan: readonly Step[]): readonly string[] {
  const lines = plan.flatMap(({detail}) => {
    const commands = detail?.['commands']
    return Array.isArray(commands) ? commands.map((words) => `  ${commandLine(words)}`) : []
  })
  return lines.length === 0 ? [] : ['', 'Commands:', ...lines]
}

/** The words of a command as a shell takes them. */
export function commandLine(words: unknown): string {
  return Array.isArray(words) ? words.map((word) => quoted(String(word))).join(' ') : ''
}

/** "1 step", "3 steps". */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
