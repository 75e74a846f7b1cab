import type {BillDay} from '../../ports/bill-pages.js'
import type {CostLine, DayWindow, UtcDay} from '../../ports/costs.js'
import type {KnownDay} from '../../ports/cost-store.js'
import {
  eachLine,
  NameTable,
  packLines,
  unpackLines,
  type FetchEntry,
  type PackedAmounts,
  type PackedDay,
  type UnpackedLine,
} from './records.js'

/** A day as the newest answers left it. */
export interface DayCell extends KnownDay {
  /** Empty for a day without costs whose answer named no currency. */
  readonly currency: string
  readonly amounts: PackedAmounts
  readonly names: readonly string[]
}

/** The cell of a day that an answer lists because it is new or has changed. */
export function cellOf([, estimated, currency, amounts]: PackedDay, entry: FetchEntry): DayCell {
  const isEstimated = estimated === 1
  const {at, names} = entry
  const settledSince = isEstimated ? undefined : at
  return {isEstimated, confirmedAt: at, settledSince, currency, amounts, names}
}

/** The cell of a day that an answer covers and does not list: it is as it was. */
export function confirmed(cell: DayCell, at: string): DayCell {
  const settledSince = cell.isEstimated ? undefined : (cell.settledSince ?? at)
  return {...cell, confirmedAt: at, settledSince}
}

export function unpackCell({amounts, names}: DayCell): readonly UnpackedLine[] {
  return unpackLines(amounts, names)
}

/** What of an answer is not known already, packed. */
export function changedDays(
  days: readonly BillDay[],
  known: ReadonlyMap<UtcDay, DayCell>,
): {readonly names: readonly string[]; readonly days: readonly PackedDay[]} {
  const table = new NameTable()
  const changed = days.filter((day) => !isSame(day, known.get(day.day)))
  const packed = changed.map(({day, isEstimated, currency, lines}): PackedDay => {
    return [day, isEstimated ? 1 : 0, currency ?? '', packLines(lines, table)]
  })
  return {names: table.names, days: packed}
}

function isSame({isEstimated, currency, lines}: BillDay, cell: DayCell | undefined): boolean {
  if (cell === undefined || cell.isEstimated !== isEstimated) return false
  if ((currency ?? '') !== cell.currency || lines.length * 4 !== cell.amounts.length) return false
  const table = new NameTable()
  const amounts = packLines(lines, table)
  return amounts.every((value, index) =>
    typeof value === 'number'
      ? table.names[value] === cell.names[Number(cell.amounts[index])]
      : value === cell.amounts[index],
  )
}

export function linesIn(
  days: ReadonlyMap<UtcDay, DayCell>,
  {start, end}: DayWindow,
): readonly CostLine[] {
  const lines: CostLine[] = []
  const wanted = [...days.keys()].filter((day) => start <= day && day < end)
  for (const day of wanted.toSorted()) {
    const cell = days.get(day)
    if (cell === undefined) continue
    const {currency, isEstimated} = cell
    eachLine(cell.amounts, cell.names, (service, recordType, billed, amortized) => {
      lines.push({
        day,
        service,
        recordType,
        usageType: undefined,
        region: undefined,
        billed,
        amortized,
        currency,
        isEstimated,
      })
    })
  }
  return lines
}

export function newestCurrency(days: ReadonlyMap<UtcDay, DayCell>): string | undefined {
  const named = [...days].filter(([, {currency}]) => currency !== '').map(([day]) => day)
  return days.get(named.toSorted().at(-1) ?? '')?.currency
}
