import {messageOf, MitraError} from '../../errors.js'
import type {Json, RunWriter, Step} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {PlannedWork, Prepared, ServiceName, ServiceStatus, Stack} from '../../ports/stack.js'
import type {Ports, WorkspaceMemory} from '../../ports/workspace.js'
import {holderText, type PortDecision} from './ports.js'

type States = ReadonlyMap<ServiceName, ServiceStatus>

/** All that was seen before anything is changed. */
export interface StartObservation {
  readonly engine: 'docker' | 'native'
  readonly states: States
  readonly prepared: readonly Prepared[]
  readonly decisions: readonly PortDecision[]
  readonly ports: Ports
  /** What earlier runs remembered; empty in a new workspace. */
  readonly remembered: {readonly ports: Partial<Ports>; readonly engine: string | undefined}
}

export interface StartPlan {
  readonly steps: readonly Step[]
  readonly engine: 'docker' | 'native'
  readonly ports: Ports
  readonly get: readonly ServiceName[]
  readonly start: readonly ServiceName[]
  /** They run already, and undo is to know it. */
  readonly record: readonly ServiceName[]
  /** As observed; still true when the plan is empty. */
  readonly states: States
}

/**
 * Plans only what is down, so a second run has nothing to do and says so. `unrecorded`: services that
 * run while no record tells of their start, since its run was cut off.
 */
export function planStart(
  wanted: readonly ServiceName[],
  seen: StartObservation,
  unrecorded: readonly ServiceName[],
): StartPlan {
  const start = wanted.filter((name) => seen.states.get(name)?.state !== 'healthy')
  const missing = seen.prepared.filter(
    (entry) => entry.state === 'missing' && start.includes(entry.service),
  )
  const record = wanted.filter((name) => !start.includes(name) && unrecorded.includes(name))
  const steps = [
    ...missing.map(getStep),
    ...rememberSteps(seen, start.length > 0),
    ...start.map((name) => startStep(name, seen)),
    ...record.map((name) => recordStep(name, seen)),
  ]
  const get = missing.map((entry) => entry.service)
  const {engine, ports, states} = seen
  return {steps, engine, ports, get, start, record, states}
}

/** The same plan without the services named: they are started on their own. */
export function withoutServices(plan: StartPlan, left: readonly ServiceName[]): StartPlan {
  const keep = (name: ServiceName) => !left.includes(name)
  return {...plan, get: plan.get.filter(keep), start: plan.start.filter(keep)}
}

function getStep({service, source, work}: Prepared): Step {
  return {
    id: `stack.get.${service}`,
    title: `Get ${source}`,
    why: `${service} is not on this machine`,
    undo: 'no',
    detail: {source, ...detailOf(work?.get)},
  }
}

function rememberSteps(seen: StartObservation, isStarting: boolean): readonly Step[] {
  const {remembered, ports, decisions} = seen
  const isSame =
    remembered.engine === seen.engine &&
    Object.entries(ports).every(
      ([name, port]) => new Map(Object.entries(remembered.ports)).get(name) === port,
    )
  if (isSame || !isStarting) return []
  const moved = decisions.flatMap(({name, port, insteadOf}) =>
    insteadOf === undefined
      ? []
      : [`${name} moves to ${port}: ${insteadOf.port} is taken by ${holderText(insteadOf.holder)}`],
  )
  const why = moved.length > 0 ? moved.join('; ') : 'so that URLs stay the same'
  const title = `Remember the ${seen.engine} engine and its ports`
  return [
    {
      id: 'stack.remember',
      title,
      why,
      undo: 'no',
      detail: {engine: seen.engine, ports: {...ports}},
    },
  ]
}

function startStep(name: ServiceName, seen: StartObservation): Step {
  const port = portOf(name, seen.ports)
  const state = seen.states.get(name)?.state ?? 'stopped'
  const work = seen.prepared.find(({service}) => service === name)?.work
  return {
    id: `stack.start.${name}`,
    title: `Start ${name} on port ${port}`,
    why: `it is ${state}`,
    undo: 'automatic',
    detail: {port, engine: seen.engine, ...detailOf(work?.start)},
  }
}

/** Copied: a record of the journal is no one else's. */
function detailOf(work: PlannedWork | undefined): {readonly [key: string]: Json} {
  if (work === undefined) return {}
  const [commands, otherwise] = [work.commands, work.otherwise].map((lists) =>
    lists.map((words) => [...words]),
  )
  return {
    commands: commands ?? [],
    ...(work.otherwise.length === 0 ? {} : {otherwise: otherwise ?? []}),
    files: [...work.files],
  }
}

function recordStep(name: ServiceName, seen: StartObservation): Step {
  return {
    ...startStep(name, seen),
    title: `Record that ${name} was started`,
    why: 'the run that started it was cut off',
  }
}

/** The port that a service answers on. */
export function portOf(name: ServiceName, ports: Ports): number {
  return name === 'object-store' ? ports.objectStore : ports[name]
}

interface StartTools {
  readonly stack: Stack
  readonly memory: WorkspaceMemory
  readonly run: RunWriter
  readonly progress: Progress
}

/** Remembers engine and ports before the first service takes one, and what was started before. */
export async function applyRemember(plan: StartPlan, {memory, run}: StartTools): Promise<void> {
  for (const name of plan.record) await run.done(`stack.start.${name}`)
  if (!plan.steps.some((step) => step.id === 'stack.remember')) return
  await memory.rememberPorts(plan.ports)
  await memory.rememberEngine(plan.engine)
  await run.done('stack.remember')
}

/** Gets what is missing and starts the services of the plan side by side. */
export async function applyStart(plan: StartPlan, tools: StartTools): Promise<void> {
  await getMissing(plan.get, tools)
  await startServices(plan.start, tools)
}

/** Gets binaries or images; throws MISSING with how to get them when one cannot be had. */
export async function getMissing(
  services: readonly ServiceName[],
  {stack, run, progress}: StartTools,
): Promise<void> {
  if (services.length === 0) return
  for (const name of services) progress.started(`stack.get.${name}`)
  const prepared = await stack.prepare(services, (note) => {
    for (const name of services) progress.note(`stack.get.${name}`, note)
  })
  const missing = prepared.filter((entry) => entry.state === 'missing')
  for (const entry of prepared) {
    const id = `stack.get.${entry.service}`
    // Records keep the order in which the services are named.
    await (entry.state === 'ready' ? run.done(id) : run.failed(id, 'MISSING', missingText(entry)))
  }
  if (missing.length === 0) return
  throw new MitraError('notReady', 'MISSING', missing.map(missingText).join(' '), {
    hints: [...new Set(missing.flatMap((entry) => entry.hints))],
  })
}

function missingText({service, source}: Prepared): string {
  return `${service} cannot be had: ${source.replace(/\.$/, '')}.`
}

export async function startServices(
  services: readonly ServiceName[],
  {stack, run, progress}: StartTools,
): Promise<void> {
  if (services.length === 0) return
  const healthy = new Set<ServiceName>()
  for (const name of services) progress.started(`stack.start.${name}`)
  try {
    await stack.up(services, async (name) => {
      healthy.add(name)
      await run.done(`stack.start.${name}`)
    })
  } catch (error) {
    const failed = services.filter((name) => !healthy.has(name))
    const code = error instanceof MitraError ? error.code : 'UNEXPECTED'
    for (const name of failed) {
      await run.failed(`stack.start.${name}`, code, messageOf(error))
    }
    throw error
  }
}
