import type {Clock} from '../../ports/clock.js'
import {NotifyFailure} from '../../ports/notifier.js'

export interface Retrying {
  readonly clock: Clock
  /** 0 to 1; Math.random outside of tests. */
  readonly random: () => number
}

const mostTries = 3
const firstWaitMs = 1000

/** Longer is left to the next run: a report from cron does not wait around. */
const longestWaitMs = 20_000

/** Tries what may be tried again, waiting twice as long each time, or as long as the receiver asks. */
export async function withRetries(attempt: () => Promise<void>, retrying: Retrying): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      const waitMs = waitBefore(error, tries, retrying)
      if (waitMs === undefined) throw error
      await retrying.clock.sleep(waitMs)
    }
  }
}

function waitBefore(error: unknown, tries: number, {clock, random}: Retrying): number | undefined {
  if (!(error instanceof NotifyFailure) || error.outcome === 'refused') return undefined
  if (tries >= mostTries) return undefined
  // From half to one and a half: many reports of one minute do not come back in one second.
  const ownMs = firstWaitMs * 2 ** (tries - 1) * (0.5 + random())
  const {notBefore} = error
  const asked = notBefore === undefined ? 0 : Date.parse(notBefore) - clock.now().getTime()
  const waitMs = Math.max(ownMs, asked)
  return waitMs > longestWaitMs ? undefined : waitMs
}
