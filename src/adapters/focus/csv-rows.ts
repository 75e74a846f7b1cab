import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGunzip} from 'node:zlib'
import Papa from 'papaparse'
import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {ExportFile, ExportFiles} from '../../ports/export-files.js'

/** What is wrong with one row; its line is looked up only when there is such a row. */
export class BadRow extends Error {
  readonly index: number
  readonly what: string

  constructor(index: number, what: string) {
    super(what)
    this.index = index
    this.what = what
  }
}

/** Row 0 is the line of names. A row may be thrown away by throwing `BadRow`. */
export type OnRow = (row: readonly string[], index: number) => void

const chunkBytes = 256 * 1024

/**
 * Hands over the rows of a CSV file, gzipped or not, one after the other; memory does not grow with
 * the file. Throws FOCUS_ROW with the line of a row that is wrong, FOCUS_FILE for what is no such
 * file or ends too early.
 */
export async function readRows(files: ExportFiles, file: ExportFile, onRow: OnRow): Promise<void> {
  try {
    await parse(await files.open(file), onRow)
  } catch (error) {
    if (error instanceof BadRow) {
      const line = await lineOfRow(files, file, error.index)
      const hints = ['Nothing was added up. Correct the row, or get the export again.']
      throw new MitraError('notReady', 'FOCUS_ROW', `${file.name}:${line} ${error.what}.`, {hints})
    }
    throw error instanceof MitraError ? error : badFile(file.name, error)
  }
}

async function parse(bytes: AsyncIterable<Uint8Array>, onRow: OnRow): Promise<void> {
  const [head, all] = await withHead(bytes)
  if (head.length === 0) throw new Error('it is empty')
  refuseOtherFormats(head)
  const source = Readable.from(all, {objectMode: false, highWaterMark: chunkBytes})
  if (!isGzip(head)) return parseText(source, onRow)
  const gunzip = createGunzip({chunkSize: chunkBytes})
  // Whichever fails first has the cause; the other only notices.
  const [parsed, unzipped] = await Promise.allSettled([
    parseText(gunzip, onRow),
    pipeline(source, gunzip),
  ])
  const failure = [parsed, unzipped].find(({status}) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
}

/** Papa Parse reports what is malformed; of two that were as fast the other swallowed such rows. */
function parseText(stream: Readable, onRow: OnRow): Promise<void> {
  // Decoding is the stream's: a letter of several bytes may lie across two chunks.
  stream.setEncoding('utf8')
  let rows = 0
  return new Promise((resolve, reject) => {
    stream.on('error', reject)
    const fail = (error: unknown) => {
      stream.destroy()
      reject(error)
    }
    Papa.parse<string[]>(stream, {
      delimiter: ',',
      chunk({data, errors: [malformed]}, parser) {
        try {
          if (malformed !== undefined) {
            const at = rows + (malformed.row ?? 0)
            throw new BadRow(at, `is no CSV: ${malformed.message.toLowerCase()}`)
          }
          for (const row of data) onRow(row, rows++)
        } catch (error) {
          // First: `abort` calls `complete`, and half a file must never count as whole.
          fail(error)
          parser.abort()
        }
      },
      complete: () => resolve(),
      error: fail,
    })
  })
}

/** Counts the line breaks inside of values, which hardly any row has: only for a message. */
async function lineOfRow(files: ExportFiles, file: ExportFile, index: number): Promise<number> {
  let line = 1
  const stop = new Error('found')
  await parse(await files.open(file), (row, at) => {
    if (at >= index) throw stop
    line += 1 + row.reduce((sum, value) => sum + breaksIn(value), 0)
  }).catch((error: unknown) => {
    if (error !== stop && !(error instanceof BadRow)) throw error
  })
  return line
}

function breaksIn(value: string): number {
  return value.includes('\n') ? value.split('\n').length - 1 : 0
}

/** The first bytes, and all of them again. */
async function withHead(
  bytes: AsyncIterable<Uint8Array>,
): Promise<readonly [Uint8Array, AsyncIterable<Uint8Array>]> {
  const rest = bytes[Symbol.asyncIterator]()
  const first = await rest.next()
  const head = first.done === true ? new Uint8Array() : first.value
  async function* all() {
    yield head
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      yield next.value
    }
  }
  return [head, all()]
}

function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b
}

function refuseOtherFormats(head: Uint8Array): void {
  const start = Buffer.from(head.subarray(0, 4)).toString('latin1')
  const formats: Readonly<Record<string, string>> = {
    PAR1: 'a Parquet file',
    'PK\u0003\u0004': 'a zip',
  }
  const format = formats[start]
  if (format !== undefined) throw new Error(`it is ${format}, not CSV or gzipped CSV`)
}

function badFile(name: string, error: unknown): MitraError {
  const known: Readonly<Record<string, string>> = {
    Z_BUF_ERROR: 'it ends in the middle of its gzip data',
    Z_DATA_ERROR: 'its gzip data are damaged',
    EISDIR: 'it is a folder',
    EACCES: 'it may not be read',
  }
  const what = known[codeOf(error) ?? ''] ?? messageOf(error)
  return new MitraError('notReady', 'FOCUS_FILE', `${name} cannot be read: ${what}.`, {
    hints: ['Get the export again; nothing was added up.'],
    cause: error,
  })
}
