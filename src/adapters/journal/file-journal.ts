import {randomBytes} from 'node:crypto'
import {open, readFile, truncate, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import type {Journal, JournalRun, Json, RunOutcome, RunWriter, Step} from '../../ports/journal.js'
import {syncFolder, writeError} from '../files/write-atomic.js'
import {ownIdentity} from '../process-identity/identity.js'
import {dieHere, faultAt} from './fault-points.js'
import {acquireLock, type HeldLock, type LockHolder} from './lock.js'
import {readRecords, recordLine, type ChainEnd, type JournalEntry} from './records.js'
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
  readonly #file: string
  readonly #options: JournalOptions
  #lock: Promise<HeldLock> | undefined
  #holds = 0
  #end: ChainEnd | undefined
  #appended = 0
  #queue: Promise<unknown> = Promise.resolve()

  constructor(folder: string, options: JournalOptions = {}) {
    this.#folder = folder
    this.#file = join(folder, 'journal.jsonl')
    this.#options = options
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
    return assembleRuns((await this.#read()).entries)
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
    await this.#queue
    this.#end = undefined
    await (await lock)?.release()
  }

  // One record after the other, also when steps finish side by side.
  async #append(entry: JournalEntry): Promise<void> {
    if (this.#holds === 0) {
      const message = `A record of ${entry.run} came after the end of the run.`
      throw new MitraError('bug', 'RUN_IS_OVER', message)
    }
    const written = this.#queue.then(() => this.#write(entry))
    this.#queue = written.catch(() => undefined)
    await written
  }

  async #write(entry: JournalEntry): Promise<void> {
    this.#end ??= await this.#openEnd()
    const {line, end} = recordLine(entry, this.#end)
    if (this.#options.holdsSecret?.(line) === true) {
      throw new MitraError('bug', 'SECRET_IN_JOURNAL', `A record of ${entry.run} holds a secret.`)
    }
    this.#appended += 1
    const fault = faultAt(this.#appended)
    if (fault === 'before') dieHere()
    await this.#appendText(fault === 'torn' ? line.slice(0, line.length / 2) : line)
    if (fault !== undefined) dieHere()
    this.#end = end
  }

  async #appendText(text: string): Promise<void> {
    try {
      const handle = await open(this.#file, 'a', 0o600)
      try {
        await handle.writeFile(text)
        await handle.datasync()
      } finally {
        await handle.close()
      }
    } catch (error) {
      // What is half written is the torn tail that the next writer cuts off.
      this.#end = undefined
      throw writeError(this.#file, error)
    }
  }

  /** The end of the chain; cuts off what a killed writer left half written, and keeps it aside. */
  async #openEnd(): Promise<ChainEnd> {
    const {end, wholeBytes, bytes} = await this.#read()
    if (bytes === undefined || bytes.length === 0) {
      await writeFile(this.#file, '', {flag: 'a', mode: 0o600})
      await syncFolder(this.#folder)
      await syncFolder(dirname(this.#folder))
      return end
    }
    if (wholeBytes < bytes.length) {
      await writeFile(join(this.#folder, `torn-${end.seq + 1}`), bytes.subarray(wholeBytes), {
        mode: 0o600,
      }).catch(() => undefined)
      await truncate(this.#file, wholeBytes)
    }
    return end
  }

  async #read() {
    const bytes = await readFile(this.#file).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    return {...readRecords(bytes?.toString('utf8') ?? '', this.#file), bytes}
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
