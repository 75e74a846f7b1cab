import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import {MitraError} from '../../errors.js'
import type {Journal, JournalRun, Json, RunOutcome, RunWriter, Step} from '../../ports/journal.js'
import {AppendLog} from '../append-log/append-log.js'
import {ownIdentity} from '../process-identity/identity.js'
import {acquireLock, type HeldLock, type LockHolder} from './lock.js'
import {journalDamaged, type JournalEntry} from './records.js'
import {assembleRuns} from './runs.js'

interface JournalOptions {
  /** How long to wait for another writer. */
  readonly waitMs?: number
  readonly onWait?: (holder: LockHolder) => void
  /** True for a text that holds a password: such a record is refused. */
  readonly holdsSecret?: (text: string) => boolean
}

const defaultWaitMs = 30_000

/** One append-only file, every record fsynced before the call returns. */
export class FileJournal implements Journal {
  readonly #folder: string
  readonly #log: AppendLog<JournalEntry>
  readonly #options: JournalOptions
  #lock: Promise<HeldLock> | undefined
  #holds = 0

  constructor(folder: string, options: JournalOptions = {}) {
    this.#folder = folder
    this.#options = options
    this.#log = new AppendLog(join(folder, 'journal.jsonl'), {
      name: 'journal',
      damaged: journalDamaged,
      check: (line) => this.#refuseSecret(line),
    })
  }

  async lock(purpose: string): Promise<{release(): Promise<void>}> {
    this.#holds += 1
    try {
      this.#lock ??= this.#acquire(purpose)
      await this.#lock
    } catch (error) {
      this.#holds -= 1
      this.#lock = undefined
      throw error
    }
    let isReleased = false
    return {
      release: async () => {
        if (isReleased) return
        isReleased = true
        await this.#release()
      },
    }
  }

  async begin(command: string, plan: readonly Step[], undoes?: string): Promise<RunWriter> {
    const lock = await this.lock(command)
    const id = runId()
    const base = {run: id, at: now(), command, plan, writer: ownIdentity()}
    try {
      await this.#append({kind: 'begin', ...base, ...(undoes === undefined ? {} : {undoes})})
    } catch (error) {
      await lock.release()
      throw error
    }
    return this.#writer(id, lock)
  }

  async runs(): Promise<readonly JournalRun[]> {
    return assembleRuns((await this.#log.read()).entries)
  }

  #writer(id: string, lock: HeldLock): RunWriter {
    let isOver = false
    return {
      id,
      done: (step: string, undo?: Json) =>
        this.#append({
          kind: 'done',
          run: id,
          at: now(),
          step,
          ...(undo === undefined ? {} : {undo}),
        }),
      failed: (step: string, code: string, message: string) =>
        this.#append({kind: 'failed', run: id, at: now(), step, code, message}),
      end: async (outcome: RunOutcome) => {
        // The first word counts: Ctrl-C ends a run that its own failure wants to end once more.
        if (isOver) return
        isOver = true
        try {
          await this.#append({kind: 'end', run: id, at: now(), outcome})
        } finally {
          await lock.release()
        }
      },
    }
  }

  #acquire(purpose: string): Promise<HeldLock> {
    const {waitMs = defaultWaitMs, onWait} = this.#options
    const wish = {purpose, waitMs, ...(onWait === undefined ? {} : {onWait})}
    return acquireLock(this.#folder, 'writer', wish)
  }

  async #release(): Promise<void> {
    this.#holds -= 1
    if (this.#holds > 0) return
    const lock = this.#lock
    this.#lock = undefined
    await this.#log.settle()
    await (await lock)?.release()
  }

  async #append(entry: JournalEntry): Promise<void> {
    if (this.#holds === 0) {
      const message = `A record of ${entry.run} came after the end of the run.`
      throw new MitraError('bug', 'RUN_IS_OVER', message)
    }
    await this.#log.append(entry)
  }

  #refuseSecret(line: string): void {
    if (this.#options.holdsSecret?.(line) !== true) return
    throw new MitraError('bug', 'SECRET_IN_JOURNAL', 'A record of the journal holds a secret.')
  }
}

function now(): string {
  return new Date().toISOString()
}

/** Sorts by time, unique on one machine: `20261124T101502-3f9a1c`. */
function runId(): string {
  const stamp = now().replaceAll(/[-:]/g, '').slice(0, 15)
  return `${stamp}-${randomBytes(3).toString('hex')}`
}
