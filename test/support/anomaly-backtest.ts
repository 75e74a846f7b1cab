import {findAnomalies} from '../../src/features/cost/anomalies.js'
import {addDays, daysBetween} from '../../src/features/cost/calendar.js'
import type {UtcDay} from '../../src/ports/costs.js'
import {
  diceFrom,
  syntheticAccount,
  withInjection,
  type Injection,
  type SyntheticAccount,
  type SyntheticService,
} from './synthetic-accounts.js'
import {billOn} from './synthetic-bills.js'

/** What came of watching accounts day by day, as a daily cron does. */
export interface WatchResult {
  readonly name: string
  /** Services times months watched. */
  readonly serviceMonths: number
  readonly falseAlarms: number
  readonly falsePerServiceMonth: number
  readonly recall: readonly Recall[]
}

export interface Recall {
  /** `x2 for 1-7 days`. */
  readonly what: string
  readonly put: number
  readonly found: number
  readonly share: number
}

/** Days on which a method finds a service odd, among those that it can see on `today`. */
export type Detector = (account: SyntheticAccount, today: UtcDay) => readonly Alarm[]

export interface Alarm {
  readonly service: string
  readonly firstDay: UtcDay
  readonly lastDay: UtcDay
}

/** mitra's own, on the bill as it looks that day. */
export const ours: Detector = (account, today) => {
  const bill = billOn(account, today, {withRestatements: false})
  return findAnomalies(bill, today, {since: addDays(today, -5)})
}

/** What many scripts do: a day 20 % over the mean of the seven before. It sees final data only. */
export const overWeeklyMean: Detector = simple(7, (value, past) => value > 1.2 * meanOf(past))

/** Three standard deviations from the mean of thirty days, final data only. */
export const threeSigma: Detector = simple(30, (value, past) => {
  const mean = meanOf(past)
  const spread = Math.sqrt(meanOf(past.map((one) => (one - mean) ** 2)))
  return Math.abs(value - mean) > 3 * spread
})

interface Watching {
  readonly name: string
  readonly seeds: readonly number[]
  readonly detect: Detector
  /** Days watched, the last of each account. */
  readonly watchedDays?: number
}

interface Wish {
  readonly what: string
  readonly factor: number
  readonly growthPerDay: number
  /** Found in time: on the bill of so many days after it began. */
  readonly inTimeDays: number
}

const wishes: readonly Wish[] = [
  {what: 'x1.3 for 1-7 days', factor: 1.3, growthPerDay: 0, inTimeDays: 3},
  {what: 'x2 for 1-7 days', factor: 2, growthPerDay: 0, inTimeDays: 3},
  {what: 'x5 for 1-7 days', factor: 5, growthPerDay: 0, inTimeDays: 3},
  // Ten days of drift, and the three until they are final.
  {what: '+3 % each day', factor: 1, growthPerDay: 0.03, inTimeDays: 13},
]

/** Lasting changes are there by design of the account: an alarm within so many days is no false one. */
const shiftDays = 16
const realShift = 1.2

/** What a service costs a day, at least, to have something put into it: below, nothing is worth a word. */
const leastLevel = 2.4

export function watchAccounts({name, seeds, detect, watchedDays = 90}: Watching): WatchResult {
  let falseAlarms = 0
  let serviceMonths = 0
  const tally = wishes.map(({what}) => ({what, put: 0, found: 0}))
  for (const seed of seeds) {
    const account = syntheticAccount(seed)
    const start = account.days.length - watchedDays
    serviceMonths += (account.services.length * watchedDays) / 30
    falseAlarms += countFalse(account, start, detect)
    for (const [at, wish] of wishes.entries()) {
      const put = putInto(account, start, wish)
      const one = tally[at]
      if (one === undefined) continue
      one.put += put.length
      one.found += put.filter((each) => isFound(each, detect)).length
    }
  }
  const recall = tally.map((one) => ({...one, share: one.found / one.put}))
  return {
    name,
    serviceMonths,
    falseAlarms,
    falsePerServiceMonth: falseAlarms / serviceMonths,
    recall,
  }
}

