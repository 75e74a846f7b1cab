import type {Clock} from '../../src/ports/clock.js'

/** A clock whose waits are over at once; it goes on by them and remembers them. */
export class WaitingClock implements Clock {
  readonly waitedMs: number[] = []
  #nowMs: number

  constructor(start = '2026-11-24T06:00:00.000Z') {
    this.#nowMs = Date.parse(start)
  }

  now(): Date {
    return new Date(this.#nowMs)
  }

  async sleep(ms: number): Promise<void> {
    this.waitedMs.push(ms)
    this.#nowMs += ms
  }
}
