import type {UtcDay} from '../../ports/costs.js'
import {DriftWatch} from './anomaly-drift.js'
import {ServiceBaseline, type DayScore, type PastDay} from './anomaly-score.js'
import {monthStart} from './calendar.js'
import {splitCalendarItems} from './calendar-items.js'
import {settledAt, type Completeness} from './maturity.js'
import {median} from './robust.js'
import type {DayTable} from './seasonal.js'

export type AnomalyKind = 'rise' | 'drop' | 'new' | 'drift'

/** Odd days of one service that follow one another. */
export interface OddRun {
  readonly kind: AnomalyKind
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
  readonly table: DayTable
  readonly complete: ReadonlyMap<UtcDay, Completeness>
  /** A day's least excess, in units. */
  readonly leastExcess: number
  /** Runs that ended before are not reported. */
  readonly since: UtcDay
}

/** A day stands out by so many spreads of the service's noise … */
const leastScore = 3.5
/** … and by this part of what was expected. */
const leastPart = 0.25

/** A run that lasts this long is what the service costs now. */
const newLevelDays = 14

/** Usual days between odd ones that still make one run. */
const gapDays = 1

/**
 * The looking begins on the first of a month, so many before: time to learn from, and the same start
 * on each day of a month, so that the same anomaly has the same first day.
 */
const warmUpMonths = 4

/** A service is new after so many days without cost. */
const silentDays = 28
const rememberedDays = 90

interface OddDay extends PastDay {
  readonly kind: AnomalyKind
  readonly expected: number
  readonly score: number
}

/** The runs of one service, the first first. */
export function oddRuns(watched: Watched): readonly OddRun[] {
  const {days} = watched.table
  const odd = new ServiceWatch(watched).oddDays()
  const last = lastSettled(watched)
  return joined(odd).flatMap((run) => {
    const one = asRun(run, {isOngoing: (run.at(-1)?.at ?? 0) >= last})
    return (days[one.last] ?? '') >= watched.since ? [one] : []
  })
}

/** Goes through the days of one service; what is odd is not learnt from until it has become usual. */
class ServiceWatch {
  readonly #watched: Watched
  readonly #baseline: ServiceBaseline
  readonly #drift = new DriftWatch()
  readonly #odd: OddDay[] = []
  /** Those of the run that may still go on. */
  #run: OddDay[] = []
  /** Usual values, the newest last. */
  #recent: number[] = []
  /** How far earlier firsts of a month were off. */
  #firsts: number[] = []

  constructor(watched: Watched) {
    this.#watched = watched
    this.#baseline = new ServiceBaseline(watched.table)
  }

  oddDays(): readonly OddDay[] {
    const {values, table, since} = this.#watched
    const {days} = table
    const {clean} = splitCalendarItems(values, table, values.length)
    const start = days.findIndex((day) => day >= monthStart(since, -warmUpMonths))
    for (let at = Math.max(0, start); at < values.length; at += 1) this.#look(at, clean[at] ?? 0)
    return this.#odd
  }

