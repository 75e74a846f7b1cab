import {amountOf, type Amount} from './amounts.js'
import {chargeTime, dayNumber, isLongerThanADay, spread, type DayNumber} from './charge-period.js'
import type {FocusColumns} from './columns.js'
import {BadRow} from './csv-rows.js'
import {book, LedgerBook, type ChargeKind} from './ledger-book.js'

/** What the rows of one currency come to. */
export interface CurrencyBook {
  readonly book: LedgerBook
  rows: number
  /** Where the first of them was found: `bill.csv row 12`. */
  readonly firstSeen: string
}

/**
 * Reads charges row by row into one book for each currency.
 *
 * Which day a charge belongs to: one of a day or less to the UTC day it begins on. Of a longer one
 * what is billed is booked on its first day, as the bill does it; its effective cost is spread over
 * the days of its period when it is usage or a purchase, and booked on the first day otherwise.
 */
export class ChargeRows {
  readonly books = new Map<string, CurrencyBook>()
  readonly #times = new Remembered(chargeTime)
  #firstDay = Number.POSITIVE_INFINITY
  #lastBegin = Number.NEGATIVE_INFINITY
  #lastEnd = Number.NEGATIVE_INFINITY
  #hasShort = false

  /**
   * The first day and the last that the export knows; undefined when it has no charges. A charge of
   * a month does not make its days known that are still to come, unless there are only such.
   */
  get days(): readonly [DayNumber, DayNumber] | undefined {
    const last = this.#hasShort ? this.#lastBegin : this.#lastEnd
    return Number.isFinite(last) ? [this.#firstDay, last] : undefined
  }

  add(row: readonly string[], index: number, columns: FocusColumns, file: string): void {
    if (row.length === 1 && row[0] === '') return
    if (row.length !== columns.width) {
      throw new BadRow(index, `has ${row.length} values instead of ${columns.width}`)
    }
    const cells = {row, index, columns}
    const billed = amount(cells, 'billedCost', 'BilledCost')
    const amortized = amount(cells, 'effectiveCost', 'EffectiveCost')
    const currency = text(cells, 'currency', 'BillingCurrency')
    const category = text(cells, 'category', 'ChargeCategory')
    const charges = this.#bookOf(currency, `${file} row ${index + 1}`).book
    const series = charges.series(kindOf(cells, category))
    const {start, end, isLong} = this.#period(cells)
    const day = dayNumber(start)
    this.#noteDays(day, isLong ? dayNumber(end - 1) : day, isLong)
    if (!isLong || !isSpread(category)) return book(series, day, {billed, amortized})
    book(series, day, {billed, amortized: nothing})
    for (const [on, part] of spread(amortized, start, end)) {
      book(series, on, {billed: nothing, amortized: part})
    }
  }

  #bookOf(currency: string, firstSeen: string): CurrencyBook {
    let found = this.books.get(currency)
    if (found === undefined) {
      found = {book: new LedgerBook(), rows: 0, firstSeen}
      this.books.set(currency, found)
    }
    found.rows += 1
    return found
  }

  #noteDays(first: DayNumber, last: DayNumber, isLong: boolean): void {
    this.#firstDay = Math.min(this.#firstDay, first)
    this.#lastBegin = Math.max(this.#lastBegin, first)
    this.#lastEnd = Math.max(this.#lastEnd, last)
    this.#hasShort ||= !isLong
  }

  #period(cells: Cells): {readonly start: number; readonly end: number; readonly isLong: boolean} {
    const start = this.#time(cells, 'periodStart', 'ChargePeriodStart')
    const end = this.#time(cells, 'periodEnd', 'ChargePeriodEnd')
    const isLong = isLongerThanADay(start, end)
    if (isLong !== undefined) return {start, end, isLong}
    const value = quoted(cells.row[cells.columns.periodEnd])
    throw new BadRow(cells.index, `ChargePeriodEnd: ${value} is no end for it`)
  }

  #time({row, index, columns}: Cells, key: 'periodStart' | 'periodEnd', name: string): number {
    const value = row[columns[key]] ?? ''
    const time = this.#times.of(value)
    if (time !== undefined) return time
    throw new BadRow(index, `${name}: ${quoted(value)} is no time of the calendar`)
  }
}

interface Cells {
  readonly row: readonly string[]
  readonly index: number
  readonly columns: FocusColumns
}

const nothing: Amount = {whole: 0, pico: 0}

function amount(cells: Cells, key: 'billedCost' | 'effectiveCost', name: string): Amount {
  const value = cells.row[cells.columns[key]] ?? ''
  const found = amountOf(value)
  if (found === undefined) throw new BadRow(cells.index, `${name}: ${quoted(value)} is no amount`)
  return found
}

function kindOf(cells: Cells, category: string): ChargeKind {
  const {row, columns} = cells
  const usageType = optional(row, columns.usageType)
  const service = text(cells, 'service', 'ServiceName')
  return {
    service: columns.hasAwsUsageTypes ? explorerService(service, usageType) : service,
    recordType: isCorrection(cells) ? `${category} (Correction)` : category,
    usageType,
    region: optional(row, columns.region),
  }
}

function text(
  {row, index, columns}: Cells,
  key: 'currency' | 'category' | 'service',
  name: string,
): string {
  const value = optional(row, columns[key])
  if (value === undefined) throw new BadRow(index, `${name}: there is no value`)
  if (key === 'currency' && !/^[A-Z]{3}$/.test(value)) {
    throw new BadRow(index, `${name}: ${quoted(value)} is no currency code`)
  }
  return value
}

function optional(row: readonly string[], column: number | undefined): string | undefined {
  const value = column === undefined ? '' : (row[column] ?? '')
  return value === '' || value === 'NULL' || value === 'null' ? undefined : value
}

function isCorrection({row, columns}: Cells): boolean {
  return optional(row, columns.chargeClass)?.toLowerCase() === 'correction'
}

const machines = /(Box|Spot|Dedicated|Host|ReservedHost|UnusedBox|UnusedDed)Usage/

/**
 * Cost Explorer lists the machines of EC2 apart from its disks, gateways and transfers; exports do
 * not. Named alike, both sources make the same report and the same budget.
 */
function explorerService(service: string, usageType: string | undefined): string {
  if (service !== 'Amazon Elastic Compute Cloud') return service
  const isOther = usageType !== undefined && !machines.test(usageType)
  return isOther ? 'EC2 - Other' : 'Amazon Elastic Compute Cloud - Compute'
}

function isSpread(category: string): boolean {
  return category === 'Usage' || category === 'Purchase'
}

function quoted(value: string | undefined): string {
  return JSON.stringify((value ?? '').slice(0, 60))
}

const mostRemembered = 20_000

/** What texts were read as: an export writes the same hours again and again. */
class Remembered<T> {
  readonly #read: (text: string) => T
  readonly #known = new Map<string, T>()

  constructor(read: (text: string) => T) {
    this.#read = read
  }

  of(value: string): T {
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const read = this.#read(value)
    if (this.#known.size >= mostRemembered) this.#known.clear()
    this.#known.set(value, read)
    return read
  }
}
