import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import {apiFor, pickDevice, readDevices} from '../../../src/features/projects/devices.js'

const said = (name: string) =>
  readFileSync(
    fileURLToPath(new URL(`../../fixtures/flutter/${name}.txt`, import.meta.url)),
    'utf8',
  )
const places = {nginxPort: 8080, backendPort: 8000, lanAddress: undefined}
const picked = (name: string, named?: string) => pickDevice(readDevices(said(name)), named)

describe('the list of flutter devices', () => {
  test.each([
    ['emulator', ['emulator emulator-5554', 'desktop macos']],
    [
      'simulator',
      ['simulator 6A00D6B8-A02C-4FAB-B8BA-E5021707C1B0', 'desktop macos', 'web chrome'],
    ],
    ['android', ['android 38281FDJH00A2B']],
    ['iphone', ['iphone 00008110-001A34D92E88401E', 'desktop macos']],
    ['none', []],
  ])('is found among the banners of %s', (name, devices) => {
    expect(readDevices(said(name)).map(({kind, id}) => `${kind} ${id}`)).toEqual(devices)
  })

  test('leaves out what the project does not support', () => {
    const list = '[{"id": "a", "isSupported": false}, {"id": "b", "targetPlatform": "linux-x64"}]'

    expect(readDevices(list)).toEqual([{id: 'b', name: 'b', kind: 'desktop', system: ''}])
  })

  test.each(['', 'Unable to locate Android SDK.', '[1] oops', '[{"id": "a"'])(
    'that is none is said to be so: %j',
    (text) => {
      expect(() => readDevices(text)).toThrow('flutter devices --machine gave no list')
    },
  )
})

describe('the device of the app', () => {
  test('is the only phone, emulator or simulator, whatever desktop and browser there are', () => {
    expect(picked('emulator')).toMatchObject({id: 'emulator-5554'})
    expect(picked('simulator')).toMatchObject({name: 'iPhone 14 Pro'})
  })

  test('is none where only a desktop and a browser are there', () => {
    expect([picked('desk'), picked('none')]).toEqual([undefined, undefined])
  })

  test('has to be chosen among several', () => {
    expect(picked('two')).toMatchObject([{name: 'Pixel 8'}, {name: 'iPhone 14 Pro'}])
  })

  test('is the one that is named, by id or by name', () => {
    expect(picked('desk', 'chrome')).toMatchObject({kind: 'web'})
    expect(picked('two', 'Pixel 8')).toMatchObject({kind: 'android'})
  })

  test('that is named and not there is an error with those that are', () => {
    expect(() => picked('desk', 'pixel')).toThrow('No such device: pixel.')
    expect(() => picked('none', 'pixel')).toThrow(
      expect.objectContaining({hints: ['flutter devices shows none.']}),
    )
  })
})

describe('the API as a device reaches it', () => {
  const api = (name: string, lanAddress?: string) => {
    const [device] = readDevices(said(name))
    if (device === undefined) throw new Error(name)
    return apiFor(device, {...places, lanAddress})
  }

  test.each([
    ['emulator', {url: 'http://10.0.2.2:8080/api'}],
    ['simulator', {url: 'http://127.0.0.1:8080/api'}],
    ['desk', {url: 'http://127.0.0.1:8080/api'}],
    ['android', {url: 'http://127.0.0.1:8080/api', carriedPort: 8080}],
  ])('of %s is on loopback', (name, wanted) => {
    expect(api(name)).toEqual(wanted)
  })

  test('is on the network for phones alone, and only when that is asked for', () => {
    const opened = {address: '192.168.1.20', port: 8000}

    expect(() => api('iphone')).toThrow('through the network only')
    expect(api('iphone', '192.168.1.20')).toEqual({url: 'http://192.168.1.20:8000', opened})
    expect(api('android', '192.168.1.20')).toEqual({url: 'http://192.168.1.20:8000', opened})
    expect(api('emulator', '192.168.1.20').opened).toBe(undefined)
  })
})
