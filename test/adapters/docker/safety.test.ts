import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, statSync} from 'node:fs'
import {connect} from 'node:net'
import {networkInterfaces} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {composeVariables} from '../../../src/adapters/docker/arguments.js'
import {composeFiles} from '../../../src/adapters/docker/compose.js'
import {DockerFiles} from '../../../src/adapters/docker/files.js'
import {DockerStack} from '../../../src/adapters/docker/stack.js'
import {serviceNames} from '../../../src/ports/stack.js'
import {containerOf, docker, hasEngine, openDockerWorld, type DockerWorld} from './world.js'

const nobodyWaits = async () => undefined

interface ComposeService {
  readonly ports?: readonly {readonly host_ip?: string; readonly published: string}[]
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
}

describe.runIf(hasEngine)('what a running docker stack shows of itself', () => {
  let world: DockerWorld

  beforeAll(async () => {
    world = await openDockerWorld(22_200)
    await world.open().up(serviceNames, nobodyWaits)
  })

  afterAll(async () => {
    await world.close()
  })

  test.each(['bridge', 'host'] as const)(
    'compose publishes on loopback only and gives no rights away (proxy on %s)',
    async (network) => {
      const files = new DockerFiles(world.settings)
      const argv = composeFiles(network).flatMap((file) => ['--file', file])
      const text = execFileSync('docker', ['compose', ...argv, 'config', '--format', 'json'], {
        env: {
          ...process.env,
          ...composeVariables(world.settings, files, await files.fingerprints()),
        },
        encoding: 'utf8',
      })
      const {services}: {services: Record<string, ComposeService>} = JSON.parse(text)
      const all = Object.values(services)
      const published = all.flatMap(({ports = []}) => ports)

      expect(Object.keys(services).toSorted()).toEqual(serviceNames.toSorted())
      expect(published).toHaveLength(network === 'bridge' ? 5 : 4)
      expect(published.filter(({host_ip: ip}) => ip !== '127.0.0.1')).toEqual([])
      expect(all.map(({cap_drop: dropped}) => dropped)).toEqual(Array(4).fill(['ALL']))
      expect(
        all.every(({security_opt: options}) => options?.[0] === 'no-new-privileges:true'),
      ).toBe(true)
    },
  )

  test('no other address of this machine answers', async () => {
    const addresses = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({family, internal}) => family === 'IPv4' && !internal)
      .map(({address}) => address)
    const {ports} = world.settings
    const published = [ports.nginx, ports.postgres, ports.redis, ports.objectStore]

    const answers = await Promise.all(
      addresses.flatMap((address) => published.map((port) => doesConnect(address, port))),
    )

    expect(addresses.length).toBeGreaterThan(0)
    expect(answers).not.toContain(true)
    expect(await doesConnect('127.0.0.1', ports.redis)).toBe(true)
  })

  test('no password is in what inspect, ps, top or the logs show', async () => {
    const passwords = await world.passwords()
    const ids = serviceNames.map((service) => containerOf(world.settings, service))
    const shown = [
      docker('inspect', ...ids),
      ...ids.map((id) => docker('top', id, '-eo', 'pid,args')),
      ...ids.map((id) => docker('logs', id)),
    ].join('\n')

    expect(passwords).toHaveLength(4)
    expect(passwords.filter((password) => shown.includes(password))).toEqual([])
  })

  test('the files with passwords are for their owner alone', () => {
    const folder = join(world.settings.layout.state, 'docker/secrets')
    const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)

    expect(modes).toEqual(Array(4).fill(0o600))
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(existsSync(join(folder, 'redis_conf'))).toBe(true)
  })

  test('every object carries the label of its workspace', () => {
    const name = `name=mitra-${world.settings.layout.id}`
    const label = `label=dev.mitra.workspace=${world.settings.layout.id}`

    for (const kind of ['container', 'volume', 'network']) {
      const all = kind === 'container' ? ['--all'] : []
      const named = docker(kind, 'ls', '--quiet', ...all, '--filter', name)
      expect(named).not.toBe('')
      expect(docker(kind, 'ls', '--quiet', ...all, '--filter', label)).toBe(named)
    }
  })

  test('on a bridge of its own the proxy reaches the other services by name', async () => {
    const bridged = new DockerStack(world.settings, 'bridge')

    await bridged.up(serviceNames, nobodyWaits)

    const {nginx} = world.settings.ports
    const answer = async (name: string) =>
      (await fetch(`http://127.0.0.1:${nginx}/-/probe/${name}`)).text()
    for (const name of ['postgres', 'redis', 'object-store']) {
      expect(await answer(name)).toContain('"up"')
    }
    expect(await answer('backend')).toContain('"down"')
  })
})

function doesConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host, port, timeout: 2000})
    const finish = (result: boolean) => {
      socket.destroy()
      resolve(result)
    }
    socket.on('connect', () => finish(true))
    socket.on('timeout', () => finish(false))
    socket.on('error', () => finish(false))
  })
}
