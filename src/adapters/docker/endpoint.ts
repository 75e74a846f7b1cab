import {execFile} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {get} from 'node:http'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'

/** A daemon that answers, or why there is none to use. */
export type FoundEngine = {readonly endpoint: string; readonly how: string} | {readonly why: string}

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
  const candidates = endpointCandidates(around)
  const found = await firstAnswering(candidates)
  if (found === undefined) return {why: whyNone(candidates)}
  const {endpoint, source} = found
  if (!endpoint.startsWith('unix://')) {
    return {why: `${source} points to ${endpoint}, another machine: data of this one stay here`}
  }
  if (!(await hasCompose(around))) {
    return {why: `a docker daemon answers (${source}), but the docker compose plugin is missing`}
  }
  return {endpoint, how: `docker answers (${source})`}
}

/** The local socket of the daemon that answers, without looking for compose. */
export async function answeringEndpoint(around = surroundings()): Promise<string | undefined> {
  const found = await firstAnswering(endpointCandidates(around))
  return found?.endpoint.startsWith('unix://') === true ? found.endpoint : undefined
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
  return typeof endpoint === 'string' ? {endpoint, source: `context ${name}`} : undefined
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

async function firstAnswering(candidates: readonly Candidate[]): Promise<Candidate | undefined> {
  const answers = await Promise.all(candidates.map(({endpoint}) => doesAnswer(endpoint)))
  return candidates.find((_, index) => answers[index])
}

function doesAnswer(endpoint: string): Promise<boolean> {
  // What is not a local socket is judged by its name alone.
  if (!endpoint.startsWith('unix://')) return Promise.resolve(true)
  const socketPath = endpoint.slice('unix://'.length)
  return new Promise((resolve) => {
    const request = get({socketPath, path: '/_ping', timeout: deadlineMs}, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

async function hasCompose({environment}: Surroundings): Promise<boolean> {
  try {
    await promisify(execFile)('docker', ['compose', 'version', '--short'], {
      timeout: 3000,
      env: {...environment},
    })
    return true
  } catch {
    return false
  }
}

function whyNone(candidates: readonly Candidate[]): string {
  if (candidates.length === 0) return 'no docker daemon has a socket here'
  const names = candidates.map(({endpoint, source}) => `${source}, ${endpoint}`)
  return `no docker daemon answers (${names.join('; ')})`
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
