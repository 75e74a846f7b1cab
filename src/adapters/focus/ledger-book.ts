import type {CostLine} from '../../ports/costs.js'
import {ExactSum, type Amount} from './amounts.js'
import {dayOfNumber, type DayNumber} from './charge-period.js'

/** What a line of a bill is about, whatever the day. */
export interface ChargeKind {
  readonly service: string
  readonly recordType: string
  readonly usageType: string | undefined
  readonly region: string | undefined
}

interface DaySum {
  readonly billed: ExactSum
  readonly amortized: ExactSum
}

interface Series {
  readonly kind: ChargeKind
  readonly days: Map<DayNumber, DaySum>
}

/**
 * Adds up the rows of an export by day and kind, so what it holds grows with those and never with the
 * number of rows.
 */
export class LedgerBook {
  readonly #series = new Map<string, Series>()

  series(kind: ChargeKind): Series {
    const key = `${kind.service}\u0000${kind.recordType}\u0000${kind.usageType ?? ''}\u0000${kind.region ?? ''}`
    const known = this.#series.get(key)
    if (known !== undefined) return known
    const made = {kind, days: new Map<DayNumber, DaySum>()}
    this.#series.set(key, made)
    return made
  }

  /** Sorted by day; days from `first` up to and with `last` only. */
  lines(
    currency: string,
    {first, last, estimatedFrom}: Readonly<Record<'first' | 'last' | 'estimatedFrom', DayNumber>>,
  ): readonly CostLine[] {
    const cells = [...this.#series.values()].flatMap(({kind, days}) =>
      [...days].flatMap(([day, sum]) => (day < first || day > last ? [] : [{day, kind, sum}])),
    )
    return cells
      .toSorted((a, b) => a.day - b.day)
      .map(({day, kind, sum: {billed, amortized}}) => ({
        day: dayOfNumber(day),
        ...kind,
        billed: billed.total,
        amortized: amortized.total,
        currency,
        isEstimated: day >= estimatedFrom,
      }))
  }
}

export function book(
  {days}: Series,
  day: DayNumber,
  {billed, amortized}: {readonly billed: Amount; readonly amortized: Amount},
): void {
  let sum = days.get(day)
  if (sum === undefined) {
    sum = {billed: new ExactSum(), amortized: new ExactSum()}
    days.set(day, sum)
  }
  sum.billed.add(billed)
  sum.amortized.add(amortized)
}
