import {MitraError} from '../../src/errors.js'
import type {
  FailedStep,
  FinishedStep,
  Journal,
  JournalRun,
  Json,
  RunOutcome,
  RunWriter,
  Step,
} from '../../src/ports/journal.js'

interface KeptRun {
  readonly run: Omit<JournalRun, 'finished' | 'failed' | 'endedAt' | 'outcome' | 'undoneBy'>
  readonly undoes: string | undefined
  readonly finished: FinishedStep[]
  readonly failed: FailedStep[]
  end?: {readonly at: string; readonly outcome: RunOutcome}
}

/** What several journals share, as processes share a disk. */
export class FakeJournalDisk {
  readonly runs: KeptRun[] = []
  holder: {readonly journal: FakeJournal; readonly purpose: string} | undefined
}

/** A journal in memory. */
export class FakeJournal implements Journal {
  readonly #disk: FakeJournalDisk
  #holds = 0

  constructor(disk = new FakeJournalDisk()) {
    this.#disk = disk
  }

  async begin(command: string, plan: readonly Step[], undoes?: string): Promise<RunWriter> {
    const lock = await this.lock(command)
    const id = `run-${this.#disk.runs.length + 1}`
    const run = {id, command, startedAt: now(), plan: structuredClone(plan)}
    const kept: KeptRun = {run, undoes, finished: [], failed: []}
    this.#disk.runs.push(kept)
    return {
      id,
      done: async (step: string, undo?: Json) => {
        this.#check(id)
        kept.finished.push({id: step, at: now(), undo: structuredClone(undo)})
      },
      failed: async (step: string, code: string, message: string) => {
        this.#check(id)
        kept.failed.push({id: step, at: now(), code, message})
      },
      end: async (outcome: RunOutcome) => {
        if (kept.end !== undefined) return
        kept.end = {at: now(), outcome}
        await lock.release()
      },
    }
  }

  async runs(): Promise<readonly JournalRun[]> {
    const {runs} = this.#disk
    return runs.map(({run, finished, failed, end}) => ({
      ...run,
      endedAt: end?.at,
      outcome: end?.outcome ?? 'open',
      finished: [...finished],
      failed: [...failed],
      undoneBy: runs.find(({undoes, end: ended}) => undoes === run.id && ended?.outcome === 'done')
        ?.run.id,
    }))
  }

  async lock(purpose: string): Promise<{release(): Promise<void>}> {
    const {holder} = this.#disk
    if (holder !== undefined && holder.journal !== this) {
      const message = `Another mitra is at work here: ${holder.purpose} (pid 1, since ${now()}).`
      throw new MitraError('locked', 'LOCKED', message)
    }
    this.#disk.holder = {journal: this, purpose}
    this.#holds += 1
    let isReleased = false
    return {
      release: async () => {
        if (isReleased) return
        isReleased = true
        this.#holds -= 1
        if (this.#holds === 0) this.#disk.holder = undefined
      },
    }
  }

  #check(run: string): void {
    if (this.#holds > 0) return
    throw new MitraError('bug', 'RUN_IS_OVER', `A record of ${run} came after the end of the run.`)
  }
}

function now(): string {
  return new Date().toISOString()
}
