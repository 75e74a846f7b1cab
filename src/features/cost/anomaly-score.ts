import {clamp, median, robustSpread} from './robust.js'
import type {DayTable} from './seasonal.js'

/** How a day of one service compares with the days before it. */
export interface DayScore {
  /** What was to be expected, in units of the ledger's currency. */
  readonly expected: number
  /** In spreads of this service's noise; negative for less than expected. */
  readonly score: number
  /** The logarithm of the day over what was expected. */
  readonly residual: number
  /** What the weekday adds to the logarithm. */
  readonly weekday: number
}

const weeks = 8
const levelDays = 14
const spreadDays = 56

/** No service is trusted to be steadier than this; of the logarithm. */
const leastSpread = 0.03

/** Until there are residuals to learn the spread from. */
const assumedSpread = 0.2
const leastResiduals = 14

/** Values below this part of the level are noise of the logarithm, not cost. */
const leastPart = 1e-3

/** So many days without cost end what is known of a service. */
const silentDays = 3

/** Weekdays count as if this many weeks without any pattern had been seen too. */
const flatWeeks = 0.5

interface Fitted {
  readonly log: number
  readonly floor: number
  readonly weekday: number
}

export interface PastDay {
  readonly at: number
  readonly value: number
}

/**
 * Goes through the days of one service in their order and knows at each only what was before it: the
 * same weekday of eight weeks, the level of two, the spread of what was left over. Logarithms, for
 * costs grow and shrink by factors.
 */
export class ServiceBaseline {
  readonly #table: DayTable
  /** Days that were as usual, the newest last. */
  #past: PastDay[] = []
  #residuals: number[] = []

  constructor(table: DayTable) {
    this.#table = table
  }

  /** Undefined with less than two weeks of usual days, or where they cost nothing. */
  score(at: number, value: number): DayScore | undefined {
    const fitted = this.#expected(at)
    if (fitted === undefined) return undefined
    const {log, floor, weekday} = fitted
    const residual = Math.log(Math.max(value, floor)) - log
    return {expected: Math.exp(log), score: residual / this.#spread(), residual, weekday}
  }

  /** Learns from a day that was as usual, or that is the usual from now on. */
  learn(at: number, value: number, residual: number | undefined): void {
    // What begins to cost after days without cost has no history worth learning from.
    const before = this.#past.slice(-silentDays)
    if (value > 0 && before.length > 0 && before.every((one) => one.value <= 0)) this.#past = []
    this.#past.push({at, value})
    if (this.#past.length > weeks * 7) this.#past.shift()
    if (residual !== undefined) this.#residuals.push(residual)
    if (this.#residuals.length > spreadDays) this.#residuals.shift()
  }

  /** The service costs something else from now on: what is known of its weeks moves to that level. */
  shiftTo(days: readonly (PastDay & {readonly expected: number})[]): void {
    const factor = median(
      days.map(({value, expected}) => (expected > 0 && value > 0 ? value / expected : Number.NaN)),
    )
    if (Number.isFinite(factor)) {
      this.#past = this.#past.map(({at, value}) => ({at, value: value * factor}))
    } else this.#past = [...days]
  }

  #expected(at: number): Fitted | undefined {
    if (this.#past.length < levelDays) return undefined
    const floor = leastPart * median(this.#past.map(({value}) => value))
    if (floor <= 0) return undefined
    const logs = this.#past.map(({value}) => Math.log(Math.max(value, floor)))
    const effects = this.#weekdayEffects(logs)
    const flat = logs
      .slice(-levelDays)
      .map((log, index) => log - this.#effect(effects, this.#past.length - levelDays + index))
    const weekday = effects[this.#table.weekdays[at] ?? 0] ?? 0
    return {log: median(flat) + weekday, floor, weekday}
  }

  #effect(effects: readonly number[], index: number): number {
    return effects[this.#table.weekdays[this.#past[index]?.at ?? 0] ?? 0] ?? 0
  }

  /** Each weekday beside the seven days around it, Sunday first. */
  #weekdayEffects(logs: readonly number[]): readonly number[] {
    const seen = [0, 1, 2, 3, 4, 5, 6].map((): number[] => [])
    let week = logs.slice(0, 7).reduce((all, log) => all + log, 0)
    for (let index = 3; index + 3 < logs.length; index += 1) {
      const weekday = this.#table.weekdays[this.#past[index]?.at ?? 0] ?? 0
      seen[weekday]?.push((logs[index] ?? 0) - week / 7)
      week += (logs[index + 4] ?? 0) - (logs[index - 3] ?? 0)
    }
    return seen.map((gaps) => {
      if (gaps.length < 2) return 0
      return clamp((median(gaps) * gaps.length) / (gaps.length + flatWeeks), -3, 3)
    })
  }

  #spread(): number {
    if (this.#residuals.length < leastResiduals) return assumedSpread
    return Math.max(leastSpread, robustSpread(this.#residuals, 0))
  }
}
