import {createHash} from 'node:crypto'
import {MitraError} from '../../errors.js'
import type {Json, RunOutcome, Step} from '../../ports/journal.js'
import type {ProcessIdentity} from '../process-identity/identity.js'

/** One line of the journal, without its place in the chain. */
export type JournalEntry =
  | {
      readonly kind: 'begin'
      readonly run: string
      readonly at: string
      readonly command: string
      readonly plan: readonly Step[]
      readonly undoes?: string
      readonly writer: ProcessIdentity
    }
  | {
      readonly kind: 'done'
      readonly run: string
      readonly at: string
      readonly step: string
      readonly undo?: Json
    }
  | {
      readonly kind: 'failed'
      readonly run: string
      readonly at: string
      readonly step: string
      readonly code: string
      readonly message: string
    }
  | {
      readonly kind: 'end'
      readonly run: string
      readonly at: string
      readonly outcome: RunOutcome
    }

export interface ChainEnd {
  readonly seq: number
  readonly sum: string
}

export const chainStart: ChainEnd = {seq: 0, sum: ''}

/** The line of an entry, chained to the one before: its sum covers that line's sum. */
export function recordLine(entry: JournalEntry, last: ChainEnd): {line: string; end: ChainEnd} {
  const seq = last.seq + 1
  const body = JSON.stringify({seq, ...entry})
  const sum = sumOf(last.sum, body)
  return {line: `${body.slice(0, -1)},"sum":"${sum}"}\n`, end: {seq, sum}}
}

export interface ReadJournal {
  readonly entries: readonly JournalEntry[]
  readonly end: ChainEnd
  /** Bytes of the whole records; what lies behind is a torn tail. */
  readonly wholeBytes: number
}

/** Reads all records; a torn last one is left out, damage before it is an error with its line. */
export function readRecords(text: string, file: string): ReadJournal {
  const entries: JournalEntry[] = []
  let end = chainStart
  let offset = 0
  let wholeBytes = 0
  while (offset < text.length) {
    const newline = text.indexOf('\n', offset)
    const line = newline === -1 ? text.slice(offset) : text.slice(offset, newline)
    const entry = newline === -1 ? undefined : checkedEntry(line, end)
    if (entry === undefined) {
      const isLast = newline === -1 || newline === text.length - 1
      if (!isLast) throw damaged(file, end.seq + 1)
      break
    }
    entries.push(entry.entry)
    end = entry.end
    offset = newline + 1
    wholeBytes += Buffer.byteLength(line) + 1
  }
  return {entries, end, wholeBytes}
}

const sumPattern = /,"sum":"([0-9a-f]{32})"\}$/

function checkedEntry(
  line: string,
  last: ChainEnd,
): {entry: JournalEntry; end: ChainEnd} | undefined {
  const sum = sumPattern.exec(line)?.[1]
  if (sum === undefined) return undefined
  const body = `${line.replace(sumPattern, '')}}`
  if (sumOf(last.sum, body) !== sum) return undefined
  // The checksum says that we wrote this line, so it has the shape that we write.
  const entry: JournalEntry = JSON.parse(body)
  return {entry, end: {seq: last.seq + 1, sum}}
}

function sumOf(previous: string, body: string): string {
  return createHash('sha256').update(previous).update(body).digest('hex').slice(0, 32)
}

function damaged(file: string, line: number): MitraError {
  return new MitraError('failed', 'JOURNAL_DAMAGED', `${file}:${line} is damaged.`, {
    hints: [
      'Somebody or something changed a record that was already written.',
      `Move ${file} away to go on; the services and the data do not depend on it.`,
    ],
  })
}
