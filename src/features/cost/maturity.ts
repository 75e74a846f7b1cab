import type {CostLedger, Restatement, UtcDay} from '../../ports/costs.js'
import {addDays, daysBetween} from './calendar.js'
import {clamp, median, quantile} from './robust.js'
import {isRunningCost, unitsOf} from './series.js'

/** How much of a day's cost the bill shows yet, 0 to 1. */
export interface Completeness {
  readonly typical: number
  /** Nine of ten days show no more than this: what may be relied on when scaling up. */
  readonly atMost: number
}

/** From this completeness on a day is taken as the bill shows it. */
export const settledAt = 0.985

/**
 * Without a history of restatements: usage reaches the bill within one to two days, the current day
 * is cut off by the clock. By days of age; older ones are final.
 */
const assumed: readonly Completeness[] = [
  {typical: 0.25, atMost: 1},
  {typical: 0.65, atMost: 1},
  {typical: 0.92, atMost: 1},
]

/** As many observed days as the assumption counts for. */
const assumedWeight = 5

/** How complete the days are: 1 is final. From `isEstimated` and from how earlier days grew. */
export function maturity(ledger: CostLedger, today: UtcDay): ReadonlyMap<UtcDay, number> {
  const found = completeness(ledger, today)
  return new Map([...found].map(([day, {typical}]) => [day, typical]))
}

/** The same with its upper bound, for every day of the ledger up to today. */
export function completeness(ledger: CostLedger, today: UtcDay): ReadonlyMap<UtcDay, Completeness> {
  const curve = completenessCurve(ledger, today)
  const estimated = new Map<UtcDay, boolean>()
  for (const {day, isEstimated} of ledger.lines) {
    estimated.set(day, (estimated.get(day) ?? false) || isEstimated)
  }
  const days = [...estimated.keys()].filter((day) => day <= today).toSorted()
  // A day without any line is not known to be final while it is young.
  const young = assumed.map((_, age) => addDays(today, -age)).filter((day) => !estimated.has(day))
  return new Map(
    [...new Set([...days, ...young])].toSorted().map((day) => {
      const atAge = curve[daysBetween(day, today)]
      return [day, atAge === undefined || estimated.get(day) === false ? final : atAge]
    }),
  )
}

const final: Completeness = {typical: 1, atMost: 1}

/** By age in days. What was seen of earlier days is blended with the assumption. */
function completenessCurve(ledger: CostLedger, today: UtcDay): readonly Completeness[] {
  const oldest = addDays(today, -assumed.length)
  const settled = ledger.restatements.filter(({day}) => day < oldest)
  if (settled.length === 0) return assumed
  const finals = finalCosts(ledger, new Set(settled.map(({day}) => day)))
  if (finals.size === 0) return assumed
  let below = 0
  return assumed.map(({typical, atMost}, age) => {
    const seen = [...finals].map(([day, whole]) => shareSeen(settled, day, {age, whole}))
    const weight = seen.length / (seen.length + assumedWeight)
    const blended = weight * median(seen) + (1 - weight) * typical
    // An older day shows no less than a younger one.
    below = clamp(blended, below, 1)
    const upper = seen.length < 2 * assumedWeight ? atMost : quantile(seen, 0.9)
    return {typical: Math.max(0.01, below), atMost: clamp(upper, Math.max(0.01, below), 1)}
  })
}

function finalCosts(ledger: CostLedger, days: ReadonlySet<UtcDay>): ReadonlyMap<UtcDay, number> {
  const sums = new Map<UtcDay, number>()
  for (const line of ledger.lines) {
    if (!days.has(line.day) || !isRunningCost(line)) continue
    sums.set(line.day, (sums.get(line.day) ?? 0) + unitsOf(line.amortized))
  }
  return new Map([...sums].filter(([, whole]) => whole > 0))
}

/**
 * The share of a day's final cost that was on the bill at an age. A restatement seen `ageDays` after
 * the day's end brought the value of age `ageDays + 1`; until then the value before it stood.
 */
function shareSeen(
  restatements: readonly Restatement[],
  day: UtcDay,
  {age, whole}: {readonly age: number; readonly whole: number},
): number {
  const own = restatements.filter((one) => one.day === day)
  const missing = [...new Set(own.map(({service}) => service))].map((service) => {
    const steps = own
      .filter((one) => one.service === service)
      .toSorted((a, b) => a.ageDays - b.ageDays)
    const standing = steps.find(({ageDays}) => ageDays + 1 > age)?.before
    const settled = steps.at(-1)?.after ?? 0n
    return standing === undefined ? 0 : unitsOf(settled - standing)
  })
  const gap = missing.reduce((all, one) => all + one, 0)
  return clamp(1 - gap / whole, 0, 1)
}
