import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {JournalRun, Json, RunWriter, Step} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {Undoer} from '../../ports/undo.js'

/** One finished step and who takes it back. */
interface Taken {
  readonly inverse: Step
  readonly step: Step
  readonly record: Json | undefined
  readonly undoer: Undoer
}

export interface UndoPlan {
  readonly steps: readonly Step[]
  readonly taken: readonly Taken[]
  /** Steps of the run that nature does not let back, and what is a person's now. */
  readonly kept: readonly Step[]
}

/** The run named (a prefix is enough, `last` is the newest), else the newest that has what to take back. */
export async function runToUndo(
  runs: readonly JournalRun[],
  name: string | undefined,
  undoers: readonly Undoer[],
): Promise<JournalRun> {
  if (name !== undefined) return findRun(runs, name)
  for (const run of runs.toReversed()) {
    const isCandidate = run.undoneBy === undefined && undoableSteps(run).length > 0
    if (isCandidate && (await planUndo(run, undoers)).steps.length > 0) return run
  }
  throw new MitraError('usage', 'NOTHING_TO_UNDO', 'There is nothing to take back.', {
    hints: ['mitra journal list shows what was done.'],
  })
}

export function findRun(runs: readonly JournalRun[], name: string): JournalRun {
  const last = runs.at(-1)
  if (name === 'last' && last !== undefined) return last
  const found = runs.filter((run) => run.id.startsWith(name))
  const [run] = found
  if (run !== undefined && found.length === 1) return run
  const message =
    found.length === 0 ? `No such run: ${name}.` : `${name} fits ${found.length} runs.`
  throw new MitraError('usage', 'NO_RUN', message, {hints: ['mitra journal list']})
}

/** The inverse of every finished step, the last one first. */
export async function planUndo(run: JournalRun, undoers: readonly Undoer[]): Promise<UndoPlan> {
  if (run.undoneBy !== undefined) {
    throw new MitraError('usage', 'UNDONE', `Run ${run.id} was taken back by ${run.undoneBy}.`, {
      hints: ['mitra journal list'],
    })
  }
  const taken: Taken[] = []
  const stays: Step[] = []
  for (const {step, record} of undoableSteps(run).toReversed()) {
    const undoer = undoers.find(({prefix}) => step.id.startsWith(prefix))
    const inverse = await undoer?.plan(step, record)
    const left = await undoer?.stays?.(step, record)
    if (left !== undefined) stays.push(left)
    if (undoer !== undefined && inverse !== undefined) taken.push({inverse, step, record, undoer})
  }
  const finished = new Set(run.finished.map((entry) => entry.id))
  const kept = run.plan.filter((step) => finished.has(step.id) && step.undo === 'no')
  return {steps: taken.map(({inverse}) => inverse), taken, kept: [...kept, ...stays]}
}

export async function applyUndo(
  {taken}: UndoPlan,
  {run, progress}: {readonly run: RunWriter; readonly progress: Progress},
): Promise<void> {
  for (const {inverse, step, record, undoer} of taken) {
    progress.started(inverse.id)
    try {
      await undoer.undo(step, record)
    } catch (error) {
      await run.failed(inverse.id, codeOf(error) ?? 'UNEXPECTED', messageOf(error))
      throw error
    }
    await run.done(inverse.id)
  }
}

function undoableSteps(run: JournalRun) {
  const steps = new Map(run.plan.map((step) => [step.id, step]))
  return run.finished.flatMap(({id, undo}) => {
    const step = steps.get(id)
    return step === undefined || step.undo === 'no' ? [] : [{step, record: undo}]
  })
}
