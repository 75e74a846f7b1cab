import type {UtcDay} from '../../ports/costs.js'
import type {StoredRestatement} from '../../ports/cost-store.js'
import type {UnpackedLine} from './records.js'

const dayMs = 86_400_000
/** Restatements of older days say nothing about how days ripen. */
const keptDays = 60

interface Change {
  readonly day: UtcDay
  readonly seenAt: string
  /** Both sorted by name and record type. */
  readonly before: readonly UnpackedLine[]
  readonly after: readonly UnpackedLine[]
}

/** What days were before they changed. Of the same age in days one is kept: first value to last. */
export class RestatedDays {
  /** By day, then by age, service and record type: a whole day is forgotten at once. */
  readonly #kept = new Map<UtcDay, Map<string, StoredRestatement>>()

  constructor(kept: Iterable<StoredRestatement> = []) {
    for (const one of kept) this.#dayOf(one.day).set(keyOf(one), one)
  }

  /** Every record type of a service that changed: how full the day was is a ratio of whole sums. */
  add({day, seenAt, before, after}: Change): void {
    const pairs = pairsOf(before, after)
    const changed = new Set<string>()
    for (const one of pairs) if (one.before !== one.after) changed.add(one.service)
    if (changed.size === 0) return
    const ageDays = Math.floor((Date.parse(seenAt) - midnight(day)) / dayMs) - 1
    const kept = this.#dayOf(day)
    for (const {service, recordType, ...values} of pairs) {
      if (!changed.has(service)) continue
      const one = {day, service, recordType, seenAt, ageDays, ...values}
      const key = keyOf(one)
      const first = kept.get(key)
      kept.set(key, first === undefined ? one : {...one, before: first.before})
    }
  }

  /** Oldest first; those of days long before `newest` are forgotten. */
  all(newest: UtcDay | undefined): readonly StoredRestatement[] {
    if (newest !== undefined) this.#forgetBefore(midnight(newest) - keptDays * dayMs)
    return [...this.#kept.values()]
      .flatMap((one) => [...one.values()])
      .toSorted((a, b) => compare(a.seenAt, b.seenAt))
  }

  #forgetBefore(firstMs: number): void {
    for (const day of this.#kept.keys()) {
      if (midnight(day) < firstMs) this.#kept.delete(day)
    }
  }

  #dayOf(day: UtcDay): Map<string, StoredRestatement> {
    const known = this.#kept.get(day)
    if (known !== undefined) return known
    const made = new Map<string, StoredRestatement>()
    this.#kept.set(day, made)
    return made
  }
}

interface Pair {
  readonly service: string
  readonly recordType: string
  readonly before: bigint
  readonly after: bigint
}

/** The lines of both days beside each other, nothing where one has none. */
function pairsOf(before: readonly UnpackedLine[], after: readonly UnpackedLine[]): readonly Pair[] {
  const pairs: Pair[] = []
  let [at, to] = [0, 0]
  for (;;) {
    const [old, now] = [before[at], after[to]]
    const order = orderOf(old, now)
    const pair = pairOf(order <= 0 ? old : undefined, order >= 0 ? now : undefined)
    if (pair === undefined) return pairs
    pairs.push(pair)
    if (order <= 0) at += 1
    if (order >= 0) to += 1
  }
}

function pairOf(old: UnpackedLine | undefined, now: UnpackedLine | undefined): Pair | undefined {
  const line = old ?? now
  if (line === undefined) return undefined
  const {name: service, recordType} = line
  return {service, recordType, before: old?.amortized ?? 0n, after: now?.amortized ?? 0n}
}

/** Below zero where the first comes earlier; behind the end comes nothing. */
function orderOf(old: UnpackedLine | undefined, now: UnpackedLine | undefined): number {
  if (old === undefined || now === undefined)
    return Number(old === undefined) - Number(now === undefined)
  return compare(old.name, now.name) || compare(old.recordType, now.recordType)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function keyOf({ageDays, service, recordType}: StoredRestatement): string {
  return `${ageDays} ${service}\n${recordType}`
}

function midnight(day: UtcDay): number {
  return Date.parse(`${day}T00:00:00Z`)
}
