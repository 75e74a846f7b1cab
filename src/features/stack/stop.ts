import type {RunWriter, Step} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {ServiceName, ServiceStatus, Stack} from '../../ports/stack.js'

/** Plans to stop what runs, and to clear up after what failed. */
export function planStop(
  wanted: readonly ServiceName[],
  states: ReadonlyMap<ServiceName, ServiceStatus>,
): readonly Step[] {
  return wanted
    .filter((name) => (states.get(name)?.state ?? 'stopped') !== 'stopped')
    .map((name) => ({
      id: `stack.stop.${name}`,
      title: `Stop ${name}`,
      why: `it is ${states.get(name)?.state}`,
      undo: 'automatic',
    }))
}

export async function applyStop(
  services: readonly ServiceName[],
  {stack, run, progress}: {stack: Stack; run: RunWriter; progress: Progress},
): Promise<void> {
  for (const name of services) progress.started(`stack.stop.${name}`)
  await stack.down(services)
  for (const name of services) {
    await run.done(`stack.stop.${name}`)
  }
}
