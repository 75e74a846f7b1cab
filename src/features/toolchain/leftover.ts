import type {JournalRun, Json} from '../../ports/journal.js'

export const toolPrefix = 'toolchain.tool.'
export const refreshStep = 'toolchain.lists'
export const lockStep = 'toolchain.lock'
export const brewfileStep = 'toolchain.brewfile'
export const choicesStep = 'toolchain.choices'
export const leftoverStep = 'toolchain.leftover'

/** What runs that were cut off did and could not record. */
export interface CutOff {
  readonly packages: readonly string[]
  /** Files as they were before the step that was cut off, by the step's id. */
  readonly files: ReadonlyMap<string, FileBefore>
}

export interface FileBefore {
  readonly before: string | null
}

const fileSteps = [lockStep, brewfileStep, choicesStep]

/**
 * A plan says which packages it adds, and it is durable before the first of them: what a step that did not
 * finish was to add and is there now, that run brought. What a later run recorded is no longer left over.
 */
export function cutOffOf(runs: readonly JournalRun[], installed: readonly string[]): CutOff {
  const open = new Set<string>()
  const files = new Map<string, FileBefore>()
  for (const run of runs) {
    const recorded = run.finished.filter(({id}) => id.startsWith('toolchain.'))
    for (const {undo} of recorded) for (const name of namesIn(undo, 'packages')) open.delete(name)
    for (const {id} of recorded) files.delete(id)
    const done = new Set(run.finished.map(({id}) => id))
    for (const name of unfinishedPackages(run, done)) open.add(name)
    for (const {id, detail} of unfinishedFiles(run, done)) {
      if (!files.has(id)) files.set(id, {before: textIn(detail, 'before') ?? null})
    }
  }
  const there = new Set(installed)
  return {packages: [...open].filter((name) => there.has(name)).toSorted(), files}
}

function unfinishedFiles(run: JournalRun, done: ReadonlySet<string>): JournalRun['plan'] {
  if (run.outcome === 'done') return []
  return run.plan.filter(({id}) => fileSteps.includes(id) && !done.has(id))
}

function unfinishedPackages(run: JournalRun, done: ReadonlySet<string>): readonly string[] {
  const steps = run.plan.filter(({id}) => id.startsWith(toolPrefix) && !done.has(id))
  if (steps.length === 0) return []
  const recorded = run.finished.flatMap(({undo}) => namesIn(undo, 'packages'))
  // Where the lists were not there yet, what the tools would add was recorded once they were.
  const expected = run.finished.flatMap(({undo}) => namesIn(undo, 'expected'))
  const planned = steps.flatMap(({detail}) => namesIn(detail, 'packages'))
  return [...planned, ...expected].filter((name) => !recorded.includes(name))
}

export function namesIn(record: Json | undefined, key: string): readonly string[] {
  const names = new Map<string, unknown>(Object.entries(record ?? {})).get(key)
  return Array.isArray(names) ? names.map(String) : []
}

export function textIn(record: Json | undefined, key: string): string | undefined {
  const text = new Map<string, unknown>(Object.entries(record ?? {})).get(key)
  return typeof text === 'string' ? text : undefined
}
