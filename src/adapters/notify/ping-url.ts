import type {Clock} from '../../ports/clock.js'
import type {Heartbeat} from '../../ports/notifier.js'
import type {Secret} from '../../ports/secrets.js'
import {postOnce} from './http-post.js'
import {withRetries} from './retries.js'

interface PingOptions {
  readonly url: Secret
  readonly clock: Clock
  readonly timeoutMs?: number
  readonly random?: () => number
}

/** A check of healthchecks.io or of what speaks like it: `/start`, the address itself, `/fail`. */
export class PingUrl implements Heartbeat {
  readonly #options: Required<PingOptions>

  constructor(options: PingOptions) {
    this.#options = {timeoutMs: 5000, random: Math.random, ...options}
  }

  async start(): Promise<void> {
    await this.#ping('start', '')
  }

  async success(): Promise<void> {
    await this.#ping('', '')
  }

  async fail(reason: string): Promise<void> {
    await this.#ping('fail', reason)
  }

  async #ping(below: string, reason: string): Promise<void> {
    const {url, clock, timeoutMs, random} = this.#options
    const post = {
      receiver: 'the ping address',
      url,
      below,
      type: 'text/plain; charset=utf-8',
      body: reason.slice(0, 10_000),
      timeoutMs,
      clock,
    }
    await withRetries(() => postOnce(post), {clock, random})
  }
}
