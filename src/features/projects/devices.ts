import {MitraError} from '../../errors.js'

type DeviceKind = 'emulator' | 'simulator' | 'android' | 'iphone' | 'desktop' | 'web'

/** Something that the app can run on. */
export interface Device {
  readonly id: string
  readonly name: string
  readonly kind: DeviceKind
  /** "Android 14 (API 34)". */
  readonly system: string
}

const mobile: ReadonlySet<DeviceKind> = new Set(['emulator', 'simulator', 'android', 'iphone'])

/**
 * What `flutter devices --machine` said. Flutter puts banners before, after and on the line of its
 * document (flutter#73977, #122814): it is looked for. Throws NO_DEVICE_LIST.
 */
export function readDevices(output: string): readonly Device[] {
  const entries = listIn(output)
  if (entries === undefined) {
    throw new MitraError('failed', 'NO_DEVICE_LIST', 'flutter devices --machine gave no list.', {
      hints: ['See what it says: flutter devices --machine', 'mitra dev --only backend'],
    })
  }
  return entries.flatMap((entry) => {
    const device = deviceOf(new Map(Object.entries(entry)))
    return device === undefined ? [] : [device]
  })
}

/**
 * The device to run on: the one that is named, else the only phone, emulator or simulator. A desktop or a
 * browser is there on every laptop, so it has to be named. Undefined when there is nothing; a list when
 * somebody has to choose.
 */
export function pickDevice(
  devices: readonly Device[],
  named: string | undefined,
): Device | readonly Device[] | undefined {
  if (named === undefined) {
    const mobiles = devices.filter(({kind}) => mobile.has(kind))
    return mobiles.length > 1 ? mobiles : mobiles[0]
  }
  // Flutter's own -d takes a part of id or name too; the whole is never ambiguous.
  const found = devices.find(({id, name}) => id === named || name === named)
  if (found !== undefined) return found
  const hints = [
    devices.length === 0
      ? 'flutter devices shows none.'
      : `There are: ${devices.map(deviceText).join('; ')}.`,
  ]
  throw new MitraError('usage', 'UNKNOWN_DEVICE', `No such device: ${named}.`, {hints})
}

/** "Pixel 8 (emulator-5554, Android 14)" */
export function deviceText({id, name, system}: Device): string {
  return `${name} (${id}, ${system})`
}

interface ApiPlaces {
  readonly nginxPort: number
  readonly backendPort: number
  /** Our address on the network; undefined while nobody asked to be reached there. */
  readonly lanAddress: string | undefined
}

export interface AppApi {
  readonly url: string
  /** The port of this machine that the device is to have as its own. */
  readonly carriedPort?: number
  /** What has to be opened to the network. */
  readonly opened?: {readonly address: string; readonly port: number}
}

/** Where the app on that device finds the API. Throws NEEDS_LAN. */
export function apiFor(device: Device, {nginxPort, backendPort, lanAddress}: ApiPlaces): AppApi {
  // Loopback of the machine, as the Android emulator calls it.
  if (device.kind === 'emulator') return {url: `http://10.0.2.2:${nginxPort}/api`}
  if (device.kind !== 'android' && device.kind !== 'iphone') {
    return {url: `http://127.0.0.1:${nginxPort}/api`}
  }
  // Of all that Nginx has, the network gets the backend alone.
  if (lanAddress !== undefined) {
    const opened = {address: lanAddress, port: backendPort}
    return {url: `http://${lanAddress}:${backendPort}`, opened}
  }
  if (device.kind === 'android') {
    return {url: `http://127.0.0.1:${nginxPort}/api`, carriedPort: nginxPort}
  }
  const message = `${device.name} reaches this machine through the network only.`
  throw new MitraError('refused', 'NEEDS_LAN', message, {
    hints: [
      'mitra dev --lan opens the backend, nothing else, to everyone on the network.',
      'mitra dev --only backend',
    ],
  })
}

function listIn(output: string): readonly object[] | undefined {
  const starts = [...output.matchAll(/\[/g)].map(({index}) => index)
  const ends = [...output.matchAll(/\]/g)].map(({index}) => index + 1).toReversed()
  for (const start of starts) {
    for (const end of ends.filter((index) => index > start)) {
      const list = parsedList(output.slice(start, end))
      if (list !== undefined) return list
    }
  }
  return undefined
}

function parsedList(text: string): readonly object[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isList = Array.isArray(value) && value.every((one) => typeof one === 'object' && one)
    return isList ? value : undefined
  } catch {
    return undefined
  }
}

function deviceOf(entry: ReadonlyMap<string, unknown>): Device | undefined {
  const text = (name: string) => {
    const value = entry.get(name)
    return typeof value === 'string' ? value : ''
  }
  const id = text('id')
  if (id === '' || entry.get('isSupported') === false) return undefined
  const kind = kindOf(text('targetPlatform'), entry.get('emulator') === true)
  return {id, name: text('name') || id, kind, system: text('sdk')}
}

/** `android-arm64`, `ios`, `darwin`, `linux-x64`, `windows-x64`, `web-javascript`. */
function kindOf(platform: string, isEmulated: boolean): DeviceKind {
  if (platform.startsWith('android')) return isEmulated ? 'emulator' : 'android'
  if (platform.startsWith('ios')) return isEmulated ? 'simulator' : 'iphone'
  return platform.startsWith('web') ? 'web' : 'desktop'
}
