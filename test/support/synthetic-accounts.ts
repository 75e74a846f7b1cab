import {addDays, daysBetween, monthStart, weekdayOf} from '../../src/features/cost/calendar.js'
import type {CostLedger, CostLine, Restatement, UtcDay} from '../../src/ports/costs.js'

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
    const {at, days, factor} = injection
    const usage = one.usage.map((value, day) =>
      day >= at && day < at + days ? value * factor : value,
    )
    return {...one, usage, injected: [...one.injected, injection]}
  })
  return {...account, services}
}

/** What the bill shows on `today`: the last days are late, unless `isFinal`. */
export function billOn(
  account: SyntheticAccount,
  today: UtcDay,
  {isFinal = false, withRestatements = true} = {},
): CostLedger {
  const start = account.days[0] ?? today
  const count = daysBetween(start, today) + 1
  const shown = lateness(account.seed)
  const settled = isFinal ? count : Math.max(0, count - parameters.late.shown.length)
  const young = account.days.slice(settled, count).flatMap((day, at) => {
    const part = (service: string) => shown(day, service, daysBetween(day, today))
    return linesOn(account, {day, at: settled + at, part, isEstimated: true})
  })
  return {
    window: {start, end: addDays(today, 1)},
    currency: 'USD',
    lines: [...finalLines(account).slice(0, settled).flat(), ...young],
    fetchedAt: `${today}T06:00:00.000Z`,
    source: `synthetic account ${account.seed}`,
    spent: {requests: 0, cost: {minor: 0, currency: 'USD'}},
    degraded: undefined,
    restatements: isFinal || !withRestatements ? [] : restatementsOf(account, today, shown),
  }
}

/** By day, made once: a bill of every day is looked at every day. */
function finalLines(account: SyntheticAccount): readonly (readonly CostLine[])[] {
  const known = finals.get(account)
  if (known !== undefined) return known
  const made = account.days.map((day, at) =>
    linesOn(account, {day, at, part: () => 1, isEstimated: false}),
  )
  finals.set(account, made)
  return made
}

const finals = new WeakMap<SyntheticAccount, readonly (readonly CostLine[])[]>()

/** The share of a day's cost that is on the bill at an age, the same whenever it is asked. */
function lateness(seed: number): (day: UtcDay, service: string, age: number) => number {
  const {shown, serviceSpread} = parameters.late
  return (day, service, age) => {
    const range = shown[age]
    if (range === undefined) return 1
    const ofDay = randomFrom(seed * 31 + hash(day))()
    const own = diceFrom(seed * 37 + hash(`${day} ${service}`)).normal()
    return Math.min(1, Math.max(0, range[0] + (range[1] - range[0]) * ofDay + serviceSpread * own))
  }
}

/** FNV-1a. */
function hash(text: string): number {
  return Buffer.from(text).reduce((all, byte) => Math.imul(all ^ byte, 16_777_619), 2_166_136_261)
}

const picoPerDollar = 1e12

function pico(dollars: number): bigint {
  return BigInt(Math.round(dollars * picoPerDollar))
}

interface BilledDay {
  readonly day: UtcDay
  readonly at: number
  /** What of a service's usage is on the bill. */
  readonly part: (service: string) => number
  readonly isEstimated: boolean
}

function linesOn(account: SyntheticAccount, billed: BilledDay): readonly CostLine[] {
  const {day, at, part, isEstimated} = billed
  const lines = account.services.flatMap(({name, usage, fees}) => {
    // A fee is on the bill from its first hour.
    const amount = pico((usage[at] ?? 0) * part(name) + (fees[at] ?? 0))
    if (amount === 0n) return []
    return [line({day, service: name, recordType: 'Usage', amount, isEstimated})]
  })
  return monthStart(day) === day && at > 0 ? [...lines, ...accountLines(account, day, at)] : lines
}

/** Tax and credits, once a month, as bills have them. */
function accountLines(
  {seed, services}: SyntheticAccount,
  day: UtcDay,
  at: number,
): readonly CostLine[] {
  const dice = diceFrom(seed * 41 + 5)
  const {share, part} = parameters.credits
  const credited = dice.next() < share ? dice.between(part) : 0
  const before = services.reduce((all, {usage}) => all + (usage[at - 1] ?? 0) * 30, 0)
  const tax = pico((before * parameters.taxPercent) / 100)
  const credit = pico(-before * credited)
  const once = {day, isEstimated: false}
  return [
    line({...once, service: 'Tax', recordType: 'Tax', amount: tax}),
    ...(credit === 0n
      ? []
      : [line({...once, service: 'Service 01', recordType: 'Credit', amount: credit})]),
  ]
}

function line({
  amount,
  ...rest
}: Pick<CostLine, 'day' | 'service' | 'recordType' | 'isEstimated'> & {
  readonly amount: bigint
}): CostLine {
  return {
    ...rest,
    usageType: undefined,
    region: undefined,
    billed: amount,
    amortized: amount,
    currency: 'USD',
  }
}

/** What a daily report has seen change, of the last sixty days. */
function restatementsOf(
  {days, services}: SyntheticAccount,
  today: UtcDay,
  shown: ReturnType<typeof lateness>,
): readonly Restatement[] {
  const watched = days.filter((day) => daysBetween(day, today) > 0 && daysBetween(day, today) <= 60)
  return watched.flatMap((day) =>
    services.flatMap((service) => {
      const at = days.indexOf(day)
      const oldest = Math.min(3, daysBetween(day, today))
      return Array.from({length: oldest}, (_, age) => {
        const value = (on: number) =>
          pico((service.usage[at] ?? 0) * shown(day, service.name, on) + (service.fees[at] ?? 0))
        return {
          day,
          service: service.name,
          seenAt: `${addDays(day, age + 1)}T06:00:00.000Z`,
          ageDays: age,
          before: value(age),
          after: value(age + 1),
        }
      })
    }),
  )
}
