import {findAnomalies} from '../../src/features/cost/anomalies.js'
import {addDays, daysBetween} from '../../src/features/cost/calendar.js'
import type {UtcDay} from '../../src/ports/costs.js'
import {
  billOn,
  diceFrom,
  syntheticAccount,
  withInjection,
  type SyntheticAccount,
} from './synthetic-accounts.js'

/** What came of watching accounts day by day, as a daily cron does. */
export interface AnomalyResult {
  readonly accounts: number
  /** Services times months watched. */
  readonly serviceMonths: number
  readonly falseAlarms: number
  readonly falsePerServiceMonth: number
  /** By factor: what was put in, what of it was found in time. */
  readonly recall: readonly {
    readonly factor: number
    readonly put: number
    readonly found: number
    readonly share: number
  }[]
}

interface Watching {
  readonly seeds: readonly number[]
  /** Days watched, the last of the account. */
  readonly watchedDays?: number
}

const factors = [1.3, 2, 5] as const

/** Found in time: on the bill of three days after it began. */
const inTimeDays = 3

/** Changes that are there by design of the account: an alarm within this many days of one is no false one. */
const shiftDays = 16
const realShift = 1.2

/** A day's cost that an anomaly is put into, at least: below, no excess is worth a word. */
const leastLevel = 2.4

/** Alarms on every day of the last months, on the bill as it looks that day. */
export function watchAccounts({seeds, watchedDays = 90}: Watching): AnomalyResult {
  let falseAlarms = 0
  let serviceMonths = 0
  const tally = factors.map((factor) => ({factor, put: 0, found: 0}))
  for (const seed of seeds) {
    const account = syntheticAccount(seed)
    const start = account.days.length - watchedDays
    serviceMonths += (account.services.length * watchedDays) / 30
    falseAlarms += countFalse(account, start)
    for (const one of tally) {
      const injected = putInto(account, start, one.factor)
      one.put += injected.length
      one.found += injected.filter((put) => isFound(put)).length
    }
  }
  return {
    accounts: seeds.length,
    serviceMonths,
    falseAlarms,
    falsePerServiceMonth: falseAlarms / serviceMonths,
    recall: tally.map((one) => ({...one, share: one.found / one.put})),
  }
}

/** Alarms that nothing in the account explains, each counted when it is first raised. */
function countFalse(account: SyntheticAccount, start: number): number {
  const raised = new Set<string>()
  for (let at = start; at < account.days.length; at += 1) {
    const today = account.days[at] ?? ''
    const bill = billOn(account, today, {withRestatements: false})
    for (const {id, service, firstDay, lastDay} of findAnomalies(bill, today, {
      since: addDays(today, -5),
    })) {
      if (!isExplained(account, service, {firstDay, lastDay})) raised.add(id)
    }
  }
  return raised.size
}

function isExplained(
  account: SyntheticAccount,
  name: string,
  {firstDay, lastDay}: {readonly firstDay: UtcDay; readonly lastDay: UtcDay},
): boolean {
  const service = account.services.find((one) => one.name === name)
  const begins = service?.usage.findIndex((value) => value > 0) ?? 0
  const changes = (service?.shifts ?? [])
    .filter(({factor}) => Math.abs(Math.log(factor)) > Math.log(realShift))
    .map(({at}) => at)
  return [...changes, ...(begins > 0 ? [begins] : [])].some((at) => {
    const day = account.days[at] ?? ''
    return daysBetween(day, lastDay) >= 0 && daysBetween(day, firstDay) <= shiftDays
  })
}

interface Put {
  readonly account: SyntheticAccount
  readonly service: string
  readonly at: number
  readonly days: number
}

/** One in each service that is worth it, on a day of its own; one to seven days long. */
function putInto(account: SyntheticAccount, start: number, factor: number): readonly Put[] {
  const dice = diceFrom(account.seed * 53 + Math.round(factor * 10))
  return account.services.flatMap(({name, usage, shifts}) => {
    const at = start + Math.floor(dice.between([0, account.days.length - start - inTimeDays - 1]))
    const days = 1 + Math.floor(dice.between([0, 7]))
    const isQuiet = shifts.every((shift) => Math.abs(shift.at - at) > shiftDays)
    if ((usage[at] ?? 0) < leastLevel || (usage[at - 40] ?? 0) <= 0 || !isQuiet) return []
    return [{account: withInjection(account, name, {at, days, factor}), service: name, at, days}]
  })
}

function isFound({account, service, at, days}: Put): boolean {
  const first = account.days[at] ?? ''
  const last = account.days[at + days - 1] ?? ''
  return Array.from({length: inTimeDays + 1}, (_, after) => account.days[at + after] ?? '').some(
    (today) => {
      const one = {...account, services: account.services.filter(({name}) => name === service)}
      const bill = billOn(one, today, {withRestatements: false})
      const found = findAnomalies(bill, today, {since: addDays(today, -5)})
      return found.some(({firstDay, lastDay}) => lastDay >= first && firstDay <= last)
    },
  )
}
