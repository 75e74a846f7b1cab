import {dirname, join} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import type {Files} from '../../ports/files.js'
import type {JournalRun, Json, RunWriter, Step} from '../../ports/journal.js'
import type {Programs} from '../../ports/programs.js'
import {isRecorded, isUnrecorded} from './cut-off.js'
import {digestOfText} from './digest.js'

type Argv = readonly [string, ...string[]]

export interface BackendPlan {
  readonly steps: readonly Step[]
  readonly folder: string
}

interface BackendTools {
  readonly files: Files
  readonly programs: Programs
}

/** What is not there yet and will be when the plan is applied, and what earlier runs did. */
interface BackendProspect {
  readonly isComing: boolean
  readonly isPythonComing: boolean
  readonly runs: readonly JournalRun[]
}

const python = '.venv/bin/python'

const commands: Readonly<Record<string, Argv>> = {
  'projects.venv': ['python3', '-m', 'venv', '.venv'],
  'projects.requirements': [
    python,
    '-m',
    'pip',
    'install',
    '--disable-pip-version-check',
    '-r',
    'requirements.txt',
  ],
}

const allThere: BackendProspect = {isComing: false, isPythonComing: false, runs: []}

/** pip that reaches no index says at its end that there is no such version. */
const noIndex = /connection broken by|ProxyError|SSLError|Read timed out/
const offlineHint =
  'pip reached no package index: without a network, behind a proxy, or with another index in pip config list.'
const noVersion = /No matching distribution found for (.+)/

/** What `python-backend/` lacks to be run. Throws NO_BACKEND, PYTHON_TOO_OLD and NO_VENV. */
export async function planProject(
  root: string,
  tools: BackendTools,
  {isComing, isPythonComing, runs}: BackendProspect = allThere,
): Promise<BackendPlan> {
  const folder = `${root}/python-backend`
  if (!isComing) await needBackend(folder, tools)
  const hasVenv = !isComing && (await hasWholeVenv(folder, tools))
  if (!hasVenv && !isPythonComing) await needPython(tools, '/')
  const why = await whyRequirements(folder, hasVenv, tools)
  const steps = [
    ...venvSteps(folder, hasVenv, runs),
    ...(why === undefined ? [] : [requirementsStep(folder, why, isVenvOurs(hasVenv, runs))]),
  ]
  return {steps, folder}
}

export async function applyProject(
  {steps, folder}: BackendPlan,
  {run, ...tools}: BackendTools & {readonly run: RunWriter},
): Promise<void> {
  if (steps.length === 0) return
  const requirements = await needBackend(folder, tools)
  for (const step of steps) {
    await applyStep(step, folder, tools)
    // Written last: a run that was cut off is done again.
    if (step.id === 'projects.requirements') {
      await tools.files.write(stampPath(folder), digestOfText(requirements))
      await run.done(step.id)
    } else await run.done(step.id, {path: `${folder}/.venv`})
  }
}

async function applyStep({id, title, detail}: Step, folder: string, tools: BackendTools) {
  const argv = commands[id]
  if (argv === undefined || isEmpty(detail?.['commands'])) return
  if (id === 'projects.venv') await needPython(tools, folder)
  let isOffline = false
  let lacking: string | undefined
  const onLine = (line: string) => {
    isOffline ||= noIndex.test(line)
    lacking ??= noVersion.exec(line)?.[1]
  }
  const {code, lastLine} = await tools.programs.run({argv, folder, onLine})
  if (code === 0) return
  const message = `${title}: ${argv.join(' ')} ended with ${code}: ${lastLine}`
  const whole = `See it whole: cd ${folder} && ${argv.join(' ')}`
  const why = isOffline ? [offlineHint] : lackingHints(lacking)
  throw new MitraError('failed', 'BACKEND_NOT_READY', message, {hints: [...why, whole]})
}

/** pip that was told not to try again says of an index out of reach what it says of a wrong name. */
function lackingHints(requirement: string | undefined): readonly string[] {
  if (requirement === undefined) return []
  return [
    `pip found no ${requirement}: see its name, its version and the Python that it needs.`,
    `Are they right? Then ${offlineHint}`,
  ]
}

/** The backend with reload, on loopback. */
export function serveCommand(folder: string, port: number): Argv {
  return uvicorn(folder, port, ['--reload'])
}

/** The backend as it is kept; it ends within five seconds, whoever is still connected. */
export function keptCommand(folder: string, port: number): Argv {
  return uvicorn(folder, port, ['--timeout-graceful-shutdown', '5'])
}

function uvicorn(folder: string, port: number, further: readonly string[]): Argv {
  return [
    `${folder}/${python}`,
    '-m',
    'uvicorn',
    'main:app',
    ...further,
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--env-file',
    // The folder may be a link to one elsewhere, from where ../ leads to another place.
    join(dirname(folder), '.env.local'),
  ]
}

