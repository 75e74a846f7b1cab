import {existsSync, readdirSync, readlinkSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'
import {readRecorded} from '../../../src/adapters/native/registry.js'
import {isAlive} from '../../../src/adapters/process-identity/identity.js'
import {HostSockets} from '../../../src/adapters/sockets/ports.js'
import {serviceNames, type ServiceName} from '../../../src/ports/stack.js'
import {nativeWorkspace, type NativeWorkspace} from './workspace.js'

let workspace: NativeWorkspace

const nobodyWaits = async () => undefined

beforeAll(async () => {
  workspace = await nativeWorkspace(21_200)
  await workspace.stack.prepare(serviceNames, () => undefined)
}, 600_000)

afterAll(async () => {
  await workspace.close()
})

beforeEach(async () => {
  await workspace.stack.up(serviceNames, nobodyWaits)
})

async function stateOf(service: ServiceName) {
  return (await workspace.stack.states()).get(service)?.state
}

function portOf(service: ServiceName): number {
  const {ports} = workspace.settings
  return service === 'object-store' ? ports.objectStore : ports[service]
}

/** What a service may leave behind: run files, processes in its folder, a listener, its helpers. */
async function leftoversOf(service: ServiceName, folder: string, helpers: readonly number[]) {
  const base = workspace.place.run(service)
  const files = ['.pid', '.life', '.run'].filter((ending) => existsSync(`${base}${ending}`))
  const inFolder = process.platform === 'linux' ? processesIn(folder) : []
  const isFree = await new HostSockets().isPortFree(portOf(service))
  return {files, inFolder, alive: helpers.filter(isAlive), isFree}
}

function processesIn(folder: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return readlinkSync(`/proc/${name}/cwd`) === folder
    } catch {
      return false
    }
  })
}

const nothing = {files: [], inFolder: [], alive: [], isFree: true}

/** Kills what is named of a service's three processes, in that order; returns what to look at afterwards. */
async function kill(service: ServiceName, targets: readonly ('service' | 'keeper' | 'reaper')[]) {
  const pids = await workspace.pids(service)
  const folder = readRecorded(workspace.place.run(service)).registered?.folder ?? ''
  for (const target of targets) {
    process.kill(pids[target], 'SIGKILL')
    while (isAlive(pids[target])) await sleep(1)
  }
  const helpers = Object.values(pids)
  return {leftovers: () => leftoversOf(service, folder, helpers)}
}

test.each(serviceNames)('nothing is left of %s when it is killed', async (service) => {
  const {leftovers} = await kill(service, ['service'])

  await expect.poll(leftovers, {timeout: 3000}).toEqual(nothing)
  expect(await stateOf(service)).toBe('failed')
})

test.each(serviceNames)('nothing is left of %s when its keeper is killed', async (service) => {
  const {leftovers} = await kill(service, ['keeper'])

  await expect.poll(leftovers, {timeout: 5000}).toEqual(nothing)
  expect(await stateOf(service)).toBe('failed')
  await workspace.stack.up([service], nobodyWaits)
  expect(await stateOf(service)).toBe('healthy')
})

test.each(serviceNames)('%s outlives its reaper, whose work its keeper does', async (service) => {
  await kill(service, ['reaper'])
  expect(await stateOf(service)).toBe('healthy')

  const {leftovers} = await kill(service, ['service'])

  await expect.poll(leftovers, {timeout: 3000}).toEqual(nothing)
})

test.each(serviceNames)('down stops %s when nobody keeps it any more', async (service) => {
  const {leftovers} = await kill(service, ['reaper', 'keeper'])
  expect(await stateOf(service)).toBe('healthy')

  await workspace.stack.down([service])

  expect(await leftovers()).toEqual(nothing)
  expect(await stateOf(service)).toBe('stopped')
})

test.each(serviceNames)('the next up heals %s after all three are killed', async (service) => {
  await kill(service, ['reaper', 'keeper', 'service'])
  expect(await stateOf(service)).toBe('failed')

  await workspace.stack.up([service], nobodyWaits)

  expect(await stateOf(service)).toBe('healthy')
})

test('a service without keeper gets one at the next up', async () => {
  await kill('redis', ['reaper', 'keeper'])

  await workspace.stack.up(['redis'], nobodyWaits)

  const {keeper, reaper} = await workspace.pids('redis')
  expect([keeper, reaper].map(isAlive)).toEqual([true, true])
})

test('another process under a recorded pid is never taken for the service', async () => {
  const {writeFileSync} = await import('node:fs')
  await workspace.stack.down(['redis'])
  await workspace.stack.up(['redis'], nobodyWaits)
  const base = workspace.place.run('redis')
  const {service, keeper, reaper} = await workspace.pids('redis')

  // As after a reboot: the pid is somebody else's, here the test's own.
  writeFileSync(`${base}.pid`, `${process.pid} 1\n${keeper} ${reaper}\n`)

  expect(await stateOf('redis')).toBe('failed')
  process.kill(service, 'SIGKILL')
  await workspace.stack.up(['redis'], nobodyWaits)
  expect(await stateOf('redis')).toBe('healthy')
})

test('passwords are in no argument of any process', async () => {
  const {secrets} = workspace.settings
  const values = await Promise.all((await secrets.names()).map((name) => secrets.get(name)))
  const passwords = values.flatMap((value) => (value === undefined ? [] : [value.reveal()]))
  const {execFileSync} = await import('node:child_process')

  const processes = execFileSync('ps', ['-axww', '-o', 'args='], {encoding: 'utf8'})

  expect(processes).toContain('redis')
  expect(passwords.length).toBe(4)
  expect(passwords.filter((password) => processes.includes(password))).toEqual([])
})

test('listens on loopback alone', async () => {
  const {networkInterfaces} = await import('node:os')
  const {connect} = await import('node:net')
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({internal, family}) => !internal && family === 'IPv4')
  const reaches = (host: string, port: number) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({host, port, timeout: 1000})
      const end = (isReached: boolean) => {
        socket.destroy()
        resolve(isReached)
      }
      socket.on('connect', () => end(true))
      socket.on('error', () => end(false))
      socket.on('timeout', () => end(false))
    })

  const ports = serviceNames.map(portOf)

  expect(await Promise.all(ports.map((port) => reaches('127.0.0.1', port)))).toEqual(
    ports.map(() => true),
  )
  const host = outside?.address ?? '127.0.0.2'
  expect(await Promise.all(ports.map((port) => reaches(host, port)))).toEqual(
    ports.map(() => false),
  )
})
