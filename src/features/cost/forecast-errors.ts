import type {UtcDay} from '../../ports/costs.js'
import {fitModel, predictDay} from './forecast-model.js'
import {quantile} from './robust.js'

/** Ends of an interval as logarithms of factors on what is expected. */
export interface RelativeErrors {
  readonly low: number
  readonly high: number
  /** Too young an account to have errors of its own. */
  readonly isAssumed: boolean
}

interface PastSeries {
  readonly values: ArrayLike<number>
  readonly days: readonly UtcDay[]
  /** Days that are final, from the first. */
  readonly known: number
  /** How many days are to be foretold together. */
  readonly horizon: number
}

/** Origins this many days apart, this far back at most. */
const stepDays = 3
const mostOrigins = 60

/** A forecast learns from this many days at least. */
const leastBasis = 28

/** The assumption counts as much as this many independent errors. */
const assumedErrors = 4

/**
 * How far forecasts of as many days ahead, made at earlier days of the same account, were off: the
 * size that eight of ten stayed below, drawn towards an assumption while there are few.
 */
export function relativeErrors(past: PastSeries): RelativeErrors {
  const assumed = assumedSpread(past.horizon)
  const errors = pastErrors(past)
  if (errors.length === 0) return {low: -assumed, high: assumed, isAssumed: true}
  const seen = quantile(errors.map(Math.abs), 0.8)
  // Forecasts from neighbouring days share most of what they foretell.
  const independent = 1 + (errors.length * stepDays) / Math.max(stepDays, past.horizon)
  const weight = independent / (independent + assumedErrors)
  const size = weight * seen + (1 - weight) * assumed
  return {low: -size, high: size, isAssumed: independent < 2}
}

/** What eight of ten forecasts of a small account stay below, by days ahead. */
function assumedSpread(horizon: number): number {
  return 0.04 + 0.0015 * horizon
}

function pastErrors({values, days, known, horizon}: PastSeries): readonly number[] {
  const errors: number[] = []
  for (let origin = known - horizon; origin >= leastBasis; origin -= stepDays) {
    if (errors.length >= mostOrigins) break
    const model = fitModel(values, days, origin)
    let foretold = 0
    let actual = 0
    for (let at = origin; at < origin + horizon; at += 1) {
      foretold += predictDay(model, days[at] ?? '')
      actual += values[at] ?? 0
    }
    if (foretold > 0 && actual > 0) errors.push(Math.log(actual / foretold))
  }
  return errors
}
