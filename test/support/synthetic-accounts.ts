import {addDays, weekdayOf} from '../../src/features/cost/calendar.js'
import type {UtcDay} from '../../src/ports/costs.js'

/**
 * Accounts that nobody owns: what services cost day by day, and how the bill of it looks on any day
 * while the last days are still coming in. Everything follows from the seed. The parameters are
 * fixed by what bills are like, not by what any method does well; docs/cost-accuracy.md lists them.
 */
export interface SyntheticAccount {
  readonly seed: number
  readonly days: readonly UtcDay[]
  readonly services: readonly SyntheticService[]
}

export interface SyntheticService {
  readonly name: string
  /** Final usage by day, in US dollars. */
  readonly usage: Float64Array
  /** Month-start and other monthly fees by day. */
  readonly fees: Float64Array
  /** Days on which the level changed for good, and by which factor. */
  readonly shifts: readonly {readonly at: number; readonly factor: number}[]
  /** What was put in afterwards, to be found. */
  readonly injected: readonly Injection[]
}

export interface Injection {
  readonly at: number
  readonly days: number
  readonly factor: number
  /** Of a drift: on top of the factor, more each day. */
  readonly growthPerDay?: number
}

export const parameters = {
  historyDays: [150, 400],
  services: [5, 14],
  /** Dollars a day: the middle, and the spread of the logarithm. */
  level: {median: 8, logSpread: 1.2},
  /** How many services rest on week-ends, and what they cost then. */
  weekend: {share: 0.6, factor: [0.4, 0.9]},
  /** Growth a month: mean and spread. */
  growth: {mean: 0.03, spread: 0.04},
  /** Noise of the logarithm: an AR(1) of this memory; the spread's middle, its own spread, its ends. */
  noise: {memory: [0.2, 0.7], spread: 0.06, logSpread: 0.6, least: 0.01, most: 0.3},
  /** Fees on the first, in days of usage; and on another day of the month. */
  fees: {share: 0.3, days: [0.3, 3], otherDayShare: 0.08},
  /** Lasting changes of level: how often a service has one in a month, spread of the logarithm. */
  shifts: {perMonth: 0.04, logSpread: 0.35},
  newService: 0.04,
  credits: {share: 0.25, part: [0.02, 0.3]},
  taxPercent: 18,
  /** What the bill shows of today, yesterday and the day before; by account and day, then by service. */
  late: {
    shown: [
      [0, 0.5],
      [0.4, 0.85],
      [0.8, 1],
    ],
    serviceSpread: 0.08,
  },
} as const

/** mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Dice {
  readonly next: () => number
  readonly between: (range: readonly [number, number]) => number
  readonly normal: () => number
}

export function diceFrom(seed: number): Dice {
  const next = randomFrom(seed)
  return {
    next,
    between: ([low, high]) => low + (high - low) * next(),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  }
}

const lastDay: UtcDay = '2026-10-31'

export function syntheticAccount(seed: number): SyntheticAccount {
  const dice = diceFrom(seed * 7919 + 13)
  const count = Math.round(dice.between(parameters.historyDays))
  const start = addDays(lastDay, 1 - count)
  const days = Array.from({length: count}, (_, at) => addDays(start, at))
  const services = Array.from({length: Math.round(dice.between(parameters.services))}, (_, at) =>
    syntheticService(`Service ${String(at + 1).padStart(2, '0')}`, days, dice),
  )
  return {seed, days, services}
}

function syntheticService(name: string, days: readonly UtcDay[], dice: Dice): SyntheticService {
  const {level, weekend, growth, noise, shifts, newService} = parameters
  const base = level.median * Math.exp(level.logSpread * dice.normal())
  const atWeekend = dice.next() < weekend.share ? dice.between(weekend.factor) : 1
  const daily = Math.log1p(growth.mean + growth.spread * dice.normal()) / 30
  const memory = dice.between(noise.memory)
  const spread = Math.min(
    noise.most,
    Math.max(noise.least, noise.spread * Math.exp(noise.logSpread * dice.normal())),
  )
  const begins = dice.next() < newService ? Math.floor(dice.next() * days.length) : 0
  const changes: {at: number; factor: number}[] = []
  const usage = new Float64Array(days.length)
  let wander = spread * dice.normal()
  let shifted = 1
  for (const [at, day] of days.entries()) {
    if (dice.next() < shifts.perMonth / 30) {
      const factor = Math.exp(shifts.logSpread * dice.normal())
      changes.push({at, factor})
      shifted *= factor
    }
    wander = memory * wander + spread * Math.sqrt(1 - memory ** 2) * dice.normal()
    const rest = weekdayOf(day) % 6 === 0 ? atWeekend : 1
    const value = base * shifted * rest * Math.exp(daily * at + wander)
    usage[at] = at < begins ? 0 : value
  }
  return {name, usage, fees: monthlyFees(base, days, dice), shifts: changes, injected: []}
}

function monthlyFees(base: number, days: readonly UtcDay[], dice: Dice): Float64Array {
  const {share, days: worth, otherDayShare} = parameters.fees
  const fees = new Float64Array(days.length)
  const roll = dice.next()
  const amount = base * dice.between(worth)
  const date = Math.ceil(dice.between([1, 28]))
  if (roll > share + otherDayShare) return fees
  const on = roll < share ? 1 : date
  for (const [at, day] of days.entries()) if (Number(day.slice(8)) === on) fees[at] = amount
  return fees
}

/** The account with more put in: a service costs `factor` times as much for some days. */
export function withInjection(
  account: SyntheticAccount,
  service: string,
  injection: Injection,
): SyntheticAccount {
  const services = account.services.map((one) => {
    if (one.name !== service) return one
    const {at, days, factor, growthPerDay = 0} = injection
    const usage = one.usage.map((value, day) =>
      day >= at && day < at + days ? value * factor * (1 + growthPerDay) ** (day - at) : value,
    )
    return {...one, usage, injected: [...one.injected, injection]}
  })
  return {...account, services}
}
