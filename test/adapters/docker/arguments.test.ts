import {expect, test} from 'vitest'
import {createArguments, projectName, volumeName} from '../../../src/adapters/docker/arguments.js'
import {startFailure} from '../../../src/adapters/docker/failure.js'
import {repositoryOf} from '../../../src/adapters/docker/images.js'
import {demultiplexed} from '../../../src/adapters/docker/output.js'
import {proxyNetwork, withHostUpstream} from '../../../src/adapters/docker/proxy-target.js'

const layout = {root: '/r', state: '/r/.mitra', id: '0123456789ab'}

test('makes containers for the named services only, and starts and pulls nothing', () => {
  const argv = createArguments({project: 'mitra-x', files: ['a', 'b'], services: ['redis']})

  expect(argv.join(' ')).toBe(
    'compose --project-name mitra-x --file a --file b up --no-start --no-deps --no-build --pull never redis',
  )
})

test('names project and volumes after the workspace and the set of data', () => {
  expect(projectName({layout})).toBe('mitra-0123456789ab')
  expect(volumeName({layout}, 'redis', 3)).toBe('mitra-0123456789ab-redis-g3')
})

const here = {platform: 'linux' as const, kernel: '6.1', name: 'box'}
const engine = {operatingSystem: 'Debian', kernel: '6.1', name: 'box', isRootless: false}

test.each([
  ['the same machine', engine, here, 'host'],
  ['a Mac', engine, {...here, platform: 'darwin' as const}, 'bridge'],
  ['another kernel', {...engine, kernel: '6.6-linuxkit'}, here, 'bridge'],
  ['another host of the same kernel', {...engine, name: 'other'}, here, 'bridge'],
  ['a user namespace', {...engine, isRootless: true}, here, 'bridge'],
  ['Docker Desktop', {...engine, operatingSystem: 'Docker Desktop'}, here, 'bridge'],
])('the proxy of an engine on %s', (_, machine, mine, network) => {
  expect(proxyNetwork(machine, mine)).toBe(network)
})

test('the host becomes an upstream of its own; other sites stay as they are', () => {
  expect(withHostUpstream('set $backend host.docker.internal:8000;')).toBe(
    'upstream mitra_backend { server host.docker.internal:8000 max_fails=0; }\n' +
      'set $backend mitra_backend;',
  )
  expect(withHostUpstream('set $backend 127.0.0.1:8000;')).toBe('set $backend 127.0.0.1:8000;')
})

test.each([
  ['quay.io/minio/minio:RELEASE.x', 'quay.io/minio/minio'],
  ['127.0.0.1:5000/redis', '127.0.0.1:5000/redis'],
  ['127.0.0.1:5000/redis:7', '127.0.0.1:5000/redis'],
  ['redis:7@sha256:00', 'redis'],
  ['redis', 'redis'],
])('the repository of %s is %s', (name, repository) => {
  expect(repositoryOf(name)).toBe(repository)
})

test('says of a port that is taken just that', () => {
  const said =
    '(HTTP code 500) server error - driver failed programming external connectivity on endpoint ' +
    'x (1f): Error starting userland proxy: listen tcp4 127.0.0.1:6379: bind: address already in use.'

  expect(startFailure(new Error(said))).toBe('port 127.0.0.1:6379 is taken by another program')
})

test('joins the pieces of each stream before it cuts lines', () => {
  const frame = (stream: number, text: string) => {
    const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
    head.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([head, Buffer.from(text)])
  }
  const raw = Buffer.concat([frame(1, 'on'), frame(2, 'error\n'), frame(1, 'e\ntwo\n')])

  expect(demultiplexed(raw)).toEqual(['one', 'two', 'error'])
})
