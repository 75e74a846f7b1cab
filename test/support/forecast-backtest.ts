import {addDays, daysBetween, monthStart} from '../../src/features/cost/calendar.js'
import {forecastMonth} from '../../src/features/cost/forecast.js'
import {syntheticAccount, type SyntheticAccount} from './synthetic-accounts.js'
import {billOn} from './synthetic-bills.js'

/** How forecasts made on one day of the month turned out, over all accounts and months. */
export interface ForecastRow {
  /** Day of the month. */
  readonly date: number
  readonly count: number
  /** Mean of how far the forecast was off, as a part of what the month came to. */
  readonly mape: number
  /** The same for the settled days' mean times the days of the month. */
  readonly runRateMape: number
  /** How often the forecast was nearer than that. */
  readonly nearerShare: number
  readonly below: number
  readonly within: number
  readonly above: number
  /** Mean width of the interval, as a part of the forecast. */
  readonly width: number
}

interface Foretelling {
  readonly seeds: readonly number[]
  readonly dates: readonly number[]
  /** Months of each account, the newest first. */
  readonly months: number
}

const newest = '2026-10-01'

/** An account is asked from its seventh week on. */
const leastDays = 45

/** Each forecast sees the bill as it looks that day: late, and with the restatements of half of them. */
export function foretellAccounts({seeds, dates, months}: Foretelling): readonly ForecastRow[] {
  const trials = seeds.flatMap((seed) => {
    const account = syntheticAccount(seed)
    const starts = Array.from({length: months}, (_, back) => monthStart(newest, -back))
    return starts
      .filter((start) => daysBetween(account.days[0] ?? start, start) >= leastDays)
      .flatMap((start) => dates.map((date) => trial(account, start, date)))
  })
  return dates.map((date) =>
    rowOf(
      date,
      trials.filter((one) => one.date === date),
    ),
  )
}

interface Trial {
  readonly date: number
  readonly error: number
  readonly runRateError: number
  /** -1 below the interval, 0 within, 1 above. */
  readonly place: number
  readonly width: number
}

function trial(account: SyntheticAccount, start: string, date: number): Trial {
  const today = addDays(start, date - 1)
  const end = monthStart(start, 1)
  const bill = billOn(account, today, {withRestatements: account.seed % 2 === 0})
  const {expected, low, high, unsettledFrom} = forecastMonth(bill, today)
  const actual = costBetween(account, start, end)
  const settledDays = Math.max(1, daysBetween(start, unsettledFrom))
  const settled = costBetween(account, start, addDays(start, settledDays))
  const [middle, least, most] = [expected, low, high].map(({pico}) => Number(pico) / 1e12)
  const runRate = (settled / settledDays) * daysBetween(start, end)
  return {
    date,
    error: Math.abs((middle ?? 0) / actual - 1),
    runRateError: Math.abs(runRate / actual - 1),
    place: actual < (least ?? 0) ? -1 : actual > (most ?? 0) ? 1 : 0,
    width: ((most ?? 0) - (least ?? 0)) / (middle ?? 1),
  }
}

function costBetween({days, services}: SyntheticAccount, start: string, end: string): number {
  const first = days.indexOf(start)
  const count = daysBetween(start, end)
  return services.reduce((all, {usage, fees}) => {
    const part = [...usage.slice(first, first + count), ...fees.slice(first, first + count)]
    return all + part.reduce((sum, value) => sum + value, 0)
  }, 0)
}

function rowOf(date: number, trials: readonly Trial[]): ForecastRow {
  const mean = (pick: (one: Trial) => number) =>
    trials.reduce((all, one) => all + pick(one), 0) / trials.length
  const share = (isSo: (one: Trial) => boolean) => mean((one) => Number(isSo(one)))
  return {
    date,
    count: trials.length,
    mape: mean(({error}) => error),
    runRateMape: mean(({runRateError}) => runRateError),
    nearerShare: share(({error, runRateError}) => error < runRateError),
    below: share(({place}) => place < 0),
    within: share(({place}) => place === 0),
    above: share(({place}) => place > 0),
    width: mean(({width}) => width),
  }
}

/** All rows of a day of the month on or after `date` as one, weighted by their trials. */
export function fromDate(rows: readonly ForecastRow[], date: number): ForecastRow {
  const some = rows.filter((row) => row.date >= date)
  const count = some.reduce((all, row) => all + row.count, 0)
  const mean = (pick: (row: ForecastRow) => number) =>
    some.reduce((all, row) => all + pick(row) * row.count, 0) / count
  return {
    date,
    count,
    mape: mean(({mape}) => mape),
    runRateMape: mean(({runRateMape}) => runRateMape),
    nearerShare: mean(({nearerShare}) => nearerShare),
    below: mean(({below}) => below),
    within: mean(({within}) => within),
    above: mean(({above}) => above),
    width: mean(({width}) => width),
  }
}
