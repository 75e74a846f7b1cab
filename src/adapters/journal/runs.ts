import type {FailedStep, FinishedStep, JournalRun} from '../../ports/journal.js'
import {isSameProcess, type ProcessIdentity} from '../process-identity/identity.js'
import type {JournalEntry} from './records.js'

interface Gathered {
  readonly begin: Extract<JournalEntry, {kind: 'begin'}>
  readonly finished: FinishedStep[]
  readonly failed: FailedStep[]
  end?: Extract<JournalEntry, {kind: 'end'}>
}

/** The runs that the records tell of, oldest first. */
export function assembleRuns(entries: readonly JournalEntry[]): readonly JournalRun[] {
  const gathered = new Map<string, Gathered>()
  for (const entry of entries) gather(entry, gathered)
  const undone = new Map<string, string>()
  for (const {begin, end} of gathered.values()) {
    if (begin.undoes !== undefined && end?.outcome === 'done') undone.set(begin.undoes, begin.run)
  }
  return [...gathered.values()].map((run) => asRun(run, undone.get(run.begin.run)))
}

function gather(entry: JournalEntry, gathered: Map<string, Gathered>): void {
  if (entry.kind === 'begin') {
    gathered.set(entry.run, {begin: entry, finished: [], failed: []})
    return
  }
  const run = gathered.get(entry.run)
  if (run === undefined) return
  if (entry.kind === 'done') run.finished.push({id: entry.step, at: entry.at, undo: entry.undo})
  else if (entry.kind === 'end') run.end = entry
  else run.failed.push({id: entry.step, at: entry.at, code: entry.code, message: entry.message})
}

function asRun({begin, finished, failed, end}: Gathered, undoneBy: string | undefined): JournalRun {
  return {
    id: begin.run,
    command: begin.command,
    startedAt: begin.at,
    endedAt: end?.at,
    outcome: end?.outcome ?? outcomeWithoutEnd(begin.writer),
    plan: begin.plan,
    finished,
    failed,
    undoneBy,
  }
}

/** A run without an end is open while its writer lives; a killed one was interrupted. */
function outcomeWithoutEnd(writer: ProcessIdentity): 'open' | 'interrupted' {
  return isSameProcess(writer) ? 'open' : 'interrupted'
}
