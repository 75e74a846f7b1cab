import {MitraError} from '../../errors.js'
import type {CostLedger, CostLine, CostSource, CostSpent, DayWindow} from '../../ports/costs.js'
import type {ExportFile, ExportFiles} from '../../ports/export-files.js'
import {ChargeRows} from './charge-rows.js'
import {dayNumber, dayOfNumber, type DayNumber} from './charge-period.js'
import {chooseFiles, newestManifests} from './choose-files.js'
import {focusColumns, type FocusColumns} from './columns.js'
import {readRows} from './csv-rows.js'

interface FocusOptions {
  readonly files: ExportFiles
  /** What the reader called it: a path or `s3://bucket/prefix`. */
  readonly place: string
  /** The one currency to take of an export that holds several. */
  readonly currency?: string | undefined
  /** When the export was made, where its files' times do not say. */
  readonly madeAt?: string | undefined
}

const dayMs = 86_400_000

/** Costs out of a FOCUS export: no request is billed, and every line has its usage type and region. */
export class FocusCostSource implements CostSource {
  readonly #options: FocusOptions
  #read: Promise<ReadExport> | undefined

  constructor(options: FocusOptions) {
    this.#options = options
  }

  /**
   * The part of the window that the export covers, from its first charge to its last. Throws
   * FOCUS_CURRENCIES when it holds several currencies and none was chosen.
   */
  async ledger(window: DayWindow): Promise<CostLedger> {
    this.#read ??= this.#readAll()
    const {rows, fetchedAt} = await this.#read
    const currency = this.#currencyOf(rows)
    const [first, last] = rows.days ?? []
    const lines =
      first === undefined || last === undefined
        ? []
        : (rows.books.get(currency)?.book.lines(currency, {
            first: Math.max(first, numberOf(window.start)),
            last: Math.min(last, numberOf(window.end) - 1),
            estimatedFrom: monthStart(last),
          }) ?? [])
    return {
      window: covered(window, first, last),
      currency,
      lines,
      fetchedAt,
      source: `FOCUS export ${this.#options.place}`,
      spent: this.spent(),
      degraded: undefined,
      restatements: [],
    }
  }

  async detail(service: string, window: DayWindow): Promise<readonly CostLine[]> {
    const {lines} = await this.ledger(window)
    return lines.filter((line) => line.service === service)
  }

  spent(): CostSpent {
    return {requests: 0, cost: {minor: 0, currency: 'USD'}}
  }

  async #readAll(): Promise<ReadExport> {
    const {files, place, madeAt} = this.#options
    const listed = await files.list()
    const manifests = await Promise.all(
      newestManifests(listed).map(async (file) => ({file, content: await json(files, file)})),
    )
    const chosen = chooseFiles(listed, manifests)
    if (chosen.length === 0) throw nothingThere(place, listed)
    const rows = new ChargeRows()
    for (const file of chosen) await addFile(rows, files, file)
    const newest = chosen.map(({modified}) => modified).reduce((a, b) => (a > b ? a : b))
    return {rows, fetchedAt: madeAt ?? newest}
  }

  #currencyOf({books}: ChargeRows): string {
    const {currency, place} = this.#options
    const found = [...books.keys()]
    if (currency !== undefined && (books.has(currency) || found.length === 0)) return currency
    const [only = 'USD'] = found
    if (found.length <= 1 && currency === undefined) return only
    const parts = [...books].map(
      ([name, {rows, firstSeen}]) => `${name} in ${rows} rows, first in ${firstSeen}`,
    )
    const message =
      currency === undefined
        ? `${place} holds more than one currency: ${parts.join('; ')}.`
        : `${place} has nothing in ${currency}: ${parts.join('; ')}.`
    throw new MitraError('notReady', 'FOCUS_CURRENCIES', message, {
      hints: found.map((name) => `--currency ${name} reports what was billed in ${name}.`),
    })
  }
}

interface ReadExport {
  readonly rows: ChargeRows
  readonly fetchedAt: string
}

async function addFile(rows: ChargeRows, files: ExportFiles, file: ExportFile): Promise<void> {
  let columns: FocusColumns | undefined
  await readRows(files, file, (row, index) => {
    // The line of names comes first; a byte order mark may stand before it.
    if (columns !== undefined) return rows.add(row, index, columns, file.name)
    columns = focusColumns(
      row.map((name) => name.replace(/^\uFEFF/, '')),
      file.name,
    )
  })
}

async function json(files: ExportFiles, file: ExportFile): Promise<unknown> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await files.open(file)) chunks.push(chunk)
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch (cause) {
    throw new MitraError('notReady', 'EXPORT_INCOMPLETE', `${file.name} is no JSON.`, {
      hints: ['The export is being delivered or copied: try again when that has ended.'],
      cause,
    })
  }
}

function covered(
  window: DayWindow,
  first: DayNumber | undefined,
  last: DayNumber | undefined,
): DayWindow {
  if (first === undefined || last === undefined) return window
  const start = dayOfNumber(first)
  const end = dayOfNumber(last + 1)
  return {
    start: start > window.start ? start : window.start,
    end: end < window.end ? end : window.end,
  }
}

function numberOf(day: string): DayNumber {
  return dayNumber(Date.parse(`${day}T00:00:00Z`))
}

/** A month is open, and its days may still change, until the next one is in the export. */
function monthStart(last: DayNumber): DayNumber {
  const day = new Date(last * dayMs)
  return dayNumber(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1))
}

function nothingThere(place: string, listed: readonly ExportFile[]): MitraError {
  const parquet = listed.some(({path}) => path.endsWith('.parquet'))
  const message = `There is no .csv or .csv.gz file in ${place}.`
  return new MitraError('notReady', 'EXPORT_MISSING', message, {
    hints: parquet
      ? ['It holds Parquet files: have AWS deliver the export as "gzip - text/csv".']
      : ['Name a FOCUS export: a file, a folder or s3://bucket/prefix.'],
  })
}
