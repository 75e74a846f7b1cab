import {randomBytes} from 'node:crypto'
import {Secret, type Secrets} from '../../src/ports/secrets.js'

/** Passwords in memory, for tests that are not about keeping them. */
export class MemorySecrets implements Secrets {
  readonly #values = new Map<string, Secret>()

  async ensure(name: string): Promise<Secret> {
    const known = this.#values.get(name)
    if (known !== undefined) return known
    const made = new Secret(randomBytes(24).toString('base64url'))
    this.#values.set(name, made)
    return made
  }

  async get(name: string): Promise<Secret | undefined> {
    return this.#values.get(name)
  }

  async copy(from: string, to: string): Promise<boolean> {
    const secret = this.#values.get(from)
    if (secret !== undefined) this.#values.set(to, secret)
    return secret !== undefined
  }

  async remove(name: string): Promise<void> {
    this.#values.delete(name)
  }

  async names(): Promise<readonly string[]> {
    return [...this.#values.keys()]
  }

  appearsIn(text: string): boolean {
    return [...this.#values.values()].some((value) => text.includes(value.reveal()))
  }

  put(name: string, value: string): void {
    this.#values.set(name, new Secret(value))
  }
}
