import {fitModel, predictDay, type PreparedSeries} from './forecast-model.js'
import {median, quantile} from './robust.js'

/** Logarithms of factors on what the model expects. */
export interface RelativeErrors {
  /** By how much forecasts of this account are too low or too high in the middle: growth is one cause. */
  readonly centre: number
  /** The ends of the interval about it. */
  readonly low: number
  readonly high: number
  /** Too young an account to have errors of its own. */
  readonly isAssumed: boolean
}

interface PastForecasts {
  /** Every service of the account, over the same days. */
  readonly services: readonly PreparedSeries[]
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

/** The assumed size counts as much as this many independent errors, the assumed lack of bias as more. */
const assumedErrors = 1
const unbiasedErrors = 4

/**
 * How far forecasts of as many days ahead, made at earlier days of the same account, were off: the
 * size that eight of ten stayed below, drawn towards an assumption while there are few.
 */
export function relativeErrors(past: PastForecasts): RelativeErrors {
  const assumed = assumedSpread(past.horizon)
  const errors = pastErrors(past)
  if (errors.length === 0) return {centre: 0, low: -assumed, high: assumed, isAssumed: true}
  // Forecasts from neighbouring days share most of what they foretell.
  const independent = 1 + (errors.length * stepDays) / Math.max(stepDays, past.horizon)
  const centre = (independent / (independent + unbiasedErrors)) * median(errors)
  const seen = quantile(
    errors.map((error) => Math.abs(error - centre)),
    0.8,
  )
  const weight = independent / (independent + assumedErrors)
  const size = weight * seen + (1 - weight) * assumed
  return {centre, low: centre - size, high: centre + size, isAssumed: independent < 2}
}

/** What eight of ten forecasts of a small account stay below, by days ahead. */
function assumedSpread(horizon: number): number {
  return 0.04 + 0.0015 * horizon
}

/** Of the whole account, from the newest origin back. */
function pastErrors({services, known, horizon}: PastForecasts): readonly number[] {
  const errors: number[] = []
  for (let origin = known - horizon; origin >= leastBasis; origin -= stepDays) {
    if (errors.length >= mostOrigins) break
    let foretold = 0
    let actual = 0
    for (const service of services) {
      const model = fitModel(service, origin)
      for (let at = origin; at < origin + horizon; at += 1) {
        foretold += predictDay(model, at)
        actual += service.values[at] ?? 0
      }
    }
    if (foretold > 0 && actual > 0) errors.push(Math.log(actual / foretold))
  }
  return errors
}
