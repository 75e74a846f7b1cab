import type {CostLedger, DayWindow, UtcDay} from '../../../ports/costs.js'
import {addDays, daysBetween} from '../calendar.js'
import {completeness, settledAt} from '../maturity.js'
import {dividedHalfEven} from '../pico-parts.js'
import {isRunningCost} from '../series.js'
import {monthHours} from './quantities.js'

/** What the bill shows of a month, service by service, and over which days. */
export interface ObservedMonth {
  /** Settled days, 30 at most. */
  readonly days: DayWindow
  /** Amortized, before tax, credits and refunds; 10^-12 of the ledger's currency, a mean month. */
  readonly byService: ReadonlyMap<string, bigint>
}

/** A service of the model against the bill. */
export interface ServiceFactor {
  readonly service: string
  readonly modelled: bigint
  readonly observed: bigint
}

const mostDays = 30
/** Fewer say little about a month. */
const leastDays = 7

/** The last settled days of a bill as a mean month; undefined where there are too few. */
export function observedMonth(ledger: CostLedger, asOf: UtcDay): ObservedMonth | undefined {
  const running = ledger.lines.filter(isRunningCost)
  const first = running[0]?.day
  if (first === undefined) return undefined
  const end = settledEnd(ledger, asOf)
  const earliest = addDays(end, -mostDays)
  const start = first > earliest ? first : earliest
  const count = daysBetween(start, end)
  if (count < leastDays) return undefined
  const sums = new Map<string, bigint>()
  for (const {day, service, amortized} of running) {
    if (day < start || day >= end) continue
    sums.set(service, (sums.get(service) ?? 0n) + amortized)
  }
  // A mean month has 730 hours.
  const byService = new Map(
    [...sums].map(([service, sum]) => [
      service,
      dividedHalfEven(sum * BigInt(monthHours), BigInt(count * 24)),
    ]),
  )
  return {days: {start, end}, byService}
}

/** The first day that is not taken as the bill shows it. */
function settledEnd(ledger: CostLedger, asOf: UtcDay): UtcDay {
  const complete = completeness(ledger, asOf)
  for (let back = 0; back < mostDays; back += 1) {
    const day = addDays(asOf, -back)
    if ((complete.get(day)?.typical ?? 1) >= settledAt) return addDays(day, 1)
  }
  return addDays(asOf, -mostDays)
}

/**
 * The model's services beside the bill's. Services that only the bill has are not modelled: they have
 * nothing to be corrected and are carried on as they are.
 */
export function factorsOf(
  modelled: ReadonlyMap<string, bigint>,
  observed: ReadonlyMap<string, bigint>,
): readonly ServiceFactor[] {
  return [...modelled]
    .flatMap(([service, cost]) => {
      const seen = observed.get(service)
      return seen === undefined || cost <= 0n || seen <= 0n
        ? []
        : [{service, modelled: cost, observed: seen}]
    })
    .toSorted((a, b) => (a.observed > b.observed ? -1 : 1))
}

/** A modelled cost corrected by what the service really came to; exact where they are equal. */
export function corrected(cost: bigint, factor: ServiceFactor | undefined): bigint {
  if (factor === undefined) return cost
  return dividedHalfEven(cost * factor.observed, factor.modelled)
}
