import {MitraError} from '../../errors.js'
import type {BillLine} from '../../ports/bill-pages.js'
import type {UtcDay} from '../../ports/costs.js'
import type {RequestOutcome} from '../../ports/cost-store.js'

/** One record of the store. `fetch` lists the days that it changed; the others of its window stand. */
export type StoreEntry =
  | {readonly kind: 'reserve'; readonly at: string; readonly month: string; readonly what: string}
  | {readonly kind: 'settle'; readonly of: number; readonly outcome: RequestOutcome}
  | FetchEntry

export interface FetchEntry {
  readonly kind: 'fetch'
  readonly at: string
  readonly account?: string
  readonly window: readonly [start: UtcDay, end: UtcDay]
  /** There for an answer by usage type. */
  readonly service?: string
  /** What the numbers in `amounts` stand for: services, record types, usage types. */
  readonly names: readonly string[]
  readonly days: readonly PackedDay[]
}

/** Small, because a year of them is read at the start of every report. */
export type PackedDay = readonly [
  day: UtcDay,
  isEstimated: 0 | 1,
  currency: string,
  amounts: PackedAmounts,
]

/** Four for each line: name (of the service or usage type), record type, billed, amortized. */
export type PackedAmounts = readonly (number | string)[]

/** Numbers for names. */
export class NameTable {
  readonly names: string[] = []
  readonly #numbers = new Map<string, number>()

  numberOf(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.names.push(name) - 1
    this.#numbers.set(name, number)
    return number
  }
}

/** Amortized is left out where it is the same, which is most of the time. */
export function packLines(lines: readonly BillLine[], table: NameTable): PackedAmounts {
  return lines
    .toSorted(byName)
    .flatMap(({service, usageType, recordType, billed, amortized}) => [
      table.numberOf(usageType ?? service),
      table.numberOf(recordType),
      billed.toString(),
      amortized === billed ? '' : amortized.toString(),
    ])
}

export interface UnpackedLine {
  /** The service, or the usage type. */
  readonly name: string
  readonly recordType: string
  readonly billed: bigint
  readonly amortized: bigint
}

/** Hands on each line; a year of them is not worth a list of its own. */
export function eachLine(
  amounts: PackedAmounts,
  names: readonly string[],
  visit: (name: string, recordType: string, billed: bigint, amortized: bigint) => void,
): void {
  for (let at = 0; at < amounts.length; at += 4) {
    const billed = BigInt(amounts[at + 2] ?? '')
    const own = amounts[at + 3] ?? ''
    const [name = '', type = ''] = [names[Number(amounts[at])], names[Number(amounts[at + 1])]]
    visit(name, type, billed, own === '' ? billed : BigInt(own))
  }
}

export function unpackLines(
  amounts: PackedAmounts,
  names: readonly string[],
): readonly UnpackedLine[] {
  const lines: UnpackedLine[] = []
  eachLine(amounts, names, (name, recordType, billed, amortized) => {
    lines.push({name, recordType, billed, amortized})
  })
  return lines
}

function byName(a: BillLine, b: BillLine): number {
  return (
    compare(a.usageType ?? a.service, b.usageType ?? b.service) ||
    compare(a.recordType, b.recordType)
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

export function costsDamaged(file: string, line: number): MitraError {
  return new MitraError('notReady', 'COSTS_DAMAGED', `${file}:${line} is damaged.`, {
    hints: [
      'Somebody or something changed a record that was already written.',
      'Take the file from a backup. Without it mitra does not know how many requests were paid for.',
      'To begin anew, move its folder away: all days are then asked for again, which costs requests.',
    ],
  })
}
