import {codeOf, MitraError} from '../../errors.js'
import type {Files} from '../../ports/files.js'
import type {Host} from '../../ports/host.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {Programs} from '../../ports/programs.js'
import {readDevices, type AppApi, type Device} from './devices.js'

type Argv = readonly [string, ...string[]]

interface AppTools {
  readonly files: Files
  readonly programs: Programs
  readonly host: Host
}

interface AppWish {
  /** The workspace's. */
  readonly root: string
  readonly state: string
  readonly device: Device
  readonly api: AppApi
}

export interface AppPlan {
  readonly steps: readonly Step[]
  readonly defines: {readonly path: string; readonly text: string}
  readonly reverse: Argv | undefined
  readonly folder: string
  readonly argv: Argv
}

const longestMs = 60_000

export function hasApp(root: string, files: Files): Promise<boolean> {
  return files.read(`${root}/flutter-app/pubspec.yaml`).then((text) => text !== undefined)
}

/** What the app can run on now; undefined without a `flutter`. Throws NO_DEVICE_LIST. */
export async function findDevices(
  root: string,
  programs: Programs,
): Promise<readonly Device[] | undefined> {
  const argv: Argv = ['flutter', 'devices', '--machine']
  try {
    const folder = `${root}/flutter-app`
    return readDevices((await programs.run({argv, folder, timeoutMs: longestMs})).output)
  } catch (error) {
    if (codeOf(error) === 'CANNOT_RUN') return undefined
    throw error
  }
}

/** What the app lacks to be run on the device. Throws NO_ADB and DEVICE_NOT_READY. */
export async function planApp(wish: AppWish, tools: AppTools): Promise<AppPlan> {
  const folder = `${wish.root}/flutter-app`
  const path = `${wish.state}/dart-defines.json`
  const text = `${JSON.stringify({API_BASE_URL: wish.api.url}, undefined, 2)}\n`
  const before = await tools.files.read(path)
  const reverse = wish.api.carriedPort === undefined ? undefined : await planReverse(wish, tools)
  const steps = [
    ...(before === text ? [] : [definesStep(wish, path, before)]),
    ...(reverse === undefined ? [] : [reverseStep(wish, reverse)]),
  ]
  const argv: Argv = [
    'flutter',
    'run',
    '--device-id',
    wish.device.id,
    `--dart-define-from-file=${path}`,
  ]
  return {steps, defines: {path, text}, reverse, folder, argv}
}

export async function applyApp(
  {steps, defines, reverse, folder}: AppPlan,
  {files, programs, run}: AppTools & {readonly run: RunWriter},
): Promise<void> {
  for (const {id, title} of steps) {
    if (id === 'projects.defines') await files.write(defines.path, defines.text, 0o600)
    if (id === 'projects.reverse' && reverse !== undefined) {
      const {code, lastLine} = await programs.run({argv: reverse, folder, timeoutMs: longestMs})
      if (code !== 0) throw notReady(`${title}: ${reverse.join(' ')} ended with ${code}`, lastLine)
    }
    await run.done(id)
  }
}

function definesStep({device, api}: AppWish, path: string, before: string | undefined): Step {
  return {
    id: 'projects.defines',
    title: `Write .mitra/dart-defines.json: API_BASE_URL=${api.url}`,
    why: before === undefined ? 'there is no such file' : `it does not fit ${device.name}`,
    undo: 'no',
    detail: {commands: [], files: [path]},
  }
}

function reverseStep({device, api}: AppWish, argv: Argv): Step {
  return {
    id: 'projects.reverse',
    title: `Carry port ${api.carriedPort} of ${device.name} to this machine, until it is unplugged`,
    why: 'it reaches the API that way',
    undo: 'no',
    detail: {commands: [[...argv]], files: []},
  }
}

/** The command that is still needed; undefined when the device has the port. */
async function planReverse(
  {root, device, api}: AppWish,
  tools: AppTools,
): Promise<Argv | undefined> {
  const adb = await findAdb(root, tools)
  const socket = `tcp:${api.carriedPort}`
  const argv: Argv = [adb, '-s', device.id, 'reverse', '--list']
  const listed = await tools.programs.run({argv, folder: root, timeoutMs: longestMs})
  if (listed.code !== 0) {
    throw notReady(`${argv.join(' ')} ended with ${listed.code}`, listed.lastLine)
  }
  // `UsbFfs tcp:8080 tcp:8080`: the transport, the device's socket, ours.
  const rows = listed.output.split('\n').map((line) => line.trim().split(/\s+/))
  const isThere = rows.some((row) => row.at(-2) === socket && row.at(-1) === socket)
  return isThere ? undefined : [adb, '-s', device.id, 'reverse', socket, socket]
}

/** Android Studio does not put it on PATH. */
async function findAdb(root: string, {programs, host}: AppTools): Promise<string> {
  const folders = ['ANDROID_HOME', 'ANDROID_SDK_ROOT'].flatMap((name) => {
    const folder = host.variables.get(name) ?? ''
    return folder === '' ? [] : [folder]
  })
  const places = [...folders, `${host.homeFolder}/Library/Android/sdk`].concat(
    `${host.homeFolder}/Android/Sdk`,
  )
  for (const name of ['adb', ...places.map((place) => `${place}/platform-tools/adb`)]) {
    try {
      const {code} = await programs.run({argv: [name, '--version'], folder: root})
      if (code === 0) return name
    } catch (error) {
      if (codeOf(error) !== 'CANNOT_RUN') throw error
    }
  }
  throw new MitraError('failed', 'NO_ADB', 'There is no adb to carry the port to the phone.', {
    hints: [
      'It is in platform-tools of the Android SDK: put that folder on PATH, or set ANDROID_HOME.',
      'mitra dev --lan needs none.',
    ],
  })
}

function notReady(message: string, lastLine: string): MitraError {
  return new MitraError('failed', 'DEVICE_NOT_READY', `${message}: ${lastLine}`, {
    hints: ['Is it unlocked, and does it trust this machine? adb devices', 'mitra dev --lan'],
  })
}
