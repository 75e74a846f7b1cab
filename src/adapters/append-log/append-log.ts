import {open, readFile, truncate, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {codeOf, type MitraError} from '../../errors.js'
import {syncFolder, writeError} from '../files/write-atomic.js'
import {chainStart, readChain, recordLine, type ChainEnd, type ReadChain} from './chain.js'
import {dieHere, faultAt} from './fault-points.js'

interface AppendLogOptions {
  /** For `MITRA_FAULT`: `journal`, `costs`. */
  readonly name: string
  /** What is thrown for a record that was changed after it was written. */
  readonly damaged: (file: string, line: number) => MitraError
  /** Called with each line before it is written; throws to refuse it. */
  readonly check?: (line: string) => void
  /** Where the chain begins; for a log that goes on where another ended. */
  readonly start?: ChainEnd
}

/**
 * One append-only file of checksummed records, every one fsynced before `append` returns. Writers
 * hold a lock of their own; readers need none. Half a record at the end, which a killed writer left,
 * is not read, and cut off by the next writer, who keeps it aside.
 */
export class AppendLog<E extends object> {
  readonly #file: string
  readonly #options: AppendLogOptions
  #end: ChainEnd | undefined
  #appended = 0
  #queue: Promise<unknown> = Promise.resolve()

  constructor(file: string, options: AppendLogOptions) {
    this.#file = file
    this.#options = options
  }

  /** One record after the other, also when the callers work side by side. Returns its place. */
  async append(entry: E): Promise<ChainEnd> {
    const written = this.#queue.then(() => this.#write(entry))
    this.#queue = written.catch(() => undefined)
    return written
  }

  /** All records are written; the next one looks anew for the end, which others may have moved. */
  async settle(): Promise<void> {
    await this.#queue
    this.#end = undefined
  }

  async read(): Promise<ReadChain<E> & {readonly bytes: Buffer | undefined}> {
    const bytes = await readFile(this.#file).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    const {start = chainStart, damaged} = this.#options
    const chain = readChain<E>(bytes?.toString('utf8') ?? '', start)
    if (chain.damagedLine !== undefined) throw damaged(this.#file, chain.damagedLine)
    return {...chain, bytes}
  }

  async #write(entry: E): Promise<ChainEnd> {
    this.#end ??= await this.#openEnd()
    const {line, end} = recordLine(entry, this.#end)
    this.#options.check?.(line)
    this.#appended += 1
    const fault = faultAt(this.#options.name, this.#appended)
    if (fault === 'before') dieHere()
    await this.#appendText(fault === 'torn' ? line.slice(0, line.length / 2) : line)
    if (fault !== undefined) dieHere()
    this.#end = end
    return end
  }

  async #appendText(text: string): Promise<void> {
    try {
      const handle = await open(this.#file, 'a', 0o600)
      try {
        await handle.writeFile(text)
        await handle.datasync()
      } finally {
        await handle.close()
      }
    } catch (error) {
      // What is half written is the torn tail that the next writer cuts off.
      this.#end = undefined
      throw writeError(this.#file, error)
    }
  }

  /** The end of the chain; cuts off what a killed writer left half written, and keeps it aside. */
  async #openEnd(): Promise<ChainEnd> {
    const {end, wholeBytes, bytes} = await this.read()
    const folder = dirname(this.#file)
    if (bytes === undefined || bytes.length === 0) {
      await writeFile(this.#file, '', {flag: 'a', mode: 0o600})
      await syncFolder(folder)
      await syncFolder(dirname(folder))
      return end
    }
    if (wholeBytes < bytes.length) {
      await writeFile(join(folder, `torn-${end.seq + 1}`), bytes.subarray(wholeBytes), {
        mode: 0o600,
      }).catch(() => undefined)
      await truncate(this.#file, wholeBytes)
    }
    return end
  }
}
