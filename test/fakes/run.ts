import type {Json, RunOutcome, RunWriter} from '../../src/ports/journal.js'
import type {Progress} from '../../src/ports/progress.js'

/** What a run would have written to the journal, in order. */
export class RecordedRun implements RunWriter {
  readonly id = 'test-run'
  readonly finished: string[] = []
  readonly failures: {readonly id: string; readonly code: string; readonly message: string}[] = []
  outcome: RunOutcome | undefined

  async done(stepId: string, _undo?: Json): Promise<void> {
    this.finished.push(stepId)
  }

  async failed(stepId: string, code: string, message: string): Promise<void> {
    this.failures.push({id: stepId, code, message})
  }

  async end(outcome: RunOutcome): Promise<void> {
    this.outcome = outcome
  }
}

export const silentProgress: Progress = {
  started: () => undefined,
  note: () => undefined,
  finished: () => undefined,
  failed: () => undefined,
}
