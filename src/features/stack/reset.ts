import type {RunWriter, Step} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {Generation, ServiceName, ServiceStatus, Stack} from '../../ports/stack.js'
import type {WorkspaceMemory} from '../../ports/workspace.js'
import {applyStop, planStop} from './stop.js'

export interface ResetPlan {
  readonly steps: readonly Step[]
  readonly from: Generation
  readonly to: Generation
  readonly running: readonly ServiceName[]
}

/** Turns to a new, empty set of data; the old one is kept whole until it is purged. */
export function planReset(
  states: ReadonlyMap<ServiceName, ServiceStatus>,
  generation: Generation,
  trashed: readonly Generation[],
): ResetPlan {
  const running = [...states.values()]
    .filter((status) => status.state !== 'stopped')
    .map((status) => status.name)
  const to = Math.max(generation, ...trashed) + 1
  const reset: Step = {
    id: 'stack.reset',
    title: `Set the data of all services aside (set ${generation}) and begin set ${to}`,
    why: 'a reset was asked for',
    undo: 'automatic',
    detail: {from: generation, to},
  }
  return {steps: [...planStop(running, states), reset], from: generation, to, running}
}

export async function applyReset(
  plan: ResetPlan,
  tools: {stack: Stack; memory: WorkspaceMemory; run: RunWriter; progress: Progress},
): Promise<void> {
  await applyStop(plan.running, tools)
  tools.progress.started('stack.reset')
  await tools.memory.useGeneration(plan.to)
  await tools.run.done('stack.reset', {from: plan.from, to: plan.to})
}

/** Plans to delete what earlier resets set aside. */
export function planPurge(
  trashed: readonly {readonly generation: Generation; readonly bytes: number}[],
): readonly Step[] {
  return trashed.map(({generation, bytes}) => ({
    id: `stack.purge.${generation}`,
    title: `Delete set ${generation} (${Math.ceil(bytes / 1_000_000)} MB) for good`,
    why: 'a reset set it aside',
    undo: 'no',
    detail: {generation, bytes},
  }))
}

export async function applyPurge(
  generations: readonly Generation[],
  {stack, run, progress}: {stack: Stack; run: RunWriter; progress: Progress},
): Promise<void> {
  for (const generation of generations) {
    progress.started(`stack.purge.${generation}`)
    await stack.purge(generation)
    await run.done(`stack.purge.${generation}`)
  }
}
