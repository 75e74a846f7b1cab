import {readdir, stat, unlink} from 'node:fs/promises'
import {join} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import type {CostStore, CostWriter, StoredCosts, WholeAnswer} from '../../ports/cost-store.js'
import {AppendLog} from '../append-log/append-log.js'
import {chainStart, type ChainEnd} from '../append-log/chain.js'
import {acquireLock, type LockHolder} from '../journal/lock.js'
import {CostFold} from './cost-fold.js'
import {changedDays} from './known-days.js'
import {costsDamaged, type FetchEntry, type StoreEntry} from './records.js'
import {readSnapshot, writeSnapshot} from './snapshot.js'

interface StoreOptions {
  /** How long to wait for another writer. */
  readonly waitMs?: number
  readonly onWait?: (holder: LockHolder) => void
  /** A file of records that has grown beyond this is followed by a new one. */
  readonly segmentBytes?: number
}

const defaultWaitMs = 90_000
const defaultSegmentBytes = 1024 * 1024

interface Loaded {
  readonly fold: CostFold
  /** Where the newest segment begins in the chain, and its number. */
  readonly start: ChainEnd
  readonly segment: number
}

/**
 * A folder of files `costs-0001.jsonl`, `costs-0002.jsonl`, ..., one chain of checksummed records that
 * is only ever appended to. A snapshot of what the files before it come to makes reading quick.
 */
export class FileCostStore implements CostStore {
  readonly #folder: string
  readonly #options: StoreOptions

  constructor(folder: string, options: StoreOptions = {}) {
    this.#folder = folder
    this.#options = options
  }

  async read(): Promise<StoredCosts> {
    return (await this.#load()).fold.costs()
  }

  async write(purpose: string): Promise<CostWriter> {
    const {waitMs = defaultWaitMs, onWait} = this.#options
    const wish = {purpose, waitMs, ...(onWait === undefined ? {} : {onWait})}
    const lock = await acquireLock(this.#folder, 'writer', wish)
    try {
      const loaded = await this.#load()
      return this.#writer(loaded, () => lock.release())
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  #writer({fold, start, segment}: Loaded, release: () => Promise<void>): CostWriter {
    const log = this.#log(segment, start)
    const append = async (entry: StoreEntry): Promise<number> => {
      const {seq} = await log.append(entry)
      fold.add(entry, seq)
      return seq
    }
    return {
      known: () => fold.costs(),
      async reserve({at, what, cap}) {
        const month = at.slice(0, 7)
        const used = fold.requestsIn(month)
        if (used >= cap) throw capReached(month, used, cap)
        return append({kind: 'reserve', at, month, what})
      },
      settle: async (of, outcome) => void (await append({kind: 'settle', of, outcome})),
      keep: async (answer) => void (await append(entryOf(answer, fold))),
      release: async () => {
        try {
          await log.settle()
          await this.#closeSegment(fold, segment, start)
        } finally {
          await release()
        }
      },
    }
  }

  /** Once a segment is long enough, what it comes to is kept beside it, and the next one begins. */
  async #closeSegment(fold: CostFold, segment: number, start: ChainEnd): Promise<void> {
    const {segmentBytes = defaultSegmentBytes} = this.#options
    const bytes = await stat(this.#segmentFile(segment)).then(
      ({size}) => size,
      () => 0,
    )
    if (bytes < segmentBytes) return
    const {end} = await this.#log(segment, start).read()
    await writeSnapshot(this.#snapshotFile(segment), end, fold.packed())
    // One older one stays, for the day on which the newest is not readable.
    for (const old of (await this.#numbers()).snapshots) {
      if (old < segment - 1) await unlink(this.#snapshotFile(old)).catch(() => undefined)
    }
  }

  async #load(): Promise<Loaded> {
    const {segments, snapshots} = await this.#numbers()
    const {number, snapshot} = await this.#newestSnapshot(snapshots)
    const fold = new CostFold(snapshot?.state)
    let end = snapshot?.end ?? chainStart
    let current = {segment: number + 1, start: end}
    for (const segment of segments.filter((one) => one > number)) {
      current = {segment, start: end}
      end = await this.#add(fold, segment, end)
    }
    return {fold, ...current}
  }

  async #newestSnapshot(numbers: readonly number[]) {
    for (const number of numbers.toReversed()) {
      const snapshot = await readSnapshot(this.#snapshotFile(number))
      if (snapshot !== undefined) return {number, snapshot}
    }
    return {number: 0, snapshot: undefined}
  }

  async #add(fold: CostFold, segment: number, start: ChainEnd): Promise<ChainEnd> {
    const {entries, end} = await this.#log(segment, start).read()
    for (const [index, entry] of entries.entries()) fold.add(entry, start.seq + index + 1)
    return end
  }

  #log(segment: number, start: ChainEnd): AppendLog<StoreEntry> {
    const file = this.#segmentFile(segment)
    return new AppendLog(file, {name: 'costs', damaged: costsDamaged, start})
  }

  async #numbers() {
    const entries = await readdir(this.#folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    })
    const matching = (pattern: RegExp) =>
      entries
        .map((entry) => Number(pattern.exec(entry)?.[1] ?? 0))
        .filter((number) => number > 0)
        .toSorted((a, b) => a - b)
    return {
      segments: matching(/^costs-(\d{4,})\.jsonl$/),
      snapshots: matching(/^snapshot-(\d{4,})\.json$/),
    }
  }

  #segmentFile(segment: number): string {
    return join(this.#folder, `costs-${padded(segment)}.jsonl`)
  }

  #snapshotFile(segment: number): string {
    return join(this.#folder, `snapshot-${padded(segment)}.json`)
  }
}

function padded(number: number): string {
  return number.toString().padStart(4, '0')
}

function entryOf({at, account, window, service, days}: WholeAnswer, fold: CostFold): FetchEntry {
  const known = service === undefined ? fold.days : new Map<string, never>()
  return {
    kind: 'fetch',
    at,
    ...(account === undefined ? {} : {account}),
    window: [window.start, window.end],
    ...(service === undefined ? {} : {service}),
    ...changedDays(days, known),
  }
}

function capReached(month: string, used: number, cap: number): MitraError {
  const [year, number] = month.split('-').map(Number)
  const next = new Date(Date.UTC(year ?? 0, number ?? 1, 1)).toISOString().slice(0, 10)
  return new MitraError(
    'notReady',
    'REQUEST_CAP',
    `All ${cap} paid requests of ${month} are used up (${used}).`,
    {hints: [`Wait until ${next}, or raise cost.monthlyRequests; each request costs $0.01.`]},
  )
}
