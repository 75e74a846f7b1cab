import type {Step} from '../../ports/journal.js'
import type {ServiceName, ServiceStatus} from '../../ports/stack.js'
import type {StartPlan} from './start.js'
import {planStop} from './stop.js'

export interface RestartPlan {
  readonly steps: readonly Step[]
  readonly stop: readonly ServiceName[]
  readonly start: StartPlan
}

/** Stops what runs and starts all that is wanted; `started` is the plan for what is down now. */
export function planRestart(
  wanted: readonly ServiceName[],
  states: ReadonlyMap<ServiceName, ServiceStatus>,
  started: StartPlan,
): RestartPlan {
  const stop = wanted.filter((name) => (states.get(name)?.state ?? 'stopped') !== 'stopped')
  const again = wanted.filter((name) => !started.start.includes(name))
  const againSteps = again.map((name) => ({
    id: `stack.start.${name}`,
    title: `Start ${name}`,
    why: 'it is restarted',
    undo: 'no' as const,
  }))
  const steps = [...planStop(wanted, states), ...started.steps, ...againSteps]
  return {steps, stop, start: {...started, start: [...started.start, ...again]}}
}
