import type {DoctorTools} from './check.js'

const atLeast = 5
const atMost = 25

/**
 * Milliseconds of the fastest of several answers: the other checks, which run beside, and a busy machine make
 * some of them slow, a slow server makes all of them slow. Stops when it is clear that the limit holds.
 */
export async function fastestMs(
  ask: () => Promise<unknown>,
  limitMs: number,
  {stopwatch}: Pick<DoctorTools, 'stopwatch'>,
): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < atMost && (turn < atLeast || fastest >= limitMs); turn += 1) {
    const from = stopwatch()
    await ask()
    fastest = Math.min(fastest, stopwatch() - from)
  }
  return fastest
}
