import type {CostLedger, UtcDay} from '../../ports/costs.js'
import type {Money} from '../../ports/money.js'
import {addDays, daysOf, monthStart} from './calendar.js'
import {relativeErrors} from './forecast-errors.js'
import {fitModel, predictDay, prepareSeries, type PreparedSeries} from './forecast-model.js'
import {dayTable, type DayTable} from './seasonal.js'
import {completeness, settledAt, type Completeness} from './maturity.js'
import {dailySeries, isRunningCost, picoOf} from './series.js'

/** The whole month that `today` lies in, before tax, credits and refunds; amortized. */
export interface MonthForecast {
  readonly expected: Money
  readonly low: Money
  readonly high: Money
  /** How often the month ends within `low` and `high`: 0.8. */
  readonly level: number
  /** What a day costs now, weekdays evened out. */
  readonly runRatePerDay: Money
  /** The days that the forecast was learnt from. */
  readonly basisDays: number
  /** What the bill shows of the month so far, running cost only. */
  readonly billed: Money
  /** The first day that is not taken as the bill shows it: its rest is still coming in. */
  readonly unsettledFrom: UtcDay
  readonly byService: readonly ServiceForecast[]
  /** Past errors of this account, or an assumption for a young one. */
  readonly intervalFrom: 'past errors' | 'assumption'
}

export interface ServiceForecast {
  readonly service: string
  readonly billed: Money
  readonly expected: Money
}

interface Named extends PreparedSeries {
  readonly service: string
}

interface Frame {
  readonly services: readonly Named[]
  /** From the first day of the series to the end of the month. */
  readonly table: DayTable
  /** Days that are settled, from the first of the series. */
  readonly known: number
  /** The days of the month that are not, up to its end; indices of the table. */
  readonly ahead: readonly number[]
  readonly month: UtcDay
  readonly unsettledFrom: UtcDay
}

/** What the month will have cost when it has ended; never less than the bill shows already. */
export function forecastMonth(ledger: CostLedger, today: UtcDay): MonthForecast {
  const frame = frameOf(ledger, today)
  const {services, known, ahead, month, unsettledFrom} = frame
  const parts = services.map((one) => partOf(one, frame))
  const remaining = parts.reduce((all, part) => all + part.remaining, 0)
  const {centre, low, high, isAssumed} = relativeErrors({services, known, horizon: ahead.length})
  const settled = shownIn(ledger, month, unsettledFrom)
  const shown = shownIn(ledger, later(month, unsettledFrom), addDays(today, 1))
  const {currency} = ledger
  const monthWith = (units: number): Money => ({
    currency,
    pico: settled + larger(shown, picoOf(units)),
  })
  return {
    expected: monthWith(remaining * Math.exp(centre)),
    low: monthWith(remaining * Math.exp(low)),
    high: monthWith(remaining * Math.exp(high)),
    level: 0.8,
    runRatePerDay: {currency, pico: picoOf(parts.reduce((all, {level}) => all + level, 0))},
    basisDays: known,
    billed: {currency, pico: settled + shown},
    unsettledFrom,
    byService: parts.map((part) => ({
      service: part.service,
      billed: {currency, pico: picoOf(part.billed)},
      expected: {currency, pico: picoOf(part.settled + part.remaining * Math.exp(centre))},
    })),
    intervalFrom: isAssumed ? 'assumption' : 'past errors',
  }
}

function frameOf(ledger: CostLedger, today: UtcDay): Frame {
  const series = dailySeries(ledger, today, isRunningCost)
  const complete = completeness(ledger, today)
  const month = monthStart(today)
  const known = settledCount(series.days, complete)
  const unsettledFrom = series.days[known] ?? addDays(today, 1)
  const table = dayTable(daysOf({start: series.days[0] ?? today, end: monthStart(today, 1)}))
  const first = table.days.indexOf(later(month, unsettledFrom))
  return {
    services: [...series.byService].map(([service, values]) => ({
      service,
      ...prepareSeries(values, table, known),
    })),
    table,
    known,
    ahead: Array.from({length: table.days.length - first}, (_, at) => first + at),
    month,
    unsettledFrom,
  }
}

/** Days from the first that are settled without a gap. */
function settledCount(
  days: readonly UtcDay[],
  complete: ReadonlyMap<UtcDay, Completeness>,
): number {
  const first = days.findIndex((day) => (complete.get(day)?.typical ?? 1) < settledAt)
  return first === -1 ? days.length : first
}

interface Part {
  readonly service: string
  readonly level: number
  readonly billed: number
  readonly settled: number
  /** What the days ahead are expected to cost, no day less than it shows. */
  readonly remaining: number
}

function partOf(prepared: Named, {table, known, ahead, month}: Frame): Part {
  const {service, values} = prepared
  const model = fitModel(prepared, known)
  const shownOn = (at: number) => values[at] ?? 0
  const sum = (some: readonly number[], of: (at: number) => number) =>
    some.reduce((all, at) => all + of(at), 0)
  const start = Math.max(0, table.days.indexOf(month))
  const billed = sum([...table.days.keys()].slice(start), shownOn)
  return {
    service,
    level: model.level,
    billed,
    settled: billed - sum(ahead, shownOn),
    remaining: sum(ahead, (at) => Math.max(shownOn(at), predictDay(model, at))),
  }
}

function shownIn(ledger: CostLedger, start: UtcDay, end: UtcDay): bigint {
  return ledger.lines.reduce(
    (all, line) =>
      line.day >= start && line.day < end && isRunningCost(line) ? all + line.amortized : all,
    0n,
  )
}

function later(a: UtcDay, b: UtcDay): UtcDay {
  return a > b ? a : b
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
