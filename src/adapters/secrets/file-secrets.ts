import {randomBytes} from 'node:crypto'
import {chmod, constants, mkdir, open, type FileHandle} from 'node:fs/promises'
import {dirname} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import {Secret, type Secrets} from '../../ports/secrets.js'
import {writeAtomic} from '../files/write-atomic.js'
import {acquireLock} from '../journal/lock.js'

/** Passwords in one JSON file that its owner alone can read. */
export class FileSecrets implements Secrets {
  readonly #file: string
  readonly #seen = new Set<string>()

  constructor(file: string) {
    this.#file = file
  }

  async ensure(name: string): Promise<Secret> {
    const known = await this.get(name)
    if (known !== undefined) return known
    return this.#changing('make a password', async (values) => {
      const already = values.get(name)
      if (already !== undefined) return new Secret(already)
      const value = randomBytes(24).toString('base64url')
      this.#seen.add(value)
      await this.#write(new Map([...values, [name, value]]))
      return new Secret(value)
    })
  }

  async copy(from: string, to: string): Promise<boolean> {
    return this.#changing('keep a password', async (values) => {
      const value = values.get(from)
      if (value === undefined) return false
      if (values.get(to) !== value) await this.#write(new Map([...values, [to, value]]))
      return true
    })
  }

  async remove(name: string): Promise<void> {
    await this.#changing('forget a password', async (values) => {
      if (!values.has(name)) return
      await this.#write(new Map([...values].filter(([key]) => key !== name)))
    })
  }

  async get(name: string): Promise<Secret | undefined> {
    const value = (await this.#read()).get(name)
    return value === undefined ? undefined : new Secret(value)
  }

  async names(): Promise<readonly string[]> {
    return [...(await this.#read()).keys()]
  }

  /** True for a text that quotes a password which this process has had in hands. */
  appearsIn(text: string): boolean {
    return [...this.#seen].some(
      (value) => text.includes(value) || text.includes(JSON.stringify(value).slice(1, -1)),
    )
  }

  /** Two at once: the second sees what the first has written. */
  async #changing<T>(
    purpose: string,
    change: (values: ReadonlyMap<string, string>) => Promise<T>,
  ): Promise<T> {
    const folder = dirname(this.#file)
    const made = await mkdir(folder, {recursive: true, mode: 0o700})
    // `mkdir`'s mode is cut by the umask.
    if (made !== undefined) await chmod(folder, 0o700)
    const lock = await acquireLock(folder, 'secrets', {purpose, waitMs: 10_000})
    try {
      return await change(await this.#read())
    } finally {
      await lock.release()
    }
  }

  async #write(values: ReadonlyMap<string, string>): Promise<void> {
    const text = JSON.stringify(Object.fromEntries(values), undefined, 2)
    await writeAtomic(this.#file, `${text}\n`, 0o600)
  }

  async #read(): Promise<ReadonlyMap<string, string>> {
    const values = this.#parsed((await this.#text()) ?? '{}')
    for (const value of values.values()) {
      // A word that short is in many a text by chance.
      if (value.length >= shortestToLookFor) this.#seen.add(value)
    }
    return values
  }

  /** Looks at the very file that is then read: it cannot be exchanged in between. */
  async #text(): Promise<string | undefined> {
    const handle = await this.#open()
    try {
      const found = await handle?.stat()
      if (handle === undefined || found === undefined) return undefined
      if (!found.isFile()) throw this.#notPlain()
      if ((found.mode & 0o077) !== 0) {
        throw this.#refused('can be read by others', `chmod 600 '${this.#file}'`)
      }
      if (process.getuid !== undefined && found.uid !== process.getuid()) {
        throw this.#refused(
          `belongs to another user (uid ${found.uid})`,
          'Run mitra as that user, or make the workspace your own with chown.',
        )
      }
      return await handle.readFile('utf8')
    } finally {
      await handle?.close()
    }
  }

  async #open(): Promise<FileHandle | undefined> {
    try {
      // Without O_NONBLOCK a pipe in its place would be waited for.
      return await open(
        this.#file,
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      )
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ENOENT') return undefined
      if (code === 'ELOOP' || code === 'ENXIO') throw this.#notPlain()
      if (code !== 'EACCES') throw error
      throw this.#refused('may not be read', 'Run mitra as the user who owns it.')
    }
  }

  #parsed(text: string): ReadonlyMap<string, string> {
    const parsed = parsedOrUndefined(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      throw this.#refused('is not a JSON object', healHint)
    }
    const entries = Object.entries(parsed)
    const odd = entries.find(([, value]) => typeof value !== 'string' || value === '')
    if (odd !== undefined) throw this.#refused(`has no password for ${odd[0]}`, healHint)
    return new Map(entries.map(([name, value]) => [name, String(value)]))
  }

  #notPlain(): MitraError {
    return this.#refused('is not a plain file', 'Put the file itself there.')
  }

  #refused(what: string, hint: string): MitraError {
    return new MitraError('config', 'SECRETS_FILE', `${this.#file} ${what}.`, {hints: [hint]})
  }
}

const healHint = 'Put it back from a copy, or remove it to begin anew.'

const shortestToLookFor = 8

// The error is dropped: it quotes the text it stumbled over, and that must not be shown.
function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
