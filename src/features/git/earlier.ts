import {createHash} from 'node:crypto'
import type {JournalRun, Json} from '../../ports/journal.js'
import type {FileBytes} from '../../ports/work-trees.js'

/** What earlier runs say of a step: a plan is durable before the first of its steps is taken. */
export interface EarlierStep {
  /** What the newest run that finished it left there. */
  readonly written: string | undefined
  /** The detail of a run that was cut off in it, and that no later one finished. */
  readonly cutOff: Json | undefined
}

export function earlierStep(runs: readonly JournalRun[], id: string): EarlierStep {
  let written: string | undefined
  let cutOff: Json | undefined
  for (const run of runs) {
    const finished = run.finished.find((step) => step.id === id)
    if (finished !== undefined) {
      written = textAt(finished.undo, 'sha256')
      cutOff = undefined
      continue
    }
    // The first one saw what was there before any of them.
    cutOff ??= run.plan.find((step) => step.id === id)?.detail
  }
  return {written, cutOff}
}

export function digestOf({base64}: FileBytes): string {
  return createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex')
}

export function valueAt(record: Json | undefined, key: string): Json | undefined {
  if (typeof record !== 'object' || record === null) return undefined
  return new Map<string, Json>(Object.entries(record)).get(key)
}

export function textAt(record: Json | undefined, key: string): string | undefined {
  const value = valueAt(record, key)
  return typeof value === 'string' ? value : undefined
}

/** A file as a record holds it; undefined for one that was not there. */
export function bytesAt(record: Json | undefined, key: string): FileBytes | undefined {
  const value = valueAt(record, key)
  const [base64, mode] = [textAt(value, 'base64'), valueAt(value, 'mode')]
  return base64 === undefined || typeof mode !== 'number' ? undefined : {base64, mode}
}
