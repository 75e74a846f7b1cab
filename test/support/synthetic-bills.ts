import {addDays, daysBetween, monthStart} from '../../src/features/cost/calendar.js'
import type {CostLedger, CostLine, Restatement, UtcDay} from '../../src/ports/costs.js'
import {diceFrom, parameters, randomFrom, type SyntheticAccount} from './synthetic-accounts.js'

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
