import {MitraError} from '../errors.js'
import {applyEnvironmentInit, planEnvironmentInit} from '../features/environments/init.js'
import {applySchemaFile, planSchemaFile} from '../features/environments/schema-file.js'
import {applyApp, planApp, type AppPlan} from '../features/projects/app.js'
import {
  applyProject,
  planProject,
  serveCommand,
  type BackendPlan,
} from '../features/projects/backend.js'
import {refuseBesideDev} from '../features/projects/kept.js'
import type {Step} from '../ports/journal.js'
import {chooseApp, type AppChoice, type ChosenApp} from './dev-app.js'
import {foundEnvironment, localPlaces} from './environment-work.js'
import {applyBackendStop, planBackendStop} from './kept-work.js'
import {runPlan, type Applying} from './run-plan.js'
import type {Tools} from './tools.js'

export interface DevWish {
  readonly only: 'backend' | 'app' | undefined
  readonly app: Omit<AppChoice, 'isNeeded'>
  readonly isPlanOnly: boolean
}

interface DevProgram {
  readonly name: 'backend' | 'app'
  readonly argv: readonly [string, ...string[]]
  readonly folder: string
}

export interface PreparedDev {
  readonly plan: readonly Step[]
  readonly applied: boolean
  readonly programs: readonly DevProgram[]
  readonly app: ChosenApp | undefined
}

interface DevPlan {
  readonly steps: readonly Step[]
  readonly backend: BackendPlan | undefined
  readonly environment: EnvironmentPlan | undefined
  readonly app: AppPlan | undefined
}

type EnvironmentPlan = Awaited<ReturnType<typeof planEnvironment>>

/** Refuses what would not run first, then makes what is missing, or plans it. */
export async function prepareDev(tools: Tools, wish: DevWish): Promise<PreparedDev> {
  const {only, isPlanOnly} = wish
  const hasBackend = only !== 'app'
  const {backend: port} = await tools.ports()
  if (hasBackend) refuseBesideDev(await (await tools.backend()).status(), 'The backend is in use')
  if (hasBackend && !isPlanOnly) {
    await needServices(tools)
    // The kept backend gives way.
    if ((await planBackendStop(tools)).length === 0) await needFreePort(tools, port)
  }
  const app =
    only === 'backend' ? undefined : await chooseApp(tools, {...wish.app, isNeeded: !hasBackend})
  const {plan, applied} = await runPlan({
    tools,
    command: 'dev',
    isPlanOnly,
    observe: () => planDev(tools, hasBackend, app),
    apply: (planned, applying) => applyDev(tools, planned, applying),
  })
  return {plan: plan.steps, applied, programs: programsOf(plan, port), app}
}

async function planDev(
  tools: Tools,
  hasBackend: boolean,
  chosen: ChosenApp | undefined,
): Promise<DevPlan> {
  const {root, state} = (await tools.workspace()).layout
  const parts = {
    files: await tools.files(),
    programs: await tools.programs(),
    host: await tools.host(),
  }
  const backend = hasBackend ? await planProject(root, parts) : undefined
  const environment = hasBackend ? await planEnvironment(tools) : undefined
  const app = chosen === undefined ? undefined : await planApp({root, state, ...chosen}, parts)
  const kept = hasBackend ? await planBackendStop(tools) : []
  const made = [backend, environment, app].flatMap((part) => part?.steps ?? [])
  return {steps: [...made, ...kept], backend, environment, app}
}

async function applyDev(
  tools: Tools,
  {steps, backend, environment, app}: DevPlan,
  applying: Applying,
): Promise<void> {
  const {run} = applying
  const parts = {
    files: await tools.files(),
    programs: await tools.programs(),
    host: await tools.host(),
    run,
  }
  if (backend !== undefined) await applyProject(backend, parts)
  if (environment !== undefined) {
    await applySchemaFile(environment.schemaFile, parts)
    const {layout} = await tools.workspace()
    const [places, secrets] = [await localPlaces(tools), await tools.secrets()]
    await applyEnvironmentInit(environment.file, {...parts, layout, places, secrets})
  }
  if (app !== undefined) await applyApp(app, parts)
  await applyBackendStop(tools, steps, applying)
}

/** `.env.local`, and the schema that it is made from. */
async function planEnvironment(tools: Tools) {
  const template = await (await tools.templates()).read('environments')
  const {layout} = await tools.workspace()
  const schemaFile = await planSchemaFile(template, layout, await tools.files())
  const schema = await tools.environmentSchema()
  const file = planEnvironmentInit({schema, ...(await foundEnvironment(tools, 'local'))})
  return {schemaFile, file, steps: [...schemaFile.steps, ...file.steps]}
}

function programsOf({backend, app}: DevPlan, port: number): readonly DevProgram[] {
  const programs: DevProgram[] = []
  if (backend !== undefined) {
    const {folder} = backend
    programs.push({name: 'backend', argv: serveCommand(folder, port), folder})
  }
  if (app !== undefined) programs.push({name: 'app', argv: app.argv, folder: app.folder})
  return programs
}

async function needServices(tools: Tools): Promise<void> {
  const states = await (await tools.stack()).states()
  const missing = [...states].filter(([, {state}]) => state !== 'healthy').map(([name]) => name)
  if (missing.length === 0) return
  throw new MitraError('notReady', 'NO_SERVICES', `Not running: ${missing.join(', ')}.`, {
    hints: ['mitra up'],
  })
}

async function needFreePort(tools: Tools, port: number): Promise<void> {
  const sockets = await tools.sockets()
  if (await sockets.isPortFree(port)) return
  const holder = await sockets.portHolder(port)
  const who =
    holder?.pid === undefined ? 'another program' : `${holder.command ?? '?'} (pid ${holder.pid})`
  throw new MitraError('notReady', 'PORT_TAKEN', `Port ${port} is taken by ${who}.`, {
    hints: ['End it, or set ports.backend in mitra.yml.'],
  })
}
