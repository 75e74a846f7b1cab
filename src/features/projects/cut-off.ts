import type {JournalRun} from '../../ports/journal.js'

type Runs = readonly JournalRun[]

/** The newest run that meant to do the step was cut off before it could record it. */
export function isUnrecorded(runs: Runs, id: string): boolean {
  const last = runs.findLast(
    (run) => run.undoneBy === undefined && run.plan.some((step) => step.id === id),
  )
  if (last === undefined || !['open', 'interrupted'].includes(last.outcome)) return false
  return ![...last.finished, ...last.failed].some((step) => step.id === id)
}

/** A run that was not taken back has done the step. */
export function isRecorded(runs: Runs, id: string): boolean {
  return runs.some(
    (run) => run.undoneBy === undefined && run.finished.some((step) => step.id === id),
  )
}
