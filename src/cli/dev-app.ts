import {MitraError} from '../errors.js'
import {findDevices, hasApp} from '../features/projects/app.js'
import {
  apiFor,
  deviceText,
  pickDevice,
  type AppApi,
  type Device,
} from '../features/projects/devices.js'
import {isInteractive} from './confirm.js'
import type {Tools} from './tools.js'

export interface AppChoice {
  /** The id or the name of a device. */
  readonly named: string | undefined
  /** The backend may be opened to the network. */
  readonly isOnLan: boolean
  /** Without an app there is nothing to run. */
  readonly isNeeded: boolean
  readonly say: (line: string) => void
}

export interface ChosenApp {
  readonly device: Device
  readonly api: AppApi
}

/** The device of the app and how it reaches the API; undefined, with one line why, where it cannot run. */
export async function chooseApp(tools: Tools, choice: AppChoice): Promise<ChosenApp | undefined> {
  const {layout} = await tools.workspace()
  const isNeeded = choice.isNeeded || choice.named !== undefined
  if (!(await hasApp(layout.root, await tools.files()))) {
    if (isNeeded) throw noApp(layout.root)
    return undefined
  }
  const devices = await findDevices(layout.root, await tools.programs())
  const picked = devices === undefined ? undefined : pickDevice(devices, choice.named)
  if (picked === undefined) {
    const reason = devices === undefined ? 'flutter is not on PATH' : noDevice(devices)
    if (isNeeded) throw new MitraError('failed', 'NO_DEVICE', `The app cannot run: ${reason}.`)
    choice.say(`Only the backend is run: ${reason}.`)
    return undefined
  }
  const device = 'id' in picked ? picked : await chooseDevice(picked)
  return {device, api: apiFor(device, await placesOf(tools, choice.isOnLan))}
}

async function placesOf(tools: Tools, isOnLan: boolean) {
  const {nginx: nginxPort, backend: backendPort} = await tools.ports()
  const lanAddress = isOnLan ? await (await tools.lan()).address() : undefined
  if (isOnLan && lanAddress === undefined) {
    throw new MitraError('notReady', 'NO_LAN', 'This machine has no address on a network.', {
      hints: ['Join the network that the phone is on, or leave out --lan.'],
    })
  }
  return {nginxPort, backendPort, lanAddress}
}

/** Asks on a terminal; elsewhere a missing `--device` is an error that names the ids. */
async function chooseDevice(devices: readonly Device[]): Promise<Device> {
  if (!isInteractive()) {
    throw new MitraError('usage', 'NEEDS_DEVICE', 'There is more than one device.', {
      hints: devices.map(({id, name}) => `mitra dev --device ${id}: ${name}`),
    })
  }
  const {select} = await import('@inquirer/prompts')
  const choices = devices.map((device) => ({name: deviceText(device), value: device}))
  try {
    return await select({message: 'Run the app on:', choices}, {output: process.stderr})
  } catch (error) {
    // Ctrl-C, or the terminal was closed.
    if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error
    throw new MitraError('interrupted', 'INTERRUPTED', 'Nothing was changed.')
  }
}

function noDevice(devices: readonly Device[]): string {
  const ids = devices.map(({id}) => id)
  const others = ids.length === 0 ? '' : `; --device takes ${ids.join(' or ')}`
  return `no phone, emulator or simulator is there${others}`
}

function noApp(root: string): MitraError {
  const message = `There is no app: ${root}/flutter-app has no pubspec.yaml.`
  return new MitraError('config', 'NO_APP', message, {hints: ['Clone the app there.']})
}
