import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import type {UtcDay} from '../../ports/costs.js'
import type {ReportMemory, ReportRecord, SendState} from '../../ports/report-memory.js'
import {writeAtomic} from '../files/write-atomic.js'
import {acquireLock} from '../journal/lock.js'

interface Remembered {
  /** By source; one a day, the oldest first. */
  readonly reports: Readonly<Record<string, readonly ReportRecord[]>>
  /** By notice and channel: when it was begun, and whether it went out. */
  readonly sends: Readonly<Record<string, {readonly at: string; readonly state: SendState}>>
}

interface MemoryOptions {
  readonly folder: string
  readonly now: () => Date
  /** How long a second report waits for the first. */
  readonly waitMs?: number
}

/** As long as anybody compares a report with an earlier one. */
const keptReports = 62
const keptSends = 400
const fileName = 'reports.json'

/** What mitra remembers of its reports, in one file that is written whole and atomically. */
export class FileReportMemory implements ReportMemory {
  readonly #options: MemoryOptions

  constructor(options: MemoryOptions) {
    this.#options = options
  }

  async exclusive<T>(act: () => Promise<T>): Promise<T> {
    const {folder, waitMs = 60_000} = this.#options
    const lock = await acquireLock(folder, 'report', {purpose: 'mitra cost report', waitMs})
    try {
      return await act()
    } finally {
      await lock.release()
    }
  }

  async last(source: string): Promise<ReportRecord | undefined> {
    return (await this.#read()).reports[source]?.at(-1)
  }

  async lastBefore(source: string, day: UtcDay): Promise<ReportRecord | undefined> {
    return (await this.#read()).reports[source]?.findLast(({at}) => at.slice(0, 10) < day)
  }

  async remember(source: string, record: ReportRecord): Promise<void> {
    await this.#change(({reports, sends}) => {
      const day = record.at.slice(0, 10)
      const others = (reports[source] ?? []).filter(({at}) => at.slice(0, 10) !== day)
      const all = [...others, record].toSorted((a, b) => (a.at < b.at ? -1 : 1))
      return {reports: {...reports, [source]: all.slice(-keptReports)}, sends}
    })
  }

  async sendState(noticeId: string, channel: string): Promise<SendState> {
    return (await this.#read()).sends[keyOf(noticeId, channel)]?.state ?? 'new'
  }

  async beginSend(noticeId: string, channel: string): Promise<void> {
    await this.#noteSend(keyOf(noticeId, channel), 'begun')
  }

  async finishSend(noticeId: string, channel: string): Promise<void> {
    await this.#noteSend(keyOf(noticeId, channel), 'sent')
  }

  async abandonSend(noticeId: string, channel: string): Promise<void> {
    await this.#change(({reports, sends}) => {
      const {[keyOf(noticeId, channel)]: _, ...others} = sends
      return {reports, sends: others}
    })
  }

  async #noteSend(key: string, state: SendState): Promise<void> {
    await this.#change(({reports, sends}) => {
      const at = this.#options.now().toISOString()
      const entries = Object.entries({...sends, [key]: {at, state}})
      const newest = entries.toSorted(([, a], [, b]) => (a.at < b.at ? -1 : 1)).slice(-keptSends)
      return {reports, sends: Object.fromEntries(newest)}
    })
  }

  async #change(act: (before: Remembered) => Remembered): Promise<void> {
    const after = act(await this.#read())
    await writeAtomic(this.#path(), `${JSON.stringify(after)}\n`, 0o600)
  }

  #path(): string {
    return join(this.#options.folder, fileName)
  }

  async #read(): Promise<Remembered> {
    const text = await readFile(this.#path(), 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return '{}'
      throw error
    })
    try {
      const {reports = {}, sends = {}}: Partial<Remembered> = JSON.parse(text)
      return {reports, sends}
    } catch (cause) {
      const message = `${this.#path()} is no JSON.`
      throw new MitraError('config', 'REPORT_MEMORY', message, {
        hints: [
          'Remove it: the next report is then compared with none, and may be sent once more.',
        ],
        cause,
      })
    }
  }
}

function keyOf(noticeId: string, channel: string): string {
  return `${channel} ${noticeId}`
}
