import {randomBytes} from 'node:crypto'
import {lstat, mkdir, readFile} from 'node:fs/promises'
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
    const folder = dirname(this.#file)
    await mkdir(folder, {recursive: true, mode: 0o700})
    const lock = await acquireLock(folder, 'secrets', {purpose: 'make a password', waitMs: 10_000})
    try {
      const values = await this.#read()
      const already = values.get(name)
      if (already !== undefined) return new Secret(already)
      const value = randomBytes(24).toString('base64url')
      const all = Object.fromEntries([...values, [name, value]])
      this.#seen.add(value)
      await writeAtomic(this.#file, `${JSON.stringify(all, undefined, 2)}\n`, 0o600)
      return new Secret(value)
    } finally {
      await lock.release()
    }
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
    return [...this.#seen].some((value) => text.includes(value))
  }

  async #read(): Promise<ReadonlyMap<string, string>> {
    try {
      const found = await lstat(this.#file)
      if (!found.isFile()) throw this.#refused('is not a plain file', 'Put the file itself there.')
      if ((found.mode & 0o077) !== 0) {
        throw this.#refused('can be read by others', `chmod 600 '${this.#file}'`)
      }
      const parsed: unknown = JSON.parse(await readFile(this.#file, 'utf8'))
      const values = new Map(
        Object.entries(parsed ?? {}).map(([name, value]) => [name, String(value)]),
      )
      for (const value of values.values()) this.#seen.add(value)
      return values
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return new Map()
      if (!(error instanceof SyntaxError)) throw error
      // A SyntaxError quotes the text it stumbled over: that must not be shown.
      throw this.#refused('is not JSON', 'Put it back from a copy, or remove it to begin anew.')
    }
  }

  #refused(what: string, hint: string): MitraError {
    return new MitraError('config', 'SECRETS_FILE', `${this.#file} ${what}.`, {hints: [hint]})
  }
}
