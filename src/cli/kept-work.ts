import {
  applyKeptStart,
  applyKeptStop,
  observeKept,
  planKeptStart,
  planKeptStop,
  startPrepared,
  type KeptPlan,
  type KeptState,
} from '../features/projects/kept.js'
import {allOrFirstFailure} from '../features/setup/settle.js'
import type {KeptNames} from '../features/stack/names.js'
import {serviceViews, type ServiceView} from '../features/stack/status.js'
import type {Step} from '../ports/journal.js'
import type {ServiceName, ServiceStatus} from '../ports/stack.js'
import type {Undoer} from '../ports/undo.js'
import type {Ports} from '../ports/workspace.js'
import type {Applying} from './run-plan.js'
import {applyStackStart, planStackStart} from './start-stack.js'
import type {Tools} from './tools.js'

interface BackendWish {
  readonly isNamed?: boolean
  readonly isComing?: boolean
  readonly isRestart?: boolean
}

export async function observeBackend(tools: Tools, ports?: Ports): Promise<KeptState> {
  const {layout} = await tools.prospect()
  return observeKept(layout.root, await keptTools(tools, ports))
}

/** The start of the kept backend where it is prepared, or will be. */
export async function planBackendStart(
  tools: Tools,
  ports: Ports,
  {isNamed = false, isComing = false, isRestart = false}: BackendWish = {},
): Promise<KeptPlan> {
  const {root} = (await tools.prospect()).layout
  const parts = await keptTools(tools, ports)
  const state = await observeKept(root, parts)
  const runs = await (await tools.journal()).runs()
  return planKeptStart({root, isNamed, isComing, isRestart, runs}, state, parts)
}

export async function applyBackendStart(
  tools: Tools,
  plan: KeptPlan,
  ports: Ports,
  applying: Applying,
): Promise<void> {
  await applyKeptStart(plan, {...(await keptTools(tools, ports)), ...applying})
}

/** Empty when it does not run. */
export async function planBackendStop(tools: Tools): Promise<readonly Step[]> {
  return planKeptStop(await (await tools.backend()).status())
}

export async function applyBackendStop(
  tools: Tools,
  steps: readonly Step[],
  applying: Applying,
): Promise<void> {
  await applyKeptStop(steps, {backend: await tools.backend(), ...applying})
}

/** The services named and, after them, the backend. */
export async function planUp(tools: Tools, {services, backend, isNamed}: KeptNames) {
  const stack = await planStackStart(tools, services)
  const kept = backend ? await planBackendStart(tools, stack.ports, {isNamed}) : undefined
  return {steps: [...stack.steps, ...(kept?.steps ?? [])], stack, kept}
}

/** The backend is started although a service failed: it may not need that one. */
export async function applyUp(
  tools: Tools,
  {stack, kept}: Awaited<ReturnType<typeof planUp>>,
  applying: Applying,
): Promise<void> {
  const started = applyStackStart(tools, stack, applying)
  const after = async () => {
    await started.catch(() => undefined)
    if (kept !== undefined) await applyBackendStart(tools, kept, stack.ports, applying)
  }
  await allOrFirstFailure([started, after()])
}

/** Services and, where it is prepared or runs, the backend; and why it is not among them. */
export async function keptViews(
  tools: Tools,
  states: ReadonlyMap<ServiceName, ServiceStatus>,
  ports?: Ports,
): Promise<{readonly services: readonly ServiceView[]; readonly backend: string | null}> {
  const {status, inputs, note = null} = await observeBackend(tools, ports)
  const isShown = inputs !== undefined || status.state !== 'stopped'
  return {services: serviceViews(states, isShown ? [status] : []), backend: note}
}

export function backendUndoers(tools: Tools): readonly Undoer[] {
  const inverse = (id: string, title: string, why: string) =>
    ({id, title, why, undo: 'no'}) as const
  return [
    {
      prefix: 'backend.start',
      async plan() {
        const [stop] = await planBackendStop(tools)
        if (stop === undefined) return undefined
        return inverse(stop.id, stop.title, 'the run started it')
      },
      undo: async () => (await tools.backend()).stop(),
    },
    {
      prefix: 'backend.stop',
      plan: async () => inverse('backend.start', 'Start the backend', 'the run stopped it'),
      undo: async () => startPrepared((await tools.prospect()).layout.root, await keptTools(tools)),
    },
  ]
}

async function keptTools(tools: Tools, ports?: Ports) {
  return {
    backend: await tools.backend(ports),
    files: await tools.files(),
    programs: await tools.programs(),
    sockets: await tools.sockets(),
  }
}
