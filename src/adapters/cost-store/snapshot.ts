import {createHash} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import type {UtcDay} from '../../ports/costs.js'
import type {StoredRestatement} from '../../ports/cost-store.js'
import type {ChainEnd} from '../append-log/chain.js'
import {writeAtomic} from '../files/write-atomic.js'
import type {DayCell} from './known-days.js'
import {NameTable, type FetchEntry, type PackedAmounts} from './records.js'

/** What all records say together. */
export interface FoldParts {
  readonly account: string | undefined
  readonly fetchedAt: string | undefined
  readonly days: ReadonlyMap<UtcDay, DayCell>
  readonly restatements: readonly StoredRestatement[]
  readonly details: readonly FetchEntry[]
  /** Requests by month, those left out that certainly were free. */
  readonly requests: ReadonlyMap<string, number>
  /** The month of each request that is not settled yet, by the number of its record. */
  readonly open: ReadonlyMap<number, string>
}

/** A day, small: estimated, confirmed at, settled since, currency, amounts. */
type PackedCell = readonly [string, 0 | 1, string, string, string, PackedAmounts]

type PackedRestatement = readonly [string, number, number, string, number, string, string]

/** What a fold holds, as JSON, with one table of names. */
export interface PackedState {
  readonly account: string | undefined
  readonly fetchedAt: string | undefined
  readonly names: readonly string[]
  readonly days: readonly PackedCell[]
  readonly restatements: readonly PackedRestatement[]
  readonly details: readonly FetchEntry[]
  readonly requests: readonly (readonly [string, number])[]
  readonly open: readonly (readonly [number, string])[]
}

export function packedState(parts: FoldParts): PackedState {
  const {account, fetchedAt, days, restatements, details, requests, open} = parts
  const table = new NameTable()
  return {
    account,
    fetchedAt,
    days: [...days].map(([day, cell]) => packCell(day, cell, table)),
    restatements: restatements.map((one) => packRestatement(one, table)),
    names: table.names,
    details,
    requests: [...requests],
    open: [...open],
  }
}

function packCell(day: string, cell: DayCell, table: NameTable): PackedCell {
  const {isEstimated, confirmedAt, settledSince = '', currency} = cell
  const amounts = cell.amounts.map((value) =>
    typeof value === 'number' ? table.numberOf(cell.names[value] ?? '') : value,
  )
  return [day, isEstimated ? 1 : 0, confirmedAt, settledSince, currency, amounts]
}

function packRestatement(one: StoredRestatement, table: NameTable): PackedRestatement {
  const {day, service, recordType, seenAt, ageDays, before, after} = one
  const [name, type] = [table.numberOf(service), table.numberOf(recordType)]
  return [day, name, type, seenAt, ageDays, before.toString(), after.toString()]
}

export function unpackedState(packed: PackedState): FoldParts {
  const {names, account, fetchedAt, details} = packed
  const cells = packed.days.map(
    ([day, estimated, confirmedAt, settled, currency, amounts]): [string, DayCell] => {
      const settledSince = settled === '' ? undefined : settled
      const isEstimated = estimated === 1
      return [day, {isEstimated, confirmedAt, settledSince, currency, amounts, names}]
    },
  )
  const restatements = packed.restatements.map(
    ([day, service, type, seenAt, ageDays, before, after]) => ({
      day,
      seenAt,
      ageDays,
      before: BigInt(before),
      after: BigInt(after),
      service: names[service] ?? '',
      recordType: names[type] ?? '',
    }),
  )
  return {
    account,
    fetchedAt,
    details,
    days: new Map(cells),
    restatements,
    requests: new Map(packed.requests),
    open: new Map(packed.open),
  }
}

/** Raised when what is packed changes: an older snapshot is then made anew from the records. */
const version = 1

interface Snapshot {
  readonly version: number
  /** Where in the chain of records it was taken. */
  readonly end: ChainEnd
  readonly state: PackedState
}

/** A saving of time and nothing else: all of it is in the records, which stay. */
export async function writeSnapshot(
  path: string,
  end: ChainEnd,
  state: PackedState,
): Promise<void> {
  const body = JSON.stringify({version, end, state} satisfies Snapshot)
  await writeAtomic(path, `${sumOf(body)}\n${body}\n`, 0o600)
}

/** Undefined where there is none, or one that cannot be trusted. */
export async function readSnapshot(path: string): Promise<Snapshot | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const [sum, body = ''] = text.split('\n')
  if (sum !== sumOf(body)) return undefined
  // The sum says that this program wrote it.
  const snapshot: Snapshot = JSON.parse(body)
  return snapshot.version === version ? snapshot : undefined
}

function sumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex')
}
