import {asMinor} from '../../../ports/money.js'
import type {CostAnomaly} from '../anomalies.js'
import {daysBetween} from '../calendar.js'
import type {AnomalyFacts} from './cost-report.js'

/** An anomaly may begin so many days elsewhere once its days have settled. */
const mostShift = 2

/**
 * Anomalies as they are shown. One that an earlier report named keeps the name that it had there, though
 * its first day was judged anew since: nobody is told of it twice.
 */
export function anomalyFacts(
  found: readonly CostAnomaly[],
  known: readonly string[],
): readonly AnomalyFacts[] {
  const exact = new Set(found.map(({id}) => id))
  const free = known.filter((id) => !exact.has(id))
  return found.map((one) => {
    const id = known.includes(one.id) ? one.id : (knownAs(one.id, free) ?? one.id)
    return {
      id,
      kind: one.kind,
      service: one.service,
      firstDay: one.firstDay,
      lastDay: one.lastDay,
      isOngoing: one.isOngoing,
      isNew: !known.includes(id),
      expected: asMinor(one.expected),
      actual: asMinor(one.actual),
      excess: asMinor(one.excess),
      score: one.score,
      cause: one.cause.map(({usageType, region, excess}) => ({
        usageType,
        region: region ?? null,
        excess: asMinor(excess),
      })),
    }
  })
}

/** `amazon-s3-2026-11-20`: the service in words, and the first day. */
function parted(id: string): {readonly words: string; readonly day: string} {
  return {words: id.slice(0, -10), day: id.slice(-10)}
}

function knownAs(id: string, free: readonly string[]): string | undefined {
  const {words, day} = parted(id)
  return free.find((other) => {
    const before = parted(other)
    return before.words === words && Math.abs(daysBetween(before.day, day)) <= mostShift
  })
}
