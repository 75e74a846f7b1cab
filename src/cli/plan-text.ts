import type {Step} from '../ports/journal.js'
import {table} from './table.js'

/** A plan as aligned lines, the same for --plan and for the confirmation. */
export function planText(plan: readonly Step[]): string {
  if (plan.length === 0) return 'Nothing to do.'
  const rows = plan.map((step) => [step.title, step.why, step.undo === 'no' ? 'no' : 'yes'])
  return `${table(['What', 'Why', 'Undo'], rows)}\n\n${countOf(plan.length, 'step')}.`
}

/** "1 step", "3 steps". */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
