import {isUnrecorded} from '../features/projects/cut-off.js'
import {observeStart} from '../features/stack/observe.js'
import {applyRemember, applyStart, planStart, type StartPlan} from '../features/stack/start.js'
import type {ServiceName} from '../ports/stack.js'
import type {Applying} from './run-plan.js'
import type {Tools} from './tools.js'

/** Observes and plans the start of services with the tools that are open. */
export async function planStackStart(
  tools: Tools,
  wanted: readonly ServiceName[],
  keepsBackend = false,
): Promise<StartPlan> {
  const {config} = await tools.prospect()
  const seen = await observeStart(wanted, {
    stack: await tools.stack(),
    memory: await tools.memory(),
    sockets: await tools.sockets(),
    ports: await tools.ports(),
    isChosen: (name) => config.isChosen(`ports.${name}`),
    keepsBackend,
  })
  const isHealthy = (name: ServiceName) => seen.states.get(name)?.state === 'healthy'
  const running = wanted.filter(isHealthy)
  const runs = running.length === 0 ? [] : await (await tools.journal()).runs()
  const unrecorded = running.filter((name) => isUnrecorded(runs, `stack.start.${name}`))
  return planStart(wanted, seen, unrecorded)
}

/** Applies that plan on the ports that it decided. */
export async function applyStackStart(
  tools: Tools,
  plan: StartPlan,
  applying: Applying,
): Promise<void> {
  const stack = await tools.stack(plan.ports)
  const parts = {...applying, stack, memory: await tools.memory()}
  await applyRemember(plan, parts)
  await applyStart(plan, parts)
}
