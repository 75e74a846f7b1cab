import {spawn} from 'node:child_process'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {volumeName} from '../../../src/adapters/docker/arguments.js'
import {PgDatabase} from '../../../src/adapters/postgres/database.js'
import {serviceNames} from '../../../src/ports/stack.js'
import {MemorySecrets} from '../../fakes/secrets.js'
import {containerOf, docker, hasEngine, openDockerWorld, type DockerWorld} from './world.js'

const nobodyWaits = async () => undefined

describe.runIf(hasEngine)('a docker stack after something went wrong', {timeout: 90_000}, () => {
  let world: DockerWorld

  beforeAll(async () => {
    world = await openDockerWorld(22_300)
  })

  afterAll(async () => {
    await world.close()
  })

  async function query(sql: string): Promise<string> {
    const {ports, databaseName: name, secrets} = world.settings
    const address = {
      host: '127.0.0.1',
      port: ports.postgres,
      name,
      adminUser: 'mitra_admin',
      secrets,
    }
    const session = await new PgDatabase(address).connect({role: 'admin'})
    const {rows} = await session.query(sql)
    await session.close()
    return String(rows[0]?.[0])
  }

  test('a first start that was killed at any moment goes on and ends whole', async () => {
    const stack = world.open()
    for (const afterMs of [300, 800, 1300]) {
      const starting = stack.up(['postgres'], nobodyWaits).then(
        () => 'up',
        () => 'failed',
      )
      await runningAfter(() => containerOf(world.settings, 'postgres'), afterMs)
      docker('kill', '--signal', 'KILL', containerOf(world.settings, 'postgres'))
      await starting
      docker('rm', '--force', containerOf(world.settings, 'postgres'))
    }

    await stack.up(['postgres'], nobodyWaits)

    expect(await query('select current_database()')).toBe('agent_mitra_local')
  })

  test('rows survive the SIGKILL of Postgres', async () => {
    const stack = world.open()
    await stack.up(['postgres'], nobodyWaits)
    await query('create table if not exists kept as select generate_series(1, 1000) as n')
    await world.kill('postgres')

    await stack.up(['postgres'], nobodyWaits)

    expect(await query('select count(*) from kept')).toBe('1000')
  })

  test('changed passwords reach every service, and the rows stay', async () => {
    await world.open().up(serviceNames, nobodyWaits)
    await query('create table if not exists kept as select generate_series(1, 1000) as n')
    const secrets = new MemorySecrets()
    const changed = world.openWith({secrets})
    const before = Object.values(Object.fromEntries(await changed.states())).map(({state}) => state)

    await changed.up(serviceNames, nobodyWaits)

    const after = Object.values(Object.fromEntries(await changed.states())).map(({state}) => state)
    expect(before).toEqual(['starting', 'starting', 'starting', 'healthy'])
    expect(after).toEqual(Array(4).fill('healthy'))
    await expect(query('select 1')).rejects.toMatchObject({code: 'AUTH_FAILED'})
    const logs = docker('logs', containerOf(world.settings, 'postgres'))
    expect(logs).not.toContain((await secrets.ensure('postgres.admin')).reveal())
    await world.open().up(serviceNames, nobodyWaits)
    expect(await query('select count(*) from kept')).toBe('1000')
  })

  test('data of another Postgres version are refused and left as they are', async () => {
    const stack = world.open()
    await stack.up(['postgres'], nobodyWaits)
    await stack.down(['postgres'])
    docker('rm', '--force', containerOf(world.settings, 'postgres'))
    const volume = volumeName(world.settings, 'postgres', 1)
    inVolume(volume, 'echo 15 > /v/pgdata/PG_VERSION')

    const refused = stack.up(['postgres'], nobodyWaits)

    await expect(refused).rejects.toMatchObject({
      kind: 'notReady',
      code: 'DATA_VERSION',
      message: expect.stringContaining('holds data of Postgres 15; postgres:16 is Postgres 16'),
    })
    expect(containerOf(world.settings, 'postgres')).toBe('')
    expect(inVolume(volume, 'cat /v/pgdata/PG_VERSION')).toBe('15')
    inVolume(volume, 'echo 16 > /v/pgdata/PG_VERSION')
    await stack.up(['postgres'], nobodyWaits)
    expect((await stack.states()).get('postgres')?.state).toBe('healthy')
  })

  test('an up that was killed with its compose goes on', async () => {
    const stack = world.open()
    await stack.down(serviceNames)
    docker('rm', '--force', ...serviceNames.map((name) => containerOf(world.settings, name)))
    for (const afterMs of [150, 400, 700]) {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', new URL('up-process.ts', import.meta.url).pathname],
        {detached: true, stdio: 'ignore', env: {...process.env, MITRA_TEST_UP: upSettings(world)}},
      )
      const ended = new Promise((resolve) => child.once('exit', resolve))
      // Node and the sources take their time to load.
      await sleep(900 + afterMs)
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
      await ended
    }

    await stack.up(serviceNames, nobodyWaits)

    const states = [...(await stack.states()).values()].map(({state}) => state)
    expect(states).toEqual(Array(4).fill('healthy'))
    for (const name of serviceNames) {
      expect(containerOf(world.settings, name)).not.toBe('')
    }
  })
})

function upSettings({settings}: DockerWorld): string {
  return JSON.stringify({...settings, secrets: undefined})
}

async function runningAfter(find: () => string, afterMs: number): Promise<void> {
  const until = Date.now() + 30_000
  while (Date.now() < until) {
    const id = find()
    if (id !== '' && docker('inspect', '--format', '{{.State.Running}}', id) === 'true') break
    await sleep(20)
  }
  await sleep(afterMs)
}

function inVolume(volume: string, script: string): string {
  const mount = ['--volume', `${volume}:/v`, '--entrypoint', 'sh']
  return docker('run', '--rm', '--network', 'none', ...mount, 'redis:7', '-c', script)
}