/** Alarms that nothing in the account explains; one that goes on, or moves by a day, is one. */
function countFalse(account: SyntheticAccount, start: number, detect: Detector): number {
  const raised: Alarm[] = []
  for (const today of account.days.slice(start)) {
    for (const alarm of detect(account, today)) {
      if (isExplained(account, alarm) || raised.some((one) => isSame(one, alarm))) continue
      raised.push(alarm)
    }
  }
  return raised.length
}

function isSame(one: Alarm, other: Alarm): boolean {
  const isNear =
    addDays(one.lastDay, 2) >= other.firstDay && addDays(other.lastDay, 2) >= one.firstDay
  return one.service === other.service && isNear
}

function isExplained(
  account: SyntheticAccount,
  {service: name, firstDay, lastDay}: Alarm,
): boolean {
  const service = account.services.find((one) => one.name === name)
  const changes = service === undefined ? [] : changesOf(service)
  return changes.some((at) => {
    const day = account.days[at] ?? ''
    return daysBetween(day, lastDay) >= 0 && daysBetween(day, firstDay) <= shiftDays
  })
}

function changesOf({usage, shifts}: SyntheticService): readonly number[] {
  const real = shifts.filter(({factor}) => Math.abs(Math.log(factor)) > Math.log(realShift))
  const begins = usage.findIndex((value) => value > 0)
  return [...real.map(({at}) => at), ...(begins > 0 ? [begins] : [])]
}

interface Put {
  readonly account: SyntheticAccount
  readonly service: string
  readonly injection: Injection
  readonly inTimeDays: number
}

/** One in each service that is worth it, on a day of its own, away from other changes. */
function putInto(account: SyntheticAccount, start: number, wish: Wish): readonly Put[] {
  const {factor, growthPerDay, inTimeDays} = wish
  const dice = diceFrom(account.seed * 53 + Math.round(factor * 10 + growthPerDay * 1000))
  return account.services.flatMap(({name, usage, shifts}) => {
    const at = start + Math.floor(dice.between([0, account.days.length - start - inTimeDays - 1]))
    const days = growthPerDay > 0 ? inTimeDays + 1 : 1 + Math.floor(dice.between([0, 7]))
    const isQuiet = shifts.every((shift) => Math.abs(shift.at - at) > shiftDays)
    if ((usage[at] ?? 0) < leastLevel || (usage[at - 40] ?? 0) <= 0 || !isQuiet) return []
    const injection = {at, days, factor, growthPerDay}
    const changed = withInjection(account, name, injection)
    const services = changed.services.filter((one) => one.name === name)
    return [{account: {...changed, services}, service: name, injection, inTimeDays}]
  })
}

function isFound({account, injection, inTimeDays}: Put, detect: Detector): boolean {
  const {at, days} = injection
  const first = account.days[at] ?? ''
  const last = account.days[at + days - 1] ?? account.days.at(-1) ?? ''
  return account.days
    .slice(at, at + inTimeDays + 1)
    .some((today) =>
      detect(account, today).some(({firstDay, lastDay}) => lastDay >= first && firstDay <= last),
    )
}

function simple(
  count: number,
  isOdd: (value: number, past: readonly number[]) => boolean,
): Detector {
  return (account, today) => {
    // The newest day that is final.
    const at = account.days.indexOf(today) - 3
    const day = account.days[at]
    if (day === undefined) return []
    return account.services.flatMap(({name, usage, fees}) => {
      const value = (index: number) => (usage[index] ?? 0) + (fees[index] ?? 0)
      const past = Array.from({length: count}, (_, back) => value(at - 1 - back))
      return isOdd(value(at), past) ? [{service: name, firstDay: day, lastDay: day}] : []
    })
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0) / values.length
}
