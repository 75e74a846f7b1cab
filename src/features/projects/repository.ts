import {MitraError} from '../../errors.js'
import type {Folders} from '../../ports/folders.js'
import type {JournalRun, RunWriter, Step} from '../../ports/journal.js'
import type {CommandLine} from '../../ports/packages.js'
import type {Progress} from '../../ports/progress.js'
import type {Repositories} from '../../ports/repositories.js'
import {isUnrecorded} from './cut-off.js'

/** A program of the platform and where it lies in a workspace. */
export const projects = {
  backend: {folder: 'python-backend', title: 'the backend'},
  app: {folder: 'flutter-app', title: 'the app'},
} as const

export type ProjectName = keyof typeof projects

interface CloneWish {
  readonly project: ProjectName
  readonly root: string
  /** Empty when nobody named one. */
  readonly address: string
  /** Where it is written: `mitra.yml:12`. */
  readonly where: string
  readonly runs: readonly JournalRun[]
}

interface CloneTools {
  readonly folders: Folders
  readonly repositories: Repositories
}

export interface ClonePlan {
  readonly state: 'there' | 'comes' | 'none'
  readonly step: Step | undefined
  readonly root: string
  readonly path: string
  readonly temporary: string
  /** Undefined when only the record is missing. */
  readonly command: CommandLine | undefined
}

/** Finds the project's folder, or plans its clone. Throws REPOSITORY_PASSWORD. */
export async function planClone(wish: CloneWish, tools: CloneTools): Promise<ClonePlan> {
  const {project, root, address} = wish
  const path = `${root}/${projects[project].folder}`
  if (await tools.folders.isOther(path)) {
    throw new MitraError('refused', 'NO_FOLDER', `${path} is there and is no folder.`, {
      hints: ['Move it away, then run this again.'],
    })
  }
  const isThere = !(await tools.folders.isFree(path))
  const temporary = await freeName(path, tools.folders)
  const parts = {root, path, temporary, command: undefined, step: undefined}
  if (isThere && (address === '' || !isUnrecorded(wish.runs, stepId(project)))) {
    return {...parts, state: 'there'}
  }
  if (address === '') return {...parts, state: 'none'}
  refusePassword(wish)
  const into = temporary.slice(root.length + 1)
  const command = isThere ? undefined : tools.repositories.cloneCommand(address, into)
  return {
    ...parts,
    state: isThere ? 'there' : 'comes',
    command,
    step: cloneStep(wish, path, command),
  }
}

/** Cloned beside its place and then renamed: a kill leaves nothing that looks whole. */
export async function applyClone(
  {step, command, root, path, temporary}: ClonePlan,
  {folders, repositories, run, progress}: CloneTools & {run: RunWriter; progress: Progress},
): Promise<void> {
  if (step === undefined) return
  progress.started(step.id)
  if (command !== undefined) {
    try {
      const onLine = (line: string) => progress.note(step.id, line.split('\r').at(-1) ?? line)
      await repositories.clone({command, folder: root, onLine})
    } catch (error) {
      await folders.remove(temporary)
      throw error
    }
    await folders.move(temporary, path)
  }
  await run.done(step.id, {path})
  for (const left of await leftOf(path, folders)) await folders.remove(left)
}

function cloneStep(
  {project, address}: CloneWish,
  path: string,
  command: CommandLine | undefined,
): Step {
  const {folder} = projects[project]
  const commands = command === undefined ? [] : [[...command]]
  return {
    id: stepId(project),
    title:
      command === undefined ? `Record the clone in ${folder}/` : `Clone ${address} to ${folder}/`,
    why: command === undefined ? 'the run that made it was cut off' : `there is no ${folder}/`,
    undo: 'automatic',
    detail: {commands, files: command === undefined ? [] : [path]},
  }
}

function stepId(project: ProjectName): string {
  return `projects.clone.${project}`
}

const mostLeft = 9

/** Another name for each try: a git of a run that was killed may still write to the last one. */
async function freeName(path: string, folders: Folders): Promise<string> {
  for (let number = 1; number < mostLeft; number += 1) {
    if (await folders.isFree(temporaryName(path, number))) return temporaryName(path, number)
  }
  return temporaryName(path, mostLeft)
}

async function leftOf(path: string, folders: Folders): Promise<readonly string[]> {
  const names = Array.from({length: mostLeft}, (_, index) => temporaryName(path, index + 1))
  const have = await Promise.all(names.map((name) => folders.has(name)))
  return names.filter((_, index) => have[index])
}

function temporaryName(path: string, number: number): string {
  const slash = path.lastIndexOf('/')
  return `${path.slice(0, slash)}/.${path.slice(slash + 1)}.clone-${number}`
}

/** The address would be read in the list of processes, in the journal and in the repository. */
function refusePassword({project, address, where}: CloneWish): void {
  if (!holdsPassword(address)) return
  const message = `${where} repositories.${project}: the address holds a name, password or token.`
  throw new MitraError('config', 'REPOSITORY_PASSWORD', message, {
    hints: ['Write it without, and let a credential helper of git or a key say who you are.'],
  })
}

/** A password may hold a slash, so that all before the `@` counts; a token may be in the query. */
function holdsPassword(address: string): boolean {
  if (/^file:/i.test(address) || !/^\w+:\/\//.test(address)) return false
  return /[?#]/.test(address) || /^https?:.*@/i.test(address) || /^\w+:\/\/[^@]*:.*@/.test(address)
}
