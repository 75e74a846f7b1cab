import {MitraError} from '../../errors.js'
import type {Files} from '../../ports/files.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {Programs} from '../../ports/programs.js'
import {digestOfText} from './digest.js'

const argv = ['flutter', 'pub', 'get'] as const
const stepId = 'projects.packages'

interface PubGetTools {
  readonly files: Files
  readonly programs: Programs
}

export interface PubGetPlan {
  readonly steps: readonly Step[]
  readonly folder: string
}

/** The packages of the app, got again when pubspec.yaml or pubspec.lock changed. */
export async function planPubGet(
  root: string,
  files: Files,
  isComing: boolean,
): Promise<PubGetPlan> {
  const folder = `${root}/flutter-app`
  const digest = await digestOf(folder, files)
  if (digest === undefined && !isComing) return {steps: [], folder}
  const stamp = await files.read(stampPath(folder))
  if (stamp !== undefined && stamp === digest) return {steps: [], folder}
  const step: Step = {
    id: stepId,
    title: 'Get the packages of flutter-app/',
    why: stamp === undefined ? 'they were not got yet' : 'pubspec.yaml or pubspec.lock changed',
    undo: 'no',
    detail: {
      commands: [[...argv]],
      files: [`${folder}/.dart_tool`, `${folder}/pubspec.lock`],
      folder,
    },
  }
  return {steps: [step], folder}
}

export async function applyPubGet(
  {steps, folder}: PubGetPlan,
  {files, programs, run}: PubGetTools & {readonly run: RunWriter},
): Promise<void> {
  if (steps.length === 0) return
  if ((await digestOf(folder, files)) === undefined) {
    throw new MitraError('config', 'NO_APP', `There is no ${folder}/pubspec.yaml.`, {
      hints: ['Does repositories.app in mitra.yml name the app?'],
    })
  }
  const {code, lastLine} = await programs.run({argv: [...argv], folder})
  if (code !== 0) {
    throw new MitraError(
      'failed',
      'APP_NOT_READY',
      `flutter pub get ended with ${code}: ${lastLine}`,
      {
        hints: [`See it whole: cd ${folder} && flutter pub get`],
      },
    )
  }
  // Written last, and of what flutter left: a run that was cut off is done again.
  await files.write(stampPath(folder), (await digestOf(folder, files)) ?? '')
  await run.done(stepId)
}

async function digestOf(folder: string, files: Files): Promise<string | undefined> {
  const pubspec = await files.read(`${folder}/pubspec.yaml`)
  if (pubspec === undefined) return undefined
  const lock = await files.read(`${folder}/pubspec.lock`)
  return digestOfText(`${pubspec}\0${lock ?? ''}`)
}

function stampPath(folder: string): string {
  return `${folder}/.dart_tool/.mitra-pubspec`
}
