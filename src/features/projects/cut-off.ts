import type {JournalRun} from '../../ports/journal.js'

type Runs = readonly JournalRun[]

/** The newest run that meant to do the step, where it was cut off before it could record it. */
export function cutOffRun(runs: Runs, id: string): JournalRun | undefined {
  const last = runs.findLast(
    (run) => run.undoneBy === undefined && run.plan.some((step) => step.id === id),
  )
  if (last === undefined || !['open', 'interrupted'].includes(last.outcome)) return undefined
  return [...last.finished, ...last.failed].some((step) => step.id === id) ? undefined : last
}

export function isUnrecorded(runs: Runs, id: string): boolean {
  return cutOffRun(runs, id) !== undefined
}

/** Files that a cut-off run may have written below the workspace's root without a record of them. */
export function unrecordedFiles(runs: Runs, ids: readonly string[]): ReadonlySet<string> {
  const paths = ids.flatMap((id) => {
    const step = cutOffRun(runs, id)?.plan.find((planned) => planned.id === id)
    const listed = step?.detail?.['paths']
    return Array.isArray(listed) ? listed.map(String) : []
  })
  return new Set(paths)
}

/** A run that was not taken back has done the step. */
export function isRecorded(runs: Runs, id: string): boolean {
  return runs.some(
    (run) => run.undoneBy === undefined && run.finished.some((step) => step.id === id),
  )
}
