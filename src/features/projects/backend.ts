import {createHash} from 'node:crypto'
import {codeOf, MitraError} from '../../errors.js'
import type {Files} from '../../ports/files.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {Programs} from '../../ports/programs.js'

type Argv = readonly [string, ...string[]]

export interface BackendPlan {
  readonly steps: readonly Step[]
  readonly folder: string
  /** Of requirements.txt. */
  readonly digest: string
}

interface BackendTools {
  readonly files: Files
  readonly programs: Programs
}

const commands: Readonly<Record<string, Argv>> = {
  'projects.venv': ['python3', '-m', 'venv', '.venv'],
  'projects.requirements': [
    '.venv/bin/python',
    '-m',
    'pip',
    'install',
    '--disable-pip-version-check',
    '-r',
    'requirements.txt',
  ],
}

/** What `python-backend/` lacks to be run. Throws NO_BACKEND, PYTHON_TOO_OLD and NO_VENV. */
export async function planProject(root: string, tools: BackendTools): Promise<BackendPlan> {
  const folder = `${root}/python-backend`
  const requirements = await tools.files.read(`${folder}/requirements.txt`)
  if (requirements === undefined || (await tools.files.read(`${folder}/main.py`)) === undefined) {
    const message = `There is no backend: ${folder} needs main.py and requirements.txt.`
    throw new MitraError('config', 'NO_BACKEND', message, {
      hints: ['Clone the backend there, or: mitra init --with-backend'],
    })
  }
  const digest = createHash('sha256').update(requirements).digest('hex')
  // pip comes last into a venv: one that was cut off has none.
  const hasVenv = await succeeds(tools, folder, ['.venv/bin/python', '-m', 'pip', '--version'])
  if (!hasVenv) await needPython(tools, folder)
  const stamp = hasVenv ? await tools.files.read(stampPath(folder)) : undefined
  const steps = [
    ...(hasVenv ? [] : [stepOf('projects.venv', 'Make python-backend/.venv', 'there is none')]),
    ...(stamp === digest
      ? []
      : [
          stepOf(
            'projects.requirements',
            'Install requirements.txt into python-backend/.venv',
            stamp === undefined ? 'it was not installed whole' : 'requirements.txt changed',
          ),
        ]),
  ]
  return {steps, folder, digest}
}

export async function applyProject(
  {steps, folder, digest}: BackendPlan,
  {run, ...tools}: BackendTools & {readonly run: RunWriter},
): Promise<void> {
  for (const {id, title} of steps) {
    const argv = commands[id]
    if (argv === undefined) continue
    const {code, lastLine} = await tools.programs.run({argv, folder})
    if (code !== 0) {
      const message = `${title}: ${argv.join(' ')} ended with ${code}: ${lastLine}`
      throw new MitraError('failed', 'BACKEND_NOT_READY', message, {
        hints: [`See it whole: cd ${folder} && ${argv.join(' ')}`],
      })
    }
    // Written last: a run that was cut off is done again.
    if (id === 'projects.requirements') await tools.files.write(stampPath(folder), digest)
    await run.done(id)
  }
}

/** The backend with reload, on loopback. */
export function serveCommand(folder: string, port: number): Argv {
  return [
    `${folder}/.venv/bin/python`,
    '-m',
    'uvicorn',
    'main:app',
    '--reload',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--env-file',
    '../.env.local',
  ]
}

function stepOf(id: string, title: string, why: string): Step {
  return {id, title, why, undo: 'no', detail: {command: [...(commands[id] ?? [])]}}
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
