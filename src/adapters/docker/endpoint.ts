import {execFile} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {get} from 'node:http'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import type {FoundEngine} from '../../ports/engine.js'
import {codeOf} from '../../errors.js'

interface Candidate {
  readonly endpoint: string
  /** Where the endpoint is named: `DOCKER_HOST`, `context colima`, `the socket of OrbStack`. */
  readonly source: string
}

interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly runtimeFolder: string | undefined
  readonly defaultSocket: string
}

const deadlineMs = 1000

/** The endpoint as the docker CLI finds it, asked within a second; compose must be there too. */
export async function findEngine(around = surroundings()): Promise<FoundEngine> {
  const asked = await askAll(endpointCandidates(around))
  const found = asked.find(({refusal}) => refusal === undefined)
  if (found === undefined) return {why: whyNone(asked)}
  const {endpoint, source} = found
  const lack = await composeLack(around)
  if (lack !== undefined) return {why: `a docker daemon answers (${source}), but ${lack}`}
  return {endpoint, how: `docker answers (${source})`}
}

/** The local socket of the daemon that answers, without looking for compose. */
export async function answeringEndpoint(around = surroundings()): Promise<string | undefined> {
  const asked = await askAll(endpointCandidates(around))
  return asked.find(({refusal}) => refusal === undefined)?.endpoint
}

function surroundings(): Surroundings {
  return {
    environment: process.env,
    home: homedir(),
    runtimeFolder: process.env['XDG_RUNTIME_DIR'],
    defaultSocket: '/var/run/docker.sock',
  }
}

/** In the order of the docker CLI: DOCKER_HOST, the context, the default; then known sockets. */
export function endpointCandidates(around: Surroundings): readonly Candidate[] {
  const host = around.environment['DOCKER_HOST']
  if (host !== undefined && host !== '') return [{endpoint: host, source: 'DOCKER_HOST'}]
  const context = contextCandidate(around)
  if (context !== undefined) return [context]
  return knownSockets(around).filter(({endpoint}) => existsSync(endpoint.slice('unix://'.length)))
}

function contextCandidate({environment, home}: Surroundings): Candidate | undefined {
  const folder = environment['DOCKER_CONFIG'] ?? join(home, '.docker')
  const name = environment['DOCKER_CONTEXT'] || currentContext(folder)
  if (name === undefined || name === '' || name === 'default') return undefined
  const id = createHash('sha256').update(name).digest('hex')
  const meta = readJson(join(folder, 'contexts/meta', id, 'meta.json'))
  const endpoint = dig(meta, ['Endpoints', 'docker', 'Host'])
  // The docker CLI does not turn to another daemon either when the context is not there.
  return {endpoint: typeof endpoint === 'string' ? endpoint : '', source: `context ${name}`}
}

function currentContext(folder: string): string | undefined {
  const current = dig(readJson(join(folder, 'config.json')), ['currentContext'])
  return typeof current === 'string' ? current : undefined
}

function knownSockets({home, runtimeFolder, defaultSocket}: Surroundings): readonly Candidate[] {
  const colima = join(home, '.colima')
  const profiles = existsSync(colima) ? readdirSync(colima) : []
  const known: readonly (readonly [string, string])[] = [
    [defaultSocket, 'the default socket'],
    [join(home, '.docker/run/docker.sock'), 'the socket of Docker Desktop'],
    [join(home, '.orbstack/run/docker.sock'), 'the socket of OrbStack'],
    ...profiles.map(
      (name) => [join(colima, name, 'docker.sock'), `the socket of Colima ${name}`] as const,
    ),
    [join(home, '.rd/docker.sock'), 'the socket of Rancher Desktop'],
    [join(home, '.local/share/containers/podman/machine/podman.sock'), 'the socket of Podman'],
    ...(runtimeFolder === undefined
      ? []
      : [
          [join(runtimeFolder, 'docker.sock'), 'the rootless socket'] as const,
          [join(runtimeFolder, 'podman/podman.sock'), 'the socket of Podman'] as const,
        ]),
  ]
  return known.map(([path, source]) => ({endpoint: `unix://${path}`, source}))
}

interface Asked extends Candidate {
  /** Why it is not to be used; undefined where the daemon answers. */
  readonly refusal: string | undefined
}

function askAll(candidates: readonly Candidate[]): Promise<readonly Asked[]> {
  return Promise.all(
    candidates.map(async (candidate) => ({
      ...candidate,
      refusal: await refusalOf(candidate.endpoint),
    })),
  )
}

async function refusalOf(endpoint: string): Promise<string | undefined> {
  if (endpoint === '') return 'it is not defined (docker context ls)'
  // What is not a local socket is judged by its name alone: data of this machine stay here.
  if (!endpoint.startsWith('unix://')) return `${endpoint} is another machine`
  return pingRefusal(endpoint.slice('unix://'.length))
}

function pingRefusal(socketPath: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({socketPath, path: '/_ping', agent: false}, ({statusCode}) => {
      request.destroy()
      resolve(statusCode === 200 ? undefined : `${socketPath} answers with HTTP ${statusCode}`)
    })
    const timer = setTimeout(() => {
      resolve(`${socketPath} gives no answer within a second`)
      request.destroy()
    }, deadlineMs)
    request.on('close', () => clearTimeout(timer))
    request.on('error', (error) => resolve(`${socketPath} ${socketError(codeOf(error))}`))
  })
}

function socketError(code: string | undefined): string {
  if (code === 'ENOENT') return 'is not there'
  if (code === 'ECONNREFUSED') return 'has nobody listening'
  if (code === 'EACCES') return 'may not be used by you (is your account in the group docker?)'
  return `gives no answer (${code ?? 'unknown'})`
}

async function composeLack({environment}: Surroundings): Promise<string | undefined> {
  try {
    const argv = ['compose', 'version', '--short']
    await promisify(execFile)('docker', argv, {timeout: 3000, env: {...environment}})
    return undefined
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'the docker command is not on PATH'
    return 'the docker compose plugin is missing (package docker-compose-plugin, or Docker Desktop)'
  }
}

function whyNone(asked: readonly Asked[]): string {
  if (asked.length === 0) return 'no docker daemon has a socket here'
  const reasons = asked.map(({source, refusal}) => `${source}: ${refusal}`)
  return `no docker daemon answers (${reasons.join('; ')})`
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function dig(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? new Map(Object.entries(at)).get(key) : undefined,
    value,
  )
}
