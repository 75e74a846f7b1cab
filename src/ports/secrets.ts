/** A value that prints as `[redacted]`; only adapters call `reveal`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]'
  }
}

/** Passwords generated per workspace, kept in one 0600 file that git ignores. */
export interface Secrets {
  /** Generates and stores (fsynced) on first use: 24 random bytes, base64url. Names: `postgres`, `tenant.lic`. */
  ensure(name: string): Promise<Secret>
  get(name: string): Promise<Secret | undefined>
  /** Keeps the secret under a second name too, over what was there; false when there is none. Durable. */
  copy(from: string, to: string): Promise<boolean>
  /** Idempotent, durable. */
  remove(name: string): Promise<void>
  names(): Promise<readonly string[]>
  /** True for a text that quotes a password which this process has had in hands. */
  appearsIn(text: string): boolean
}
