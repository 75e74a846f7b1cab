import type {UtcDay} from '../../ports/costs.js'
import type {StoredRestatement} from '../../ports/cost-store.js'
import type {UnpackedLine} from './records.js'

const dayMs = 86_400_000
/** Restatements of older days say nothing about how days ripen. */
const keptDays = 100

interface Change {
  readonly day: UtcDay
  readonly seenAt: string
  readonly before: readonly UnpackedLine[]
  readonly after: readonly UnpackedLine[]
}

/** What days were before they changed. Of the same age in days one is kept: first value to last. */
export class RestatedDays {
  readonly #kept = new Map<string, StoredRestatement>()

  constructor(kept: Iterable<StoredRestatement> = []) {
    for (const one of kept) this.#kept.set(keyOf(one), one)
  }

  /** Every record type of a service that changed: how full the day was is a ratio of whole sums. */
  add({day, seenAt, before, after}: Change): void {
    const old = amountsOf(before)
    const now = amountsOf(after)
    const keys = [...new Set([...old.keys(), ...now.keys()])]
    const services = new Set(
      keys.filter((key) => old.get(key) !== now.get(key)).map((key) => key.split('\n')[0]),
    )
    const ageDays = Math.floor((Date.parse(seenAt) - midnight(day)) / dayMs) - 1
    for (const key of keys) {
      const [service = '', recordType = ''] = key.split('\n')
      if (!services.has(service)) continue
      const values = {before: old.get(key) ?? 0n, after: now.get(key) ?? 0n}
      this.#keep({day, service, recordType, seenAt, ageDays, ...values})
    }
  }

  /** Oldest first; those of days long before `newest` are forgotten. */
  all(newest: UtcDay | undefined): readonly StoredRestatement[] {
    const first = newest === undefined ? 0 : midnight(newest) - keptDays * dayMs
    for (const [key, {day}] of this.#kept) {
      if (midnight(day) < first) this.#kept.delete(key)
    }
    return [...this.#kept.values()].toSorted((a, b) => Date.parse(a.seenAt) - Date.parse(b.seenAt))
  }

  #keep(one: StoredRestatement): void {
    const first = this.#kept.get(keyOf(one))
    this.#kept.set(keyOf(one), first === undefined ? one : {...one, before: first.before})
  }
}

function keyOf({day, ageDays, service, recordType}: StoredRestatement): string {
  return [day, ageDays, service, recordType].join('\n')
}

function amountsOf(lines: readonly UnpackedLine[]): ReadonlyMap<string, bigint> {
  return new Map(
    lines.map(({name, recordType, amortized}) => [`${name}\n${recordType}`, amortized]),
  )
}

function midnight(day: UtcDay): number {
  return Date.parse(`${day}T00:00:00Z`)
}
