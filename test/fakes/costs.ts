import {isWithin} from '../../src/features/cost/calendar.js'
import type {
  CostLedger,
  CostLine,
  CostSource,
  CostSpent,
  DayWindow,
  Degradation,
  Restatement,
} from '../../src/ports/costs.js'

interface FakeBill {
  readonly currency?: string
  readonly fetchedAt?: string
  readonly degraded?: Degradation
  readonly restatements?: readonly Restatement[]
  /** Requests that the budget still allows. */
  readonly budget?: number
}

/** A bill in memory. Days that were asked for once are known; the first of each window is paid for. */
export class FakeCostSource implements CostSource {
  requests = 0
  readonly #lines: readonly CostLine[]
  readonly #bill: FakeBill
  readonly #known = new Set<string>()

  constructor(lines: readonly CostLine[], bill: FakeBill = {}) {
    this.#lines = lines.toSorted((a, b) => (a.day < b.day ? -1 : Number(a.day > b.day)))
    this.#bill = bill
  }

  async ledger(window: DayWindow): Promise<CostLedger> {
    const {currency = 'INR', fetchedAt = '2026-11-24T06:00:00.000Z'} = this.#bill
    this.#pay(`${window.start} ${window.end}`)
    return {
      window,
      currency,
      lines: this.#lines.filter(({day, usageType}) => !usageType && isWithin(day, window)),
      fetchedAt,
      source: 'Cost Explorer, a fake',
      spent: this.spent(),
      degraded: this.#bill.degraded,
      restatements: this.#bill.restatements ?? [],
    }
  }

  async detail(service: string, window: DayWindow): Promise<readonly CostLine[] | undefined> {
    const key = `${service} ${window.start} ${window.end}`
    if (!this.#known.has(key) && this.requests >= (this.#bill.budget ?? Infinity)) return undefined
    this.#pay(key)
    return this.#lines.filter(
      (line) => line.service === service && line.usageType && isWithin(line.day, window),
    )
  }

  spent(): CostSpent {
    return {requests: this.requests, cost: {minor: this.requests, currency: 'USD'}}
  }

  #pay(key: string): void {
    if (this.#known.has(key)) return
    this.#known.add(key)
    this.requests += 1
  }
}
