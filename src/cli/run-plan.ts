import type {RunWriter, Step} from '../ports/journal.js'
import type {Progress} from '../ports/progress.js'
import {confirmOrRefuse} from './confirm.js'
import {planText} from './plan-text.js'
import {openProgress} from './progress.js'
import {redact} from './redact.js'
import type {Tools} from './tools.js'

export interface Planned {
  readonly steps: readonly Step[]
}

export interface Applying {
  readonly run: RunWriter
  readonly progress: Progress
}

interface PlanRun<P extends Planned> {
  readonly tools: Tools
  /** As the journal names it: `up`, `tenant create lic`. */
  readonly command: string
  readonly isPlanOnly: boolean
  /** Shown before anything is changed; without it the command needs no asking. */
  readonly confirm?: {
    readonly question: string
    readonly yes: boolean
    readonly typed?: string
    /** Flags without which the command of the hints would not be this one: `--stdin`. */
    readonly flags?: string
  }
  readonly undoes?: string
  /** What has to be asked on the terminal before the work is shown. */
  readonly prepare?: (plan: P) => Promise<void>
  readonly observe: () => Promise<P>
  readonly apply: (plan: P, applying: Applying) => Promise<void>
}

interface PlanResult<P> {
  readonly plan: P
  readonly applied: boolean
  /** The run that the journal knows; undefined when nothing was done. */
  readonly runId: string | undefined
}

/** Observe, plan, show, ask, journal, apply: the one path of everything that changes the world. */
export async function runPlan<P extends Planned>(work: PlanRun<P>): Promise<PlanResult<P>> {
  if (work.isPlanOnly) {
    return {plan: await work.observe(), applied: false, runId: undefined}
  }
  const journal = await work.tools.journal()
  const lock = await journal.lock(work.command)
  try {
    const plan = await work.observe()
    if (plan.steps.length === 0) return {plan, applied: false, runId: undefined}
    if (work.confirm !== undefined) {
      if (!work.confirm.yes) process.stderr.write(`${planText(plan.steps, process.stderr)}\n\n`)
      const command = [work.command, work.confirm.flags ?? ''].join(' ').trimEnd()
      await confirmOrRefuse(work.confirm.question, {...work.confirm, command})
    }
    await work.prepare?.(plan)
    const run = await journal.begin(work.command, plan.steps, work.undoes)
    await applyRecorded(plan, run, work.apply)
    return {plan, applied: true, runId: run.id}
  } finally {
    await lock.release()
  }
}

async function applyRecorded<P extends Planned>(
  plan: P,
  run: RunWriter,
  apply: PlanRun<P>['apply'],
): Promise<void> {
  const progress = await openProgress(plan.steps)
  const forget = endOnSignal(run)
  try {
    await apply(plan, {run: recordedWith(progress, run), progress})
    await run.end('done')
  } catch (error) {
    await run.end('failed').catch(() => undefined)
    throw error
  } finally {
    forget()
    await progress.close()
  }
}

/** A finished step is shown only after its record is durable. */
function recordedWith(progress: Progress, run: RunWriter): RunWriter {
  return {
    id: run.id,
    async done(stepId, undo) {
      await run.done(stepId, undo)
      progress.finished(stepId)
    },
    async failed(stepId, code, message) {
      await run.failed(stepId, code, redact(message))
      progress.failed(stepId, message)
    },
    end: (outcome) => run.end(outcome),
  }
}

/**
 * The first Ctrl-C records the interruption and ends; the second ends at once. Nothing needs to be
 * finished first: every step is safe against being cut off, and the next run goes on from there.
 */
function endOnSignal(run: RunWriter): () => void {
  let isEnding = false
  const end = (signal: NodeJS.Signals) => {
    const exitCode = signal === 'SIGINT' ? 130 : 143
    if (isEnding) process.exit(exitCode)
    isEnding = true
    process.stderr.write('\nStopped. The same command goes on from here.\n')
    const leave = () => process.exit(exitCode)
    run.end('interrupted').then(leave, leave)
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  return () => {
    process.off('SIGINT', end)
    process.off('SIGTERM', end)
  }
}
