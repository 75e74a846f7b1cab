import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {connect} from 'node:net'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {repositoryRoot} from '../../support/cli.js'
import {requirement} from '../../support/requirements.js'
import {docker, hasEngine, openDockerWorld, type DockerWorld} from './world.js'

const canRunEngines =
  hasEngine &&
  (await requirement(
    'root and a docker engine of their own (scripts/ci/engine.sh get)',
    async () => process.getuid?.() === 0 && hasPrograms(),
  ))
const nobodyWaits = async () => undefined

describe.runIf(canRunEngines)('an engine that goes away', {timeout: 90_000}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mitra-engine-'))
  const {DOCKER_HOST: hostBefore} = process.env
  let world: DockerWorld

  function engine(verb: 'start' | 'stop'): void {
    execFileSync(join(repositoryRoot, 'scripts/ci/engine.sh'), [verb, folder], {
      // A second one on this machine leaves bridge and packet filter to the first.
      env: {
        ...process.env,
        MITRA_CI_ENGINE_OPTIONS: '--bridge=none --iptables=false --ip-masq=false',
      },
      stdio: 'ignore',
    })
  }

  beforeAll(async () => {
    const image = join(folder, 'redis.tar')
    docker('save', '--output', image, 'redis:7')
    engine('start')
    process.env['DOCKER_HOST'] = `unix://${folder}/docker.sock`
    docker('load', '--input', image)
    world = await openDockerWorld(22_700)
  })

  afterAll(async () => {
    await world.close()
    engine('stop')
    if (hostBefore === undefined) delete process.env['DOCKER_HOST']
    else process.env['DOCKER_HOST'] = hostBefore
    rmSync(folder, {recursive: true, force: true})
  })

  test('is named, and its services come back with their data', async () => {
    const stack = world.open()
    await stack.up(['redis'], nobodyWaits)
    const saved = await redis(world, 'SET kept yes')
    engine('stop')

    await expect(stack.states()).rejects.toMatchObject({kind: 'notReady', code: 'ENGINE_DOWN'})
    await expect(world.open().up(['redis'], nobodyWaits)).rejects.toMatchObject({
      kind: 'notReady',
      code: 'ENGINE_DOWN',
    })

    engine('start')
    expect((await stack.states()).get('redis')?.state).toBe('failed')
    await stack.up(['redis'], nobodyWaits)
    expect(saved).toContain('+OK')
    expect(await redis(world, 'GET kept')).toContain('yes')
  })

  test('in the middle of a start ends it with a clear error; the next start goes on', async () => {
    const stack = world.open()
    await stack.down(['redis'])
    const starting = world.open().up(['redis'], nobodyWaits)
    const outcome = starting.then(
      () => 'up',
      (error: {kind?: string; code?: string}) => error,
    )
    await sleep(250)

    process.kill(Number(readFileSync(join(folder, 'docker.pid'), 'utf8')), 'SIGKILL')

    expect(await outcome).toMatchObject({kind: 'notReady'})
    engine('stop')
    engine('start')
    // Killed at some moments, an engine of 20.10 does not give the port back before a clean restart.
    const said = await stack.up(['redis'], nobodyWaits).then(
      () => 'healed',
      (error: Error) => error.message,
    )
    expect(said).toMatch(/^healed$|^redis failed: port \d+ is taken .*(restart Docker|end it)/)
    engine('stop')
    engine('start')
    await stack.up(['redis'], nobodyWaits)
    expect((await stack.states()).get('redis')?.state).toBe('healthy')
  })
})

function hasPrograms(): boolean {
  const places = join(repositoryRoot, 'scripts/ci/places.sh')
  const script = 'source "$0" && test -x "$engine_programs/usr/sbin/dockerd"'
  return spawnSync('bash', ['-c', script, places]).status === 0
}

/** One inline command after AUTH; what came back. */
async function redis({settings}: DockerWorld, command: string): Promise<string> {
  const password = (await settings.secrets.ensure('redis')).reveal()
  return new Promise((resolve, reject) => {
    const socket = connect(settings.ports.redis, '127.0.0.1')
    let answer = ''
    socket.on('error', reject)
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('close', () => resolve(answer))
    socket.write(`AUTH ${password}\r\n${command}\r\nQUIT\r\n`)
  })
}
