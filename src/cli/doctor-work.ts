import {codeOf, messageOf, MitraError} from '../errors.js'
import {
  applyRepair,
  planRepairUndo,
  undoRepair,
  type RepairTools,
} from '../features/doctor/apply-repair.js'
import type {Diagnosis} from '../features/doctor/diagnose.js'
import {
  needsBackend,
  planOwnRepairs,
  repairPrefix,
  servicesFor,
  type PlannedRepair,
} from '../features/doctor/repair.js'
import type {KeptPlan} from '../features/projects/kept.js'
import {planRestart, type RestartPlan} from '../features/stack/restart.js'
import type {StartPlan} from '../features/stack/start.js'
import {applyStop} from '../features/stack/stop.js'
import type {Step} from '../ports/journal.js'
import type {ServiceName} from '../ports/stack.js'
import type {Undoer} from '../ports/undo.js'
import type {Ports} from '../ports/workspace.js'
import {applyBackendStart, planBackendStart} from './kept-work.js'
import {runPlan, type Applying} from './run-plan.js'
import {applyStackStart, planStackStart} from './start-stack.js'
import type {Tools} from './tools.js'

interface RepairPlan {
  readonly steps: readonly Step[]
  readonly seen: Diagnosis
  readonly own: readonly PlannedRepair[]
  readonly restart: RestartPlan | undefined
  readonly start: StartPlan | undefined
  readonly backend: KeptPlan | undefined
}

export interface RepairResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** What could not be done; the others were. */
  readonly failed: readonly {readonly what: string; readonly message: string}[]
}

interface Asked {
  readonly plan: boolean
  readonly yes: boolean
  /** Looks at everything, on the ports given or those in force. */
  readonly look: (ports?: Ports) => Promise<Diagnosis>
}

/** Looks, plans what can be repaired, shows it, asks, repairs, and looks again. */
export async function repairAll(
  tools: Tools,
  {plan: isPlanOnly, yes, look}: Asked,
): Promise<{readonly diagnosis: Diagnosis; readonly fix: RepairResult}> {
  // What has no workspace has no journal either, and nothing that may be repaired.
  if (!(await hasWorkspace(tools))) {
    return {diagnosis: await look(), fix: {applied: false, plan: [], failed: []}}
  }
  const failed: {what: string; message: string}[] = []
  const {plan, applied} = await runPlan({
    tools,
    command: 'doctor --fix',
    isPlanOnly,
    confirm: {question: 'Repair all of this?', yes},
    observe: async () => planRepairs(tools, await look()),
    apply: async (planned, applying) => {
      failed.push(...(await applyRepairs(planned, tools, applying)))
    },
  })
  const ports = portsAfter(plan)
  const diagnosis = applied ? await look(ports) : plan.seen
  return {diagnosis, fix: {applied, plan: plan.steps, failed}}
}

/** A start may have moved a service from a port that was taken. */
function portsAfter({start, restart}: Pick<RepairPlan, 'start' | 'restart'>): Ports | undefined {
  return start?.ports ?? restart?.start.ports
}

async function hasWorkspace(tools: Tools): Promise<boolean> {
  return tools.workspace().then(
    () => true,
    () => false,
  )
}

async function planRepairs(tools: Tools, seen: Diagnosis): Promise<RepairPlan> {
  const {checks} = seen
  const own = planOwnRepairs(checks)
  const [again, down] = [servicesFor('restart', checks), servicesFor('start', checks)]
  const start = down.length === 0 ? undefined : await planStackStart(tools, down)
  const restart = again.length === 0 ? undefined : await planAgain(tools, again)
  const ports = portsAfter({start, restart}) ?? (await tools.ports())
  const backend = needsBackend(checks) ? await planBackendStart(tools, ports) : undefined
  const plans = [{steps: own.map(({step}) => step)}, restart, start, backend]
  const steps = plans.flatMap((plan) => plan?.steps ?? [])
  return {steps, seen, own, restart, start, backend}
}

async function planAgain(tools: Tools, names: readonly ServiceName[]): Promise<RestartPlan> {
  const states = await (await tools.stack()).states()
  return planRestart(names, states, await planStackStart(tools, names))
}

type Failures = RepairResult['failed']

/** One that fails stops no other. */
async function applyRepairs(plan: RepairPlan, tools: Tools, applying: Applying): Promise<Failures> {
  const {own, restart, start, backend} = plan
  const failed = [...(await applyOwn(own, tools, applying))]
  if (restart !== undefined) {
    failed.push(...(await attempt('Restart', () => applyRestart(restart, tools, applying))))
  }
  if (start !== undefined) {
    failed.push(...(await attempt('Start', () => applyStackStart(tools, start, applying))))
  }
  if (backend !== undefined) {
    const ports = portsAfter(plan) ?? (await tools.ports())
    const work = () => applyBackendStart(tools, backend, ports, applying)
    failed.push(...(await attempt('Start of the backend', work)))
  }
  return failed
}

async function applyOwn(
  own: readonly PlannedRepair[],
  tools: Tools,
  {run, progress}: Applying,
): Promise<Failures> {
  const failed: Failures[number][] = []
  for (const {step, repair} of own) {
    progress.started(step.id)
    try {
      await run.done(step.id, await applyRepair(repair, repairTools(tools)))
    } catch (error) {
      await run.failed(step.id, codeOf(error) ?? 'UNEXPECTED', messageOf(error))
      failed.push({what: step.title, message: messageOf(error)})
    }
  }
  return failed
}

async function applyRestart(plan: RestartPlan, tools: Tools, applying: Applying): Promise<void> {
  const stack = await tools.stack()
  await applyStop(plan.stop, {stack, ...applying})
  if (plan.stop.includes('postgres')) await stack.forgetPassword()
  await applyStackStart(tools, plan.start, applying)
}

/** Its own steps are recorded where they fail. */
async function attempt(what: string, work: () => Promise<void>): Promise<Failures> {
  try {
    await work()
    return []
  } catch (error) {
    if (!(error instanceof MitraError)) throw error
    return [{what, message: error.message}]
  }
}

function repairTools(tools: Tools): RepairTools {
  return {
    modes: () => tools.fileModes(),
    files: () => tools.files(),
    stack: () => tools.stack(),
    database: () => tools.database(),
    objectStore: () => tools.objectStore(),
  }
}

/** Takes back what a repair changed. */
export function repairUndoer(tools: Tools): Undoer {
  return {
    prefix: repairPrefix,
    plan: (step, record) => planRepairUndo(step, record, repairTools(tools)),
    undo: (_, record) => undoRepair(record, repairTools(tools)),
  }
}
