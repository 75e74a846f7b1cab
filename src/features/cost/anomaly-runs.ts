import type {UtcDay} from '../../ports/costs.js'
import {scoreDay, type DayScore, type ScoredSeries} from './anomaly-score.js'
import {addDays} from './calendar.js'
import {calendarItems, withoutCalendarItems} from './calendar-items.js'
import {settledAt, type Completeness} from './maturity.js'
import {median} from './robust.js'
import {slice} from './seasonal.js'
import {dayOfMonth} from './series.js'

/** Odd days of one service that follow one another. */
export interface OddRun {
  readonly kind: 'rise' | 'drop' | 'new' | 'drift'
  readonly first: number
  readonly last: number
  readonly isOngoing: boolean
  /** Sums over the run, in units of the ledger's currency. */
  readonly expected: number
  readonly actual: number
  readonly score: number
}

export interface Watched {
  readonly values: Float64Array
  readonly days: readonly UtcDay[]
  readonly complete: ReadonlyMap<UtcDay, Completeness>
  /** A day's least excess, in units. */
  readonly leastExcess: number
  /** Runs that ended before are not reported. */
  readonly since: UtcDay
}

const leastScore = 4
const leastPart = 0.25

/** A run that lasts this long is what the service costs now. */
const newLevelDays = 14

/** Days apart that still make one run. */
const gapDays = 1

/** How long before `since` the judging begins, so that runs which reach into it are known whole. */
const warmUpDays = 28

/** A service is new after so many days without cost. */
const silentDays = 28

interface OddDay {
  readonly at: number
  readonly kind: OddRun['kind']
  readonly expected: number
  readonly actual: number
  readonly score: number
}

/** The runs of one service, the first first. */
export function oddRuns(watched: Watched): readonly OddRun[] {
  const {days, values, since} = watched
  const items = calendarItems(values, days, days.length)
  const clean = withoutCalendarItems(values, days, items)
  const odd = new Map<number, OddDay>()
  const start = days.findIndex((day) => day >= addDays(since, -warmUpDays))
  const series: ScoredSeries = {values: clean, days, isOdd: (at) => isOddUntilNormal(odd, at)}
  for (let at = Math.max(0, start); at < days.length; at += 1) {
    const found = judge(series, at, watched)
    if (found !== undefined) odd.set(at, found)
  }
  const last = lastJudged(watched)
  return joined([...odd.values()]).flatMap((run) => {
    const one = asRun(run, {isOngoing: (run.at(-1)?.at ?? 0) >= last})
    return (days[one.last] ?? '') >= since ? [one] : []
  })
}

/** After two weeks on a new level that is what the service costs. */
function isOddUntilNormal(odd: ReadonlyMap<number, OddDay>, at: number): boolean {
  if (!odd.has(at)) return false
  let first = at
  while (odd.has(first - 1) || odd.has(first - 2)) first -= 1
  return at - first < newLevelDays
}

function judge(series: ScoredSeries, at: number, watched: Watched): OddDay | undefined {
  const judged = judgedValue(series, at, watched)
  if (isSilentBefore(series, at)) return newCost(series, at, judged)
  const scored = scoreDay({...series, values: withValue(series.values, at, judged.value)}, at)
  if (scored === undefined || !isOut(scored, judged)) return undefined
  const {expected, score} = scored
  const excess = judged.value - expected
  const isFirst = dayOfMonth(series.days[at] ?? '') === 1
  if (isFirst && !isOddFirst(series, at, excess)) return undefined
  return {at, kind: excess > 0 ? 'rise' : 'drop', expected, actual: judged.value, score}
}

interface Judged {
  readonly value: number
  /** Late data can only come on top: a young day is judged upwards only. */
  readonly isYoung: boolean
  readonly leastExcess: number
}

