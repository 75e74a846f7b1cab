import {createHash} from 'node:crypto'
import {chmod, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {createServer, type RequestListener} from 'node:http'
import {tmpdir} from 'node:os'
import {delimiter, dirname, join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {endpointCandidates, findEngine} from '../../../src/adapters/docker/endpoint.js'

let home = ''
const closers: (() => Promise<void>)[] = []

beforeEach(async () => {
  // A socket's path may have 107 bytes at most.
  home = await mkdtemp(join(tmpdir(), 'mh-'))
})

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
  await rm(home, {recursive: true, force: true})
})

const pong: RequestListener = (_, response) => response.end('OK')

async function daemonAt(path: string, answer: RequestListener = pong): Promise<string> {
  const socket = join(home, path)
  await mkdir(dirname(socket), {recursive: true})
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(socket, () => resolve()))
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  return `unix://${socket}`
}

/** A docker command whose compose plugin is there, or not. */
async function clientWith(composeExit: number): Promise<string> {
  const bin = join(home, 'bin')
  await mkdir(bin, {recursive: true})
  const script = `#!/bin/sh\n[ "$1 $2" = "compose version" ] && exit ${composeExit}\nexit 64\n`
  await writeFile(join(bin, 'docker'), script)
  await chmod(join(bin, 'docker'), 0o755)
  return [bin, '/usr/bin', '/bin'].join(delimiter)
}

async function context(name: string, host: string): Promise<void> {
  const id = createHash('sha256').update(name).digest('hex')
  const folder = join(home, '.docker/contexts/meta', id)
  await mkdir(folder, {recursive: true})
  const meta = {Name: name, Endpoints: {docker: {Host: host}}}
  await writeFile(join(folder, 'meta.json'), JSON.stringify(meta))
}

async function currentContext(name: string): Promise<void> {
  await mkdir(join(home, '.docker'), {recursive: true})
  await writeFile(join(home, '.docker/config.json'), JSON.stringify({currentContext: name}))
}

function around(environment: Readonly<Record<string, string>> = {}) {
  const defaultSocket = join(home, 'var/docker.sock')
  return {environment, home, runtimeFolder: join(home, 'run'), defaultSocket}
}

async function find(environment: Readonly<Record<string, string>> = {}) {
  return findEngine(around({PATH: await clientWith(0), ...environment}))
}

test('finds nothing where there is no socket', async () => {
  expect(await find()).toEqual({why: 'no docker daemon has a socket here'})
})

test('takes DOCKER_HOST before a context', async () => {
  const host = await daemonAt('host.sock')
  await context('colima', await daemonAt('context.sock'))
  await currentContext('colima')

  expect(await find({DOCKER_HOST: host})).toEqual({
    endpoint: host,
    how: 'docker answers (DOCKER_HOST)',
  })
})

test('takes DOCKER_CONTEXT before the current context', async () => {
  const named = await daemonAt('named.sock')
  await context('named', named)
  await context('current', await daemonAt('current.sock'))
  await currentContext('current')

  expect(await find({DOCKER_CONTEXT: 'named'})).toMatchObject({endpoint: named})
})

test('takes the current context before the default socket', async () => {
  const current = await daemonAt('current.sock')
  await context('orbstack', current)
  await currentContext('orbstack')
  await daemonAt('var/docker.sock')

  expect(await find()).toEqual({endpoint: current, how: 'docker answers (context orbstack)'})
})

test('reads contexts where DOCKER_CONFIG says', async () => {
  const elsewhere = await daemonAt('elsewhere.sock')
  await context('there', elsewhere)
  await currentContext('there')
  const folder = join(home, '.docker')
  const from = {...around({DOCKER_CONFIG: folder, PATH: await clientWith(0)}), home: '/nowhere'}

  expect(await findEngine(from)).toMatchObject({endpoint: elsewhere})
})

test('turns to no other daemon when the context is not there', async () => {
  await currentContext('gone')
  await daemonAt('var/docker.sock')

  expect(await find()).toEqual({
    why: 'no docker daemon answers (context gone: it is not defined (docker context ls))',
  })
})

test('the context "default" is the default socket', async () => {
  const standard = await daemonAt('var/docker.sock')
  await currentContext('default')

  expect(await find()).toEqual({endpoint: standard, how: 'docker answers (the default socket)'})
})

test.each([
  ['.docker/run/docker.sock', 'the socket of Docker Desktop'],
  ['.orbstack/run/docker.sock', 'the socket of OrbStack'],
  ['.colima/default/docker.sock', 'the socket of Colima default'],
  ['.colima/work/docker.sock', 'the socket of Colima work'],
  ['.rd/docker.sock', 'the socket of Rancher Desktop'],
  ['.local/share/containers/podman/machine/podman.sock', 'the socket of Podman'],
  ['run/docker.sock', 'the rootless socket'],
  ['run/podman/podman.sock', 'the socket of Podman'],
])('knows %s as %s', async (path, source) => {
  const endpoint = await daemonAt(path)

  expect(await find()).toEqual({endpoint, how: `docker answers (${source})`})
})

test('passes over a socket that nobody listens on', async () => {
  await mkdir(join(home, 'var'))
  await writeFile(join(home, 'var/docker.sock'), '')
  const desktop = await daemonAt('.docker/run/docker.sock')

  expect(await find()).toMatchObject({endpoint: desktop})
})

test('gives up within about a second on a daemon that hangs, and says so', async () => {
  await daemonAt('var/docker.sock', () => undefined)
  const began = Date.now()

  const found = await find()

  expect(found).toMatchObject({why: expect.stringContaining('gives no answer within a second')})
  expect(Date.now() - began).toBeLessThan(1500)
})

test('a daemon that answers with an error is none', async () => {
  await daemonAt('var/docker.sock', (_, response) => response.writeHead(500).end())

  expect(await find()).toMatchObject({why: expect.stringContaining('answers with HTTP 500')})
})

test.each(['tcp://10.0.0.5:2376', 'ssh://me@build-machine'])(
  'refuses %s: local data stay on this machine',
  async (host) => {
    expect(await find({DOCKER_HOST: host})).toEqual({
      why: `no docker daemon answers (DOCKER_HOST: ${host} is another machine)`,
    })
  },
)

test('says what is missing when the daemon answers and compose does not', async () => {
  await daemonAt('var/docker.sock')

  const found = await findEngine(around({PATH: await clientWith(1)}))

  expect(found).toMatchObject({why: expect.stringContaining('compose plugin is missing')})
})

test('says so when there is a daemon and no docker command', async () => {
  await daemonAt('var/docker.sock')
  await mkdir(join(home, 'empty'))

  const found = await findEngine(around({PATH: join(home, 'empty')}))

  expect(found).toMatchObject({why: expect.stringContaining('not on PATH')})
})

test('an empty DOCKER_HOST is none', () => {
  expect(endpointCandidates(around({DOCKER_HOST: ''}))).toEqual([])
})
