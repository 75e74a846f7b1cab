import {mean, median, robustSpread} from './robust.js'

/** The level of before a drift: from six to two weeks ago. */
const earliest = 42
const latest = 14

const spreadDays = 56
const leastSpread = 0.03

/** What a day may be above the earlier level without being counted, in spreads. */
const allowance = 1

/** What the sum has to come to, in spreads. */
const leastSum = 10

/** The last days have to be above the earlier level by this, all of them. */
const lastDays = 3
const leastPart = 0.25

export interface Drift {
  /** What the day would have cost at the earlier level. */
  readonly expected: number
  readonly score: number
}

/**
 * A one-sided CUSUM: adds up how far each day is above the level of weeks ago, so that a slow rise,
 * of which no day stands out, is found all the same.
 */
export class DriftWatch {
  /** Logarithms without their weekday, one a day. */
  readonly #flat: number[] = []
  readonly #gaps: number[] = []
  #sum = 0

  /** `log` is the day's, `weekday` what its weekday adds. Undefined while there is no drift. */
  next(log: number, weekday: number): Drift | undefined {
    const flat = log - weekday
    const level = median(this.#flat.slice(-earliest, -latest))
    this.#flat.push(flat)
    if (this.#flat.length > earliest) this.#flat.shift()
    if (Number.isNaN(level)) return undefined
    const gap = flat - level
    const spread = this.#spread()
    this.#gaps.push(gap)
    if (this.#gaps.length > spreadDays) this.#gaps.shift()
    this.#sum = Math.max(0, this.#sum + gap / spread - allowance)
    if (this.#sum < leastSum || !this.#isAbove()) return undefined
    return {expected: Math.exp(level + weekday), score: this.#sum}
  }

  reset(): void {
    this.#sum = 0
    this.#flat.length = 0
  }

  #isAbove(): boolean {
    const last = this.#gaps.slice(-lastDays)
    const least = Math.log1p(leastPart)
    return mean(last) > least && last.every((gap) => gap > 0.8 * least)
  }

  #spread(): number {
    return this.#gaps.length < 14 ? 0.2 : Math.max(leastSpread, robustSpread(this.#gaps, 0))
  }
}