/** A young day is scaled by what nine of ten such days show at most. */
function judgedValue({values, days}: ScoredSeries, at: number, watched: Watched): Judged {
  const {typical, atMost} = watched.complete.get(days[at] ?? '') ?? {typical: 1, atMost: 1}
  const isYoung = typical < settledAt
  const {leastExcess} = watched
  return {value: (values[at] ?? 0) / (isYoung ? atMost : 1), isYoung, leastExcess}
}

/** Out of the noise, and worth a word. */
function isOut({expected, score}: DayScore, judged: Judged): boolean {
  const {value, isYoung, leastExcess} = judged
  const least = Math.max(leastExcess, leastPart * expected)
  const isFar = Math.abs(value - expected) > least && Math.abs(score) > leastScore
  return isFar && (value > expected || !isYoung)
}

/** A first of the month is compared with earlier firsts only: fees come on it. */
function isOddFirst({values, days}: ScoredSeries, at: number, excess: number): boolean {
  const earlier: number[] = []
  for (let index = at - 1; index >= 8; index -= 1) {
    if (dayOfMonth(days[index] ?? '') !== 1) continue
    earlier.push((values[index] ?? 0) - median(slice(values, index - 7, index)))
  }
  return (
    earlier.length > 0 && Math.abs(excess) > 1.5 * Math.max(...earlier.slice(0, 3).map(Math.abs))
  )
}

function isSilentBefore(series: ScoredSeries, at: number): boolean {
  return at < 14 || median(usualBefore(series, at, 14)) <= 0
}

/** A service that begins to cost: more than half the least excess, and more than it ever did lately. */
function newCost(series: ScoredSeries, at: number, judged: Judged): OddDay | undefined {
  const {value, leastExcess} = judged
  const isNew = Math.max(0, ...usualBefore(series, at, silentDays)) <= 0
  const most = Math.max(0, ...usualBefore(series, at, 90))
  const threshold = isNew ? leastExcess / 2 : leastExcess + 2 * most
  if (at < silentDays || value <= threshold) return undefined
  return {at, kind: 'new', expected: 0, actual: value, score: value / threshold}
}

function usualBefore(series: ScoredSeries, at: number, count: number): readonly number[] {
  const {values} = series
  const indices = Array.from({length: Math.min(count, at)}, (_, back) => at - 1 - back)
  const usual = indices.filter((index) => !series.isOdd(index))
  return (usual.length === 0 ? indices : usual).map((index) => values[index] ?? 0)
}

function withValue(values: ArrayLike<number>, at: number, value: number): ArrayLike<number> {
  if (values[at] === value) return values
  const changed = Float64Array.from(values)
  changed[at] = value
  return changed
}

/** The last day that is complete enough to say that a run has ended. */
function lastJudged({days, complete}: Watched): number {
  const last = days.findLastIndex((day) => (complete.get(day)?.typical ?? 1) >= settledAt)
  return Math.max(0, last)
}

function joined(odd: readonly OddDay[]): readonly (readonly OddDay[])[] {
  const runs: OddDay[][] = []
  for (const day of odd.toSorted((a, b) => a.at - b.at)) {
    const run = runs.at(-1)
    const before = run?.at(-1)
    const follows =
      before !== undefined &&
      day.at - before.at <= 1 + gapDays &&
      (before.kind === 'drop') === (day.kind === 'drop')
    if (follows && run !== undefined) run.push(day)
    else runs.push([day])
  }
  return runs
}

function asRun(run: readonly OddDay[], {isOngoing}: {readonly isOngoing: boolean}): OddRun {
  const sum = (pick: (day: OddDay) => number) => run.reduce((all, day) => all + pick(day), 0)
  const strongest = run.reduce((best, day) =>
    Math.abs(day.score) > Math.abs(best.score) ? day : best,
  )
  return {
    kind: run[0]?.kind ?? strongest.kind,
    first: run[0]?.at ?? 0,
    last: run.at(-1)?.at ?? 0,
    isOngoing,
    expected: sum(({expected}) => expected),
    actual: sum(({actual}) => actual),
    score: strongest.score,
  }
}
