import type {CostLedger, CostLine, UtcDay} from '../../ports/costs.js'
import type {Money} from '../../ports/money.js'
import {causeOf, type AnomalyCause} from './anomaly-cause.js'
import {oddRuns, type AnomalyKind, type OddRun} from './anomaly-runs.js'
import {addDays} from './calendar.js'
import {completeness} from './maturity.js'
import {dayTable} from './seasonal.js'
import {dailySeries, isUsage, picoOf} from './series.js'

export type {AnomalyKind} from './anomaly-runs.js'

/** Days on which a service cost something else than it used to. */
export interface CostAnomaly {
  /** The same on later days, while it goes on: service and first day. */
  readonly id: string
  readonly kind: AnomalyKind
  readonly service: string
  readonly firstDay: UtcDay
  /** Inclusive. */
  readonly lastDay: UtcDay
  /** It reaches up to the last day that can be judged. */
  readonly isOngoing: boolean
  readonly expected: Money
  readonly actual: Money
  /** Actual less expected; negative for a drop. */
  readonly excess: Money
  /** The strongest day, in spreads of the service's noise. */
  readonly score: number
  readonly cause: readonly AnomalyCause[]
}

export interface AnomalyOptions {
  /** Anomalies that ended before are left out; 14 days before `today` where it is not given. */
  readonly since?: UtcDay
  /** A day's least excess, in units of the ledger's currency. */
  readonly leastExcess?: number
}

/** What a hundred rupees a day are elsewhere, for a threshold only, never for a sum. */
const leastExcessBy: Readonly<Record<string, number>> = {INR: 100, USD: 1.2, EUR: 1.1, GBP: 1}

/**
 * The anomalies of the last days, the costliest first. The last two days are judged by what is on
 * the bill already, upwards only: late data cannot make one.
 */
export function findAnomalies(
  ledger: CostLedger,
  today: UtcDay,
  {
    since = addDays(today, -14),
    leastExcess = leastExcessBy[ledger.currency] ?? 1,
  }: AnomalyOptions = {},
): readonly CostAnomaly[] {
  const series = dailySeries(ledger, today, isUsage)
  const complete = completeness(ledger, today)
  const table = dayTable(series.days)
  const found = [...series.byService].flatMap(([service, values]) => {
    const runs = oddRuns({values, table, complete, leastExcess, since})
    return runs.map((run) => asAnomaly(service, run, series.days))
  })
  const linesOf = linesByService(ledger, new Set(found.map(({service}) => service)))
  return found
    .map((one) => withCause(one, {lines: linesOf.get(one.service) ?? [], ledger}))
    .toSorted((a, b) => compareSize(a.excess.pico, b.excess.pico) || (a.id < b.id ? -1 : 1))
}

type Bare = OddRun & {readonly service: string; readonly firstDay: UtcDay; readonly lastDay: UtcDay}

function asAnomaly(service: string, run: OddRun, days: readonly UtcDay[]): Bare {
  const firstDay = days[run.first] ?? ''
  return {...run, service, firstDay, lastDay: days[run.last] ?? firstDay}
}

function withCause(
  {service, firstDay, lastDay, kind, expected, actual, score, isOngoing}: Bare,
  {lines, ledger}: {readonly lines: readonly CostLine[]; readonly ledger: CostLedger},
): CostAnomaly {
  const {currency} = ledger
  const money = (units: number): Money => ({currency, pico: picoOf(units)})
  return {
    id: anomalyId(service, firstDay),
    kind,
    service,
    firstDay,
    lastDay,
    isOngoing,
    expected: money(expected),
    actual: money(actual),
    excess: money(actual - expected),
    score: Math.round(score * 10) / 10,
    cause: causeOf(lines, {firstDay, lastDay, currency, isRise: actual >= expected}),
  }
}

/** `amazon-ec2-other-2026-11-20`: readable, and the same whoever computes it. */
function anomalyId(service: string, firstDay: UtcDay): string {
  const words = service.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return `${words.replaceAll(/^-|-$/g, '')}-${firstDay}`
}

function linesByService(
  ledger: CostLedger,
  services: ReadonlySet<string>,
): ReadonlyMap<string, readonly CostLine[]> {
  const found = new Map<string, CostLine[]>()
  for (const line of ledger.lines) {
    if (!services.has(line.service) || !isUsage(line)) continue
    const own = found.get(line.service) ?? []
    found.set(line.service, own)
    own.push(line)
  }
  return found
}

function compareSize(a: bigint, b: bigint): number {
  const [first, second] = [a < 0n ? -a : a, b < 0n ? -b : b]
  return first === second ? 0 : first > second ? -1 : 1
}
