import {applyUndo, findRun, planUndo, type UndoPlan} from '../features/journal/undo.js'
import {MitraError} from '../errors.js'
import type {JournalRun, Step} from '../ports/journal.js'
import type {Undoer} from '../ports/undo.js'
import {confirmOrRefuse} from './confirm.js'
import {planText} from './plan-text.js'
import {runPlan} from './run-plan.js'
import type {Tools} from './tools.js'
import {undoersOf} from './undoers.js'

export interface SetupUndo {
  readonly applied: boolean
  readonly steps: readonly Step[]
  readonly kept: readonly Step[]
}

/** Takes the runs of setup back, the newest first. */
export async function undoSetup(
  tools: Tools,
  {plan: isPlanOnly, yes}: {readonly plan: boolean; readonly yes: boolean},
): Promise<SetupUndo> {
  const {found, stays} = await setupRuns(tools)
  const steps = found.flatMap(({plan}) => plan.steps)
  const kept = [...found.flatMap(({plan}) => plan.kept), ...stays]
  if (isPlanOnly || steps.length === 0) return {applied: false, steps, kept}
  if (!yes) process.stderr.write(`${planText(steps, process.stderr)}\n\n`)
  await confirmOrRefuse('Take all of this back?', {yes, command: 'setup --undo'})
  for (const {run} of found) await undoRun(tools, run)
  return {applied: true, steps, kept}
}

async function setupRuns(tools: Tools) {
  const stays: Step[] = []
  const undoers = undoersOf(tools).map((undoer) => leaving(undoer, stays))
  const runs = await (await tools.journal()).runs()
  const found: {readonly run: JournalRun; readonly plan: UndoPlan}[] = []
  for (const run of runs.toReversed()) {
    if (!/^setup( --profile \w+)?$/.test(run.command) || run.undoneBy !== undefined) continue
    found.push({run, plan: await planUndo(run, undoers)})
  }
  return {found: found.filter(({plan}) => plan.steps.length > 0), stays}
}

async function undoRun(tools: Tools, {id}: JournalRun): Promise<void> {
  const journal = await tools.journal()
  const undoers = undoersOf(tools).map((undoer) => leaving(undoer, []))
  await runPlan({
    tools,
    command: `undo ${id}`,
    isPlanOnly: false,
    undoes: id,
    // Read again: another mitra may have gone on with it while this one waited for the lock.
    observe: async () => planUndo(findRun(await journal.runs(), id), undoers),
    apply: applyUndo,
  })
}

/** What must not be taken back, since somebody changed it, stays and is said; the rest goes. */
function leaving(undoer: Undoer, stays: Step[]): Undoer {
  return {
    prefix: undoer.prefix,
    undo: async (step, record) => undoer.undo(step, record),
    async plan(step, record) {
      try {
        const left = await undoer.stays?.(step, record)
        if (left !== undefined) stays.push(left)
        return await undoer.plan(step, record)
      } catch (error) {
        if (!(error instanceof MitraError) || error.kind !== 'refused') throw error
        stays.push({...step, why: error.message})
        return undefined
      }
    },
  }
}
