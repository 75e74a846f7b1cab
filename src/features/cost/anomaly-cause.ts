import type {CostLine, UtcDay} from '../../ports/costs.js'
import type {Money} from '../../ports/money.js'
import {addDays, daysBetween} from './calendar.js'
import {median} from './robust.js'
import {picoOf, unitsOf} from './series.js'

export interface AnomalyCause {
  readonly usageType: string
  readonly region: string | undefined
  readonly excess: Money
}

interface Period {
  readonly firstDay: UtcDay
  /** Inclusive. */
  readonly lastDay: UtcDay
  readonly currency: string
  readonly isRise: boolean
}

/** The causes named account for this part of the whole. */
const explained = 0.8
const baselineDays = 28

/**
 * The fewest usage types and regions behind four fifths of the change, the largest first: each
 * against its own median day of the four weeks before. None where the lines do not tell usage types.
 */
export function causeOf(lines: readonly CostLine[], period: Period): readonly AnomalyCause[] {
  const changes = [...byUsage(lines, period).values()]
    .map((one) => ({...one, change: changeOf(one, period)}))
    .filter(({change}) => (period.isRise ? change > 0 : change < 0))
    .toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change))
  const whole = changes.reduce((all, {change}) => all + change, 0)
  let so = 0
  const causes: AnomalyCause[] = []
  for (const {usageType, region, change} of changes) {
    if (Math.abs(so) >= explained * Math.abs(whole)) break
    so += change
    causes.push({usageType, region, excess: {currency: period.currency, pico: picoOf(change)}})
  }
  return causes
}

interface Usage {
  readonly usageType: string
  readonly region: string | undefined
  readonly byDay: Map<UtcDay, number>
}

function byUsage(
  lines: readonly CostLine[],
  {firstDay, lastDay}: Period,
): ReadonlyMap<string, Usage> {
  const start = addDays(firstDay, -baselineDays)
  const found = new Map<string, Usage>()
  for (const {day, usageType, region, amortized} of lines) {
    if (usageType === undefined || day < start || day > lastDay) continue
    const key = `${usageType}\n${region ?? ''}`
    const usage = found.get(key) ?? {usageType, region, byDay: new Map<UtcDay, number>()}
    found.set(key, usage)
    usage.byDay.set(day, (usage.byDay.get(day) ?? 0) + unitsOf(amortized))
  }
  return found
}

function changeOf({byDay}: Usage, {firstDay, lastDay}: Period): number {
  const usual = median(
    Array.from({length: baselineDays}, (_, back) => byDay.get(addDays(firstDay, -1 - back)) ?? 0),
  )
  const count = daysBetween(firstDay, lastDay) + 1
  const actual = Array.from({length: count}, (_, at) => byDay.get(addDays(firstDay, at)) ?? 0)
  return actual.reduce((all, one) => all + one, 0) - usual * count
}