  #look(at: number, shown: number): void {
    const {value, isYoung} = this.#judged(at, shown)
    const scored = this.#baseline.score(at, value)
    const found = this.#judge({at, value, isYoung, scored})
    if (found !== undefined) this.#add(found)
    if (isYoung) return
    const isFirst = this.#watched.table.dates[at] === 1
    if (found === undefined && isFirst && scored !== undefined) {
      this.#firsts.push(Math.abs(value - scored.expected))
    }
    if ((found === undefined && !isFirst) || this.#isWeekly(found)) {
      this.#remember(at, value, scored)
    } else if (scored !== undefined) {
      // A gap would put the weekdays out of step: the expected takes its place.
      this.#baseline.learn(at, scored.expected, undefined)
    }
  }

  #remember(at: number, value: number, scored: DayScore | undefined): void {
    this.#baseline.learn(at, value, scored?.residual)
    this.#recent.push(value)
    if (this.#recent.length > rememberedDays) this.#recent.shift()
  }

  /** The same weekday was odd the same way a week ago: the week has changed, that is all. */
  #isWeekly(found: OddDay | undefined): boolean {
    const before = this.#odd.find(({at}) => found !== undefined && at === found.at - 7)
    const between = this.#odd.some(
      ({at}) => found !== undefined && at > found.at - 7 && at < found.at - 1,
    )
    return before !== undefined && !between && (before.kind === 'drop') === (found?.kind === 'drop')
  }

  /** Late data can only come on top: a young day is scaled by what nine of ten show at most. */
  #judged(at: number, shown: number): {readonly value: number; readonly isYoung: boolean} {
    const {complete, table} = this.#watched
    const {typical, atMost} = complete.get(table.days[at] ?? '') ?? {typical: 1, atMost: 1}
    const isYoung = typical < settledAt
    return {value: isYoung ? shown / atMost : shown, isYoung}
  }

  #judge(day: JudgedDay): OddDay | undefined {
    const {at, value, isYoung, scored} = day
    if (scored === undefined) return this.#newCost(at, value)
    const drift = isYoung ? undefined : this.#drifting(value, scored)
    if (this.#isOut(day, scored)) {
      const {expected, score} = scored
      return {at, value, kind: value > expected ? 'rise' : 'drop', expected, score}
    }
    if (drift === undefined || !this.#isMaterial(value, drift.expected)) return undefined
    return {at, value, kind: 'drift', ...drift}
  }

  #drifting(value: number, {weekday}: DayScore) {
    return value > 0 ? this.#drift.next(Math.log(value), weekday) : undefined
  }

  /** Out of the noise, worth a word, and no matter of data that are late or of the calendar. */
  #isOut({at, value, isYoung}: JudgedDay, {expected, score}: DayScore): boolean {
    if (Math.abs(score) <= leastScore || !this.#isMaterial(value, expected)) return false
    if (isYoung && value < expected) return false
    if (this.#watched.table.dates[at] !== 1) return true
    const earlier = this.#firsts.slice(-3)
    return earlier.length > 0 && Math.abs(value - expected) > 1.5 * Math.max(...earlier)
  }

  #isMaterial(value: number, expected: number): boolean {
    const least = Math.max(this.#watched.leastExcess, leastPart * expected)
    return Math.abs(value - expected) > least
  }

  /** A service that begins to cost: half the least excess, or more than it ever did lately. */
  #newCost(at: number, value: number): OddDay | undefined {
    const {leastExcess} = this.#watched
    const isSilent = this.#recent.length >= silentDays && median(this.#recent.slice(-14)) <= 0
    if (!isSilent) return undefined
    const isNew = Math.max(...this.#recent.slice(-silentDays)) <= 0
    const threshold = isNew ? leastExcess / 2 : leastExcess + 2 * Math.max(...this.#recent)
    if (value <= threshold) return undefined
    return {at, value, kind: 'new', expected: 0, score: value / threshold}
  }

  #add(found: OddDay): void {
    this.#odd.push(found)
    this.#run = follows(this.#run.at(-1), found) ? [...this.#run, found] : [found]
    const [first = found] = this.#run
    if (found.at - first.at + 1 < newLevelDays) return
    // Two weeks on a new level: that is what the service costs.
    this.#baseline.shiftTo(this.#run)
    this.#recent = this.#run.map(({value}) => value)
    this.#drift.reset()
    this.#run = []
  }
}

interface JudgedDay {
  readonly at: number
  readonly value: number
  readonly isYoung: boolean
  readonly scored: DayScore | undefined
}

/** The last day that is complete enough to say that a run has ended. */
function lastSettled({table, values, complete}: Watched): number {
  const last = table.days
    .slice(0, values.length)
    .findLastIndex((day) => (complete.get(day)?.typical ?? 1) >= settledAt)
  return Math.max(0, last)
}

function joined(odd: readonly OddDay[]): readonly (readonly OddDay[])[] {
  const runs: OddDay[][] = []
  for (const day of odd) {
    const run = runs.at(-1)
    if (run !== undefined && follows(run.at(-1), day)) run.push(day)
    else runs.push([day])
  }
  return runs
}

function follows(before: OddDay | undefined, day: OddDay): boolean {
  if (before === undefined || day.at - before.at > 1 + gapDays) return false
  return (before.kind === 'drop') === (day.kind === 'drop')
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
    actual: sum(({value}) => value),
    score: strongest.score,
  }
}
