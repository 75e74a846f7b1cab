import {createHash} from 'node:crypto'

/** The last record of a log: its number, and its sum, which the next one's sum covers. */
export interface ChainEnd {
  readonly seq: number
  readonly sum: string
}

export const chainStart: ChainEnd = {seq: 0, sum: ''}

/** The line of an entry, chained to the one before: its sum covers that line's sum. */
export function recordLine(entry: object, last: ChainEnd): {line: string; end: ChainEnd} {
  const seq = last.seq + 1
  const body = JSON.stringify({seq, ...entry})
  const sum = sumOf(last.sum, body)
  return {line: `${body.slice(0, -1)}${tail(sum)}\n`, end: {seq, sum}}
}

export interface ReadChain<E> {
  readonly entries: readonly E[]
  readonly end: ChainEnd
  /** Bytes of the whole records; what lies behind is a torn tail. */
  readonly wholeBytes: number
  /** The line whose record is damaged, with whole ones behind it; undefined when all is well. */
  readonly damagedLine: number | undefined
}

/** Reads the records that follow `start`; a torn last one is left out. */
export function readChain<E extends object>(text: string, start = chainStart): ReadChain<E> {
  const entries: E[] = []
  let end = start
  let offset = 0
  let wholeBytes = 0
  let damagedLine: number | undefined
  while (offset < text.length) {
    const newline = text.indexOf('\n', offset)
    const line = newline === -1 ? text.slice(offset) : text.slice(offset, newline)
    const entry = newline === -1 ? undefined : checkedEntry<E>(line, end)
    if (entry === undefined) {
      const isLast = newline === -1 || newline === text.length - 1
      if (!isLast) damagedLine = entries.length + 1
      break
    }
    entries.push(entry.entry)
    end = entry.end
    offset = newline + 1
    wholeBytes += Buffer.byteLength(line) + 1
  }
  return {entries, end, wholeBytes, damagedLine}
}

const sumDigits = 32
const tailPattern = new RegExp(`^,"sum":"([0-9a-f]{${sumDigits}})"\\}$`)

function tail(sum: string): string {
  return `,"sum":"${sum}"}`
}

function checkedEntry<E extends object>(
  line: string,
  last: ChainEnd,
): {entry: E; end: ChainEnd} | undefined {
  // By length, not by a search: a record of costs can have megabytes.
  const cut = line.length - tail('').length - sumDigits
  const sum = tailPattern.exec(line.slice(Math.max(0, cut)))?.[1]
  if (sum === undefined) return undefined
  const body = `${line.slice(0, cut)}}`
  if (sumOf(last.sum, body) !== sum) return undefined
  // The checksum says that we wrote this line, so it has the shape that we write.
  const entry: E = JSON.parse(body)
  return {entry, end: {seq: last.seq + 1, sum}}
}

function sumOf(previous: string, body: string): string {
  return createHash('sha256').update(previous).update(body).digest('hex').slice(0, sumDigits)
}
