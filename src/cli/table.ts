import {stripVTControlCharacters} from 'node:util'
import Table from 'cli-table3'
import {terminalColumns} from './wrap.js'

/**
 * Rows as aligned columns without lines; numbers to the right. Where the columns are wider than the
 * terminal the widest are wrapped by words; without one each row is one line.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly unknown[])[],
  columns: number | undefined = terminalColumns(),
): string {
  const isNumeric = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  )
  const texts = rows.map((row) => row.map(cell))
  const drawn = new Table({
    head: [...head],
    chars: noLines,
    style: {head: [], border: [], 'padding-left': 0, 'padding-right': 0},
    colAligns: isNumeric.map((right) => (right ? 'right' : 'left')),
    colWidths: columns === undefined ? [] : widthsWithin(columns, [head, ...texts]),
    wordWrap: true,
  })
  drawn.push(...texts)
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

const gap = '  '

const noLines = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left']
    .concat(['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((name) => [name, ''])
    .concat([['middle', gap]]),
)

/** Widths that fit, the widest column giving first, none narrower than its longest word; none where all fit. */
function widthsWithin(columns: number, rows: readonly (readonly string[])[]): number[] {
  const [head = []] = rows
  const widest = (split: RegExp) =>
    head.map((_, at) => Math.max(...rows.flatMap((row) => (row[at] ?? '').split(split).map(width))))
  const widths = widest(/\n/)
  const least = widest(/\s/)
  let excess = sum(widths) + gap.length * (head.length - 1) - columns
  if (excess <= 0) return []
  for (; excess > 0; excess -= 1) {
    const giving = Math.max(...widths.filter((one, at) => one > (least[at] ?? 0)))
    const at = widths.findIndex((one, index) => one === giving && one > (least[index] ?? 0))
    if (at === -1) break
    widths[at] = giving - 1
  }
  return widths
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

function width(text: string): number {
  return stripVTControlCharacters(text).length
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}
