import {messageOf, MitraError} from '../errors.js'
import type {Heartbeat} from '../ports/notifier.js'

interface Watched<T> {
  /** Undefined when nobody watches over this run. */
  readonly heartbeat: Heartbeat | undefined
  readonly act: () => Promise<T>
  /** Why a run that ended was no good one; undefined when it was. */
  readonly problemOf: (result: T) => string | undefined
  /** The watcher could not be told; the run goes on. */
  readonly onUntold: (message: string) => void
}

/** Tells a dead man's switch that a run begins, and how it ended. */
export async function watchedRun<T>(watched: Watched<T>): Promise<T> {
  const {act, problemOf} = watched
  await tell(watched, (heartbeat) => heartbeat.start())
  try {
    const result = await act()
    const problem = problemOf(result)
    await tell(watched, (heartbeat) =>
      problem === undefined ? heartbeat.success() : heartbeat.fail(problem),
    )
    return result
  } catch (error) {
    const reason = error instanceof MitraError ? `${error.code}: ${error.message}` : 'a bug'
    await tell(watched, (heartbeat) => heartbeat.fail(reason))
    throw error
  }
}

async function tell<T>(
  {heartbeat, onUntold}: Watched<T>,
  say: (heartbeat: Heartbeat) => Promise<void>,
): Promise<void> {
  if (heartbeat === undefined) return
  try {
    await say(heartbeat)
  } catch (error) {
    onUntold(messageOf(error))
  }
}
