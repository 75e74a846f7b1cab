import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {Files} from '../../ports/files.js'
import type {JournalRun, RunWriter, Step} from '../../ports/journal.js'
import type {BackendStatus, KeptBackend} from '../../ports/kept-backend.js'
import type {Programs} from '../../ports/programs.js'
import type {Progress} from '../../ports/progress.js'
import type {Sockets} from '../../ports/sockets.js'
import {isUnrecorded} from './cut-off.js'
import {applyProject, backendInputs, keptCommand, planProject, type BackendPlan} from './backend.js'

interface KeptTools {
  readonly backend: KeptBackend
  readonly files: Files
  readonly programs: Programs
  readonly sockets: Sockets
}

/** The kept backend as it is, and whether it can be started. */
export interface KeptState {
  readonly status: BackendStatus
  /** Undefined while python-backend/ is not prepared. */
  readonly inputs: string | undefined
  readonly isInstalled: boolean
  /** What it is to be started with and is not there. */
  readonly missing: readonly string[]
  /** Who has its port while it is down. */
  readonly taken: string | undefined
  /** Who runs it instead of mitra, or why `up` leaves it as it is. */
  readonly note: string | undefined
}

export interface KeptPlan {
  readonly steps: readonly Step[]
  readonly root: string
  /** What brings the venv to a changed requirements.txt. */
  readonly project: BackendPlan | undefined
}

const prepare = 'mitra setup --profile backend'

export async function observeKept(
  root: string,
  {backend, files, sockets}: Omit<KeptTools, 'programs'>,
): Promise<KeptState> {
  const [status, found] = await Promise.all([backend.status(), backendInputs(root, files)])
  const {inputs, isInstalled, missing} = found
  const isDown = status.state === 'stopped' || status.state === 'failed'
  const taken = isDown ? await takenBy(backend.port, sockets) : undefined
  const lacks = isDown ? `not prepared: ${prepare}` : `it runs without ${missing.join(', ')}`
  const note = devNote(status) ?? (inputs === undefined ? lacks : taken)
  return {status, inputs, isInstalled, missing, taken, note}
}

/** Undefined while no `mitra dev` runs it. */
function devNote({devPid}: BackendStatus): string | undefined {
  return devPid === undefined ? undefined : `mitra dev runs it (pid ${devPid})`
}

/** What `mitra dev` runs is its own. Throws DEV_RUNS. */
export function refuseBesideDev(status: BackendStatus, what: string): void {
  const note = devNote(status)
  if (note === undefined) return
  throw new MitraError('notReady', 'DEV_RUNS', `${what}: ${note}.`, {
    hints: ['End it where it runs, with Ctrl-C.', 'mitra status'],
  })
}

/** Undefined for a free port. */
async function takenBy(port: number, sockets: Sockets): Promise<string | undefined> {
  if (await sockets.isPortFree(port)) return undefined
  const {pid, command = 'another program'} = (await sockets.portHolder(port)) ?? {}
  return `port ${port} is taken by ${pid === undefined ? command : `${command} (pid ${pid})`}`
}

interface KeptWish {
  readonly root: string
  /** Asked for by its name: what is in the way is then an error. */
  readonly isNamed: boolean
  /** It will be prepared before this plan is applied. */
  readonly isComing: boolean
  readonly isRestart: boolean
  readonly runs: readonly JournalRun[]
}

/** Starts it where it is prepared and down, or was started with other settings. */
export async function planKeptStart(
  wish: KeptWish,
  state: KeptState,
  tools: KeptTools,
): Promise<KeptPlan> {
  const {root, isNamed, isComing} = wish
  const {status, inputs, isInstalled} = state
  const isReady = canStart(state, isComing)
  if (isNamed && !isReady) refuseNamed(state)
  const why = isReady ? whyStart(status, inputs, wish) : undefined
  if (why === undefined) return {steps: [], root, project: undefined}
  const step = startStep(root, tools.backend.port, why)
  if (isComing || isInstalled) return {steps: [step], root, project: undefined}
  const project = await planProject(root, tools)
  return {steps: [...project.steps, step], root, project}
}

function canStart({status, inputs, taken}: KeptState, isComing: boolean): boolean {
  if (taken !== undefined || status.devPid !== undefined) return false
  return inputs !== undefined || isComing
}

function refuseNamed({status, taken, note}: KeptState): void {
  refuseBesideDev(status, 'The backend was not started')
  if (note !== undefined) throw notStarted(note, taken !== undefined)
}

function startStep(root: string, port: number, why: string): Step {
  return {
    id: 'backend.start',
    title: `Start the backend on port ${port}`,
    why,
    undo: 'automatic',
    detail: {port, commands: [[...keptCommand(`${root}/python-backend`, port)]], files: []},
  }
}

function whyStart(
  {state, inputs: started}: BackendStatus,
  inputs: string | undefined,
  {isComing, isRestart, runs}: KeptWish,
): string | undefined {
  if (state !== 'healthy') return `it is ${state}`
  if (isRestart) return 'it is restarted'
  if (isComing) return 'what it needs is made anew'
  if (started !== inputs) return 'requirements.txt or .env.local changed'
  return isUnrecorded(runs, 'backend.start') ? 'the run that started it was cut off' : undefined
}

export async function applyKeptStart(
  {steps, root, project}: KeptPlan,
  {run, progress, backend, ...tools}: KeptTools & {run: RunWriter; progress: Progress},
): Promise<void> {
  if (steps.length === 0) return
  try {
    if (project !== undefined) await applyProject(project, {...tools, run})
    progress.started('backend.start')
    await startPrepared(root, {backend, files: tools.files})
    await run.done('backend.start')
  } catch (error) {
    await run.failed('backend.start', codeOf(error) ?? 'UNEXPECTED', messageOf(error))
    throw error
  }
}

/** Starts it as the files are now. Throws NO_BACKEND_KEPT while it is not prepared. */
export async function startPrepared(
  root: string,
  {backend, files}: Pick<KeptTools, 'backend' | 'files'>,
): Promise<void> {
  const {inputs} = await backendInputs(root, files)
  if (inputs === undefined) throw notStarted(`not prepared: ${prepare}`)
  await backend.start(keptCommand(`${root}/python-backend`, backend.port), inputs)
}

export function planKeptStop({state, devPid}: BackendStatus): readonly Step[] {
  if (state === 'stopped' || devPid !== undefined) return []
  const title = 'Stop the backend'
  return [{id: 'backend.stop', title, why: `it is ${state}`, undo: 'automatic'}]
}

export async function applyKeptStop(
  steps: readonly Step[],
  {backend, run, progress}: {backend: KeptBackend; run: RunWriter; progress: Progress},
): Promise<void> {
  if (!steps.some(({id}) => id === 'backend.stop')) return
  progress.started('backend.stop')
  await backend.stop()
  await run.done('backend.stop')
}

function notStarted(note: string, isTaken = false): MitraError {
  const hint = isTaken ? 'End it, or set ports.backend in mitra.yml.' : prepare
  return new MitraError('notReady', 'NO_BACKEND_KEPT', `The backend was not started: ${note}.`, {
    hints: [hint, 'mitra status'],
  })
}
