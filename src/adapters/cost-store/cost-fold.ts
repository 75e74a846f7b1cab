import type {DayWindow, UtcDay} from '../../ports/costs.js'
import type {KnownDetail, StoredCosts} from '../../ports/cost-store.js'
import {cellOf, confirmed, linesIn, newestCurrency, unpackCell, type DayCell} from './known-days.js'
import {unpackLines, type FetchEntry, type StoreEntry} from './records.js'
import {RestatedDays} from './restated-days.js'
import {packedState, unpackedState, type FoldParts, type PackedState} from './snapshot.js'

/** Answers by usage type that are kept for reading; all stay in the file. */
const mostDetails = 64

const nothing: FoldParts = {
  account: undefined,
  fetchedAt: undefined,
  days: new Map(),
  restatements: [],
  details: [],
  requests: new Map(),
  open: new Map(),
}

/** Takes records in order and knows what they come to. */
export class CostFold {
  #account: string | undefined
  #fetchedAt: string | undefined
  readonly #days: Map<UtcDay, DayCell>
  readonly #restated: RestatedDays
  readonly #details: FetchEntry[]
  readonly #requests: Map<string, number>
  readonly #open: Map<number, string>

  constructor(packed?: PackedState) {
    const parts = packed === undefined ? nothing : unpackedState(packed)
    this.#account = parts.account
    this.#fetchedAt = parts.fetchedAt
    this.#days = new Map(parts.days)
    this.#restated = new RestatedDays(parts.restatements)
    this.#details = [...parts.details]
    this.#requests = new Map(parts.requests)
    this.#open = new Map(parts.open)
  }

  get days(): ReadonlyMap<UtcDay, DayCell> {
    return this.#days
  }

  add(entry: StoreEntry, seq: number): void {
    if (entry.kind === 'reserve') {
      this.#requests.set(entry.month, this.requestsIn(entry.month) + 1)
      this.#open.set(seq, entry.month)
    } else if (entry.kind === 'settle') {
      this.#settle(entry.of, entry.outcome === 'free')
    } else if (entry.service === undefined) {
      this.#addDays(entry)
    } else {
      this.#details.push(entry)
      if (this.#details.length > mostDetails) this.#details.shift()
    }
  }

  /** For a snapshot. */
  packed(): PackedState {
    return packedState({
      account: this.#account,
      fetchedAt: this.#fetchedAt,
      days: this.#days,
      restatements: this.#restated.all(this.#newestDay()),
      details: this.#details,
      requests: this.#requests,
      open: this.#open,
    })
  }

  costs(): StoredCosts {
    return {
      account: this.#account,
      fetchedAt: this.#fetchedAt,
      days: this.#days,
      currency: newestCurrency(this.#days),
      lines: (window) => linesIn(this.#days, window),
      detail: (service, window) => newestDetail(this.#details, service, window),
      restatements: this.#restated.all(this.#newestDay()),
      requestsIn: (month) => this.requestsIn(month),
    }
  }

  requestsIn(month: string): number {
    return this.#requests.get(month) ?? 0
  }

  #newestDay(): UtcDay | undefined {
    return [...this.#days.keys()].toSorted().at(-1)
  }

  // One that is never settled, because its process was killed, stays counted.
  #settle(reserved: number, isFree: boolean): void {
    const month = this.#open.get(reserved)
    this.#open.delete(reserved)
    if (month !== undefined && isFree) this.#requests.set(month, this.requestsIn(month) - 1)
  }

  #addDays(entry: FetchEntry): void {
    const listed = new Set(entry.days.map(([day]) => day))
    const [start, end] = entry.window
    for (const [day, cell] of this.#days) {
      const isCovered = start <= day && day < end
      if (isCovered && !listed.has(day)) this.#days.set(day, confirmed(cell, entry.at))
    }
    for (const packed of entry.days) this.#replace(packed[0], cellOf(packed, entry))
    this.#fetchedAt = entry.at
    this.#account = entry.account ?? this.#account
  }

  #replace(day: UtcDay, after: DayCell): void {
    const before = this.#days.get(day)
    this.#days.set(day, after)
    if (before === undefined || before.currency !== after.currency) return
    const [old, now] = [unpackCell(before), unpackCell(after)]
    this.#restated.add({day, seenAt: after.confirmedAt, before: old, after: now})
  }
}

function newestDetail(
  details: readonly FetchEntry[],
  service: string,
  {start, end}: DayWindow,
): KnownDetail | undefined {
  const found = details.findLast(
    ({service: name, window: [from, to]}) => name === service && from <= start && end <= to,
  )
  if (found === undefined) return undefined
  const lines = found.days
    .filter(([day]) => start <= day && day < end)
    .flatMap(([day, estimated, currency, amounts]) => {
      const shared = {day, service, region: undefined, currency, isEstimated: estimated === 1}
      return unpackLines(amounts, found.names).map(({name, recordType, billed, amortized}) => ({
        ...shared,
        recordType,
        usageType: name,
        billed,
        amortized,
      }))
    })
  return {fetchedAt: found.at, window: {start: found.window[0], end: found.window[1]}, lines}
}