interface BackendInputs {
  /** Undefined while it is not prepared. */
  readonly inputs: string | undefined
  readonly isInstalled: boolean
  /** What it needs and is not there. */
  readonly missing: readonly string[]
}

/** What the backend is run with: a change of it needs another start. */
export async function backendInputs(root: string, files: Files): Promise<BackendInputs> {
  const own = ['main.py', 'requirements.txt', '.venv/.mitra-requirements']
  const paths = [...own.map((path) => `python-backend/${path}`), '.env.local']
  const texts = await Promise.all(paths.map((path) => files.read(`${root}/${path}`)))
  const missing = paths
    .filter((_, index) => texts[index] === undefined)
    .map((path) => path.replace(/\/\.mitra-requirements$/, ''))
  if (missing.length > 0) return {inputs: undefined, isInstalled: false, missing}
  const [, requirements = '', stamp, environment = ''] = texts
  const digest = digestOfText(requirements)
  const inputs = digestOfText(`${digest}\0${environment}`)
  return {inputs, isInstalled: stamp === digest, missing}
}

/** The text of requirements.txt. */
async function needBackend(folder: string, {files}: BackendTools): Promise<string> {
  const requirements = await files.read(`${folder}/requirements.txt`)
  if (requirements !== undefined && (await files.read(`${folder}/main.py`)) !== undefined) {
    return requirements
  }
  const message = `There is no backend: ${folder} needs main.py and requirements.txt.`
  throw new MitraError('config', 'NO_BACKEND', message, {
    hints: ['Clone the backend there, or: mitra init --with-backend'],
  })
}

/** pip comes last into a venv: one that was cut off has none. */
function hasWholeVenv(folder: string, tools: BackendTools): Promise<boolean> {
  return succeeds(tools, folder, [python, '-m', 'pip', '--version'])
}

async function whyRequirements(
  folder: string,
  hasVenv: boolean,
  {files}: BackendTools,
): Promise<string | undefined> {
  if (!hasVenv) return 'the venv is new'
  const stamp = await files.read(stampPath(folder))
  if (stamp === undefined) return 'it was not installed whole'
  const digest = digestOfText((await files.read(`${folder}/requirements.txt`)) ?? '')
  return stamp === digest ? undefined : 'requirements.txt changed'
}

function venvSteps(folder: string, hasVenv: boolean, runs: readonly JournalRun[]): readonly Step[] {
  const common = {id: 'projects.venv', undo: 'automatic'} as const
  if (!hasVenv) {
    const detail = detailOf('projects.venv', folder, [`${folder}/.venv`])
    return [{...common, title: 'Make python-backend/.venv', why: 'there is none', detail}]
  }
  if (!isUnrecorded(runs, 'projects.venv')) return []
  const why = 'the run that made it was cut off'
  const detail = {commands: [], files: []}
  return [{...common, title: 'Record python-backend/.venv', why, detail}]
}

function isVenvOurs(hasVenv: boolean, runs: readonly JournalRun[]): boolean {
  return !hasVenv || isUnrecorded(runs, 'projects.venv') || isRecorded(runs, 'projects.venv')
}

/** In a venv that a person made it cannot be taken back: what was there before is not known. */
function requirementsStep(folder: string, why: string, isOurs: boolean): Step {
  return {
    id: 'projects.requirements',
    title: 'Install requirements.txt into python-backend/.venv',
    why,
    undo: isOurs ? 'automatic' : 'no',
    detail: detailOf('projects.requirements', folder, [`${folder}/.venv`]),
  }
}

function detailOf(id: string, folder: string, files: readonly string[]) {
  return {commands: [[...(commands[id] ?? [])]], files, folder}
}

function isEmpty(list: Json | undefined): boolean {
  return Array.isArray(list) && list.length === 0
}

function stampPath(folder: string): string {
  return `${folder}/.venv/.mitra-requirements`
}

async function needPython(tools: BackendTools, folder: string): Promise<void> {
  const isNew = 'import sys; sys.exit(sys.version_info < (3, 11))'
  if (!(await succeeds(tools, folder, ['python3', '-c', isNew]))) {
    throw new MitraError(
      'failed',
      'PYTHON_TOO_OLD',
      'python3 on PATH is no Python 3.11 or newer.',
      {
        hints: ['On a Mac: brew install python', 'On Debian 12 or newer: apt install python3'],
      },
    )
  }
  if (!(await succeeds(tools, folder, ['python3', '-c', 'import ensurepip, venv']))) {
    throw new MitraError('failed', 'NO_VENV', 'This python3 cannot make a venv.', {
      hints: ['On Debian and Ubuntu: apt install python3-venv'],
    })
  }
}

async function succeeds({programs}: BackendTools, folder: string, argv: Argv): Promise<boolean> {
  try {
    return (await programs.run({argv, folder, timeoutMs: 20_000})).code === 0
  } catch (error) {
    if (codeOf(error) === 'CANNOT_RUN') return false
    throw error
  }
}
