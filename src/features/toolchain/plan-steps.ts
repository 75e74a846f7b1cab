import type {Step} from '../../ports/journal.js'
import type {CommandLine} from '../../ports/packages.js'
import {
  brewfileStep,
  choicesStep,
  leftoverStep,
  lockStep,
  refreshStep,
  type FileBefore,
} from './leftover.js'

/** A file of the workspace, as it is and as it should be. */
export interface WantedText {
  readonly path: string
  readonly now: string | undefined
  readonly wanted: string
}

/** A file that will be written. */
export interface TextWork {
  readonly path: string
  /** For undo: of a run that was cut off too. */
  readonly before: string | null
}

/** Undefined when the file is as it should be and undo knows it. */
export function planWrite(
  {path, now, wanted}: WantedText,
  willChange: boolean,
  leftover: FileBefore | undefined,
): TextWork | undefined {
  const before = leftover === undefined ? (now ?? null) : leftover.before
  const wasCutOff = leftover !== undefined && now !== undefined && now !== leftover.before
  return willChange || now !== wanted || wasCutOff ? {path, before} : undefined
}

export function repairStep(commands: readonly CommandLine[], needsPassword: boolean): Step {
  return {
    id: 'toolchain.repair',
    title: 'Finish what dpkg was interrupted in',
    why: 'dpkg --audit names packages that are half there',
    undo: 'no',
    detail: {commands, files: [], needsPassword},
  }
}

export function listsStep(
  command: CommandLine,
  {manager, needsPassword}: {readonly manager: 'apt' | 'brew'; readonly needsPassword: boolean},
): Step {
  return {
    id: refreshStep,
    title: 'Get the lists of packages',
    why: `${manager} does not know all that is needed`,
    undo: 'no',
    detail: {commands: [command], files: [], needsPassword},
  }
}

export function recordStep(packages: readonly string[]): Step {
  return {
    id: leftoverStep,
    title: `Record ${packages.length} packages of a run that was cut off`,
    why: 'undo needs to know them',
    undo: 'automatic',
    detail: {commands: [], files: [], packages},
  }
}

export function writeLockStep({path, before}: TextWork): Step {
  return {
    id: lockStep,
    title: 'Write the versions to mitra.lock',
    why: before === null ? 'not there yet' : 'versions changed',
    undo: 'automatic',
    detail: {commands: [], files: [path], before},
  }
}

export function rememberStep({path, before}: TextWork): Step {
  return {
    id: choicesStep,
    title: 'Remember what was chosen',
    why: 'the next run does not ask',
    undo: 'automatic',
    detail: {commands: [], files: [path], before},
  }
}

export function writeBrewfileStep({path, before}: TextWork): Step {
  return {
    id: brewfileStep,
    title: "Write mitra's part of the Brewfile",
    why: before === null ? 'not there yet' : 'the tools changed',
    undo: 'automatic',
    detail: {commands: [], files: [path], before},
  }
}
