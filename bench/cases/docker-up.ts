import {execFile} from 'node:child_process'
import {setTimeout as sleep} from 'node:timers/promises'
import {promisify} from 'node:util'
import {composeVariables, projectName} from '../../src/adapters/docker/arguments.js'
import {composeFiles} from '../../src/adapters/docker/compose.js'
import {findEngine} from '../../src/adapters/docker/endpoint.js'
import {DockerFiles} from '../../src/adapters/docker/files.js'
import type {ServiceName} from '../../src/ports/stack.js'
import {answersProtocol} from '../by-hand.js'
import {NotHere, type BenchCase, type BenchRow} from '../case.js'
import {settingsOf, withStack, type StackUnderTest} from '../stack-under-test.js'
import {median, secondsText, type Samples} from '../statistics.js'

const rounds = 5
const slackMs = 500
const execute = promisify(execFile)

/** Both bring the same stopped containers up; mitra also waits until each answers its protocol. */
export const dockerUp: BenchCase = {
  name: 'docker up',
  target: '<= docker compose up --wait on the same file + 0.5 s',
  async run() {
    const engine = await findEngine()
    if (!('endpoint' in engine)) throw new NotHere(`There is no docker engine: ${engine.why}.`)
    return withStack({engine: 'docker'}, (stack) => measured(stack, engine.endpoint))
  },
}

async function measured(stack: StackUnderTest, endpoint: string): Promise<BenchRow[]> {
  const peer = await composeUp(stack, endpoint)
  const ports = (await stack.services()).map(({name, port}) => ({name, port}))
  const [mitra, compose, answering]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round += 1) {
    await stack.time('down')
    mitra.push(await stack.time('up'))
    await stack.time('down')
    const from = performance.now()
    compose.push(await peer())
    await Promise.all(ports.map(({name, port}) => untilAnswering(name, port)))
    answering.push(performance.now() - from)
  }
  const extraMs = median(mitra) - median(compose)
  const fairMs = median(mitra) - median(answering)
  return [
    row('docker compose up --wait', {mitra, peer: compose, extraMs, isMet: extraMs <= slackMs}),
    row('the same, until each service answers', {
      mitra,
      peer: answering,
      extraMs: fairMs,
      isMet: undefined,
    }),
  ]
}

interface Compared {
  readonly mitra: Samples
  readonly peer: Samples
  readonly extraMs: number
  readonly isMet: boolean | undefined
}

function row(peerName: string, {mitra, peer, extraMs, isMet}: Compared): BenchRow {
  return {
    what: 'up, images and data present, whole command',
    against: `${peerName}, ${secondsText(peer)}`,
    measured: secondsText(mitra),
    result: `${extraMs < 0 ? '' : '+'}${(extraMs / 1000).toFixed(2)} s`,
    isMet,
  }
}

// compose waits until the containers run; mitra until they answer.
async function untilAnswering(name: ServiceName, port: number): Promise<void> {
  while (!(await answersProtocol(name, port))) await sleep(10)
}

/** `docker compose up --wait` with the files and variables that mitra gives it. */
async function composeUp(stack: StackUnderTest, endpoint: string): Promise<() => Promise<number>> {
  const settings = await settingsOf(stack)
  const files = new DockerFiles(settings)
  const project = projectName(settings)
  const dockerEnv = {...process.env, DOCKER_HOST: endpoint}
  const env = {...dockerEnv, ...composeVariables(settings, files, await files.fingerprints())}
  const id = `${project}-nginx-1`
  const format = ['--format', '{{.HostConfig.NetworkMode}}']
  const {stdout} = await execute('docker', ['inspect', ...format, id], {env: dockerEnv})
  const network = stdout.trim() === 'host' ? 'host' : 'bridge'
  const named = composeFiles(network).flatMap((file) => ['--file', file])
  const argv = ['compose', '--project-name', project, ...named, 'up', '--wait', '--detach']
  return async () => {
    const from = performance.now()
    await execute('docker', argv, {env})
    return performance.now() - from
  }
}
