import {createServer as createHttpServer, get, type IncomingHttpHeaders} from 'node:http'
import {connect, type Server} from 'node:net'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {proxySite, statusPage} from '../../../src/adapters/proxy/site.js'
import {serviceNames} from '../../../src/ports/stack.js'
import {nativeWorkspace, type NativeWorkspace} from '../native/workspace.js'

let workspace: NativeWorkspace

const nobodyWaits = async () => undefined
const target = {
  listen: '127.0.0.1:8080',
  upstreams: {
    backend: '127.0.0.1:8000',
    objectStore: '127.0.0.1:9000',
    postgres: '127.0.0.1:5432',
    redis: '127.0.0.1:6379',
  },
  pageRoot: '/tmp/a folder/with "quotes"',
  accessLog: '/dev/null',
  workspaceId: '0123456789ab',
}

beforeAll(async () => {
  workspace = await nativeWorkspace(21_400)
  await workspace.stack.prepare(serviceNames, () => undefined)
  await workspace.stack.up(['nginx'], nobodyWaits)
}, 600_000)

afterAll(async () => {
  await workspace.close()
})

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

function ask(path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get(
      {host: '127.0.0.1', port: workspace.settings.ports.nginx, path},
      (answer) => {
        let text = ''
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
        answer.on('end', () => resolve({status: answer.statusCode, headers: answer.headers, text}))
      },
    )
    request.on('error', reject)
  })
}

/** A backend that says what it was asked. */
async function backend(): Promise<Server> {
  const server = createHttpServer((request, response) => {
    const {url, headers} = request
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({url, headers}))
  })
  server.on('upgrade', (request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n')
    socket.end(`asked for ${request.url}`)
  })
  await new Promise<void>((resolve) => {
    server.listen(workspace.settings.ports.backend, '127.0.0.1', resolve)
  })
  return server
}

test('every place for a value is filled, and no host but loopback is named', async () => {
  const texts = [await proxySite(target), await statusPage(target)]

  expect(texts.join('\n')).not.toMatch(/\{\{|undefined/)
  expect(texts.join('\n').match(/https?:\/\/(?!\$)[^\s"']+/g)).toBeNull()
})

test('the page is one file that asks for nothing else', async () => {
  const {status, headers, text} = await ask('/')

  expect(status).toBe(200)
  expect(headers['content-type']).toContain('text/html')
  expect(text).not.toMatch(/(src|href)=/)
  expect(text).toContain('prefers-color-scheme: dark')
})

test('its health names the workspace', async () => {
  const {status, headers, text} = await ask('/-/health')

  expect(status).toBe(200)
  expect(headers['x-mitra-workspace']).toBe(workspace.settings.layout.id)
  expect(JSON.parse(text)).toEqual({service: 'nginx', workspace: workspace.settings.layout.id})
})

test('without a backend /api says how to start it, as JSON', async () => {
  const {status, headers, text} = await ask('/api/users')

  expect(status).toBe(503)
  expect(headers['content-type']).toContain('application/json')
  const {error} = JSON.parse(text)
  expect(error.code).toBe('BACKEND_DOWN')
  expect(error.message).toContain(String(workspace.settings.ports.backend))
  expect(error.hints).toEqual(['mitra dev', 'mitra up backend'])
})

test('/api/x reaches the backend as /x, with query, host and forwarded address', async () => {
  const server = await backend()

  const {status, text} = await ask('/api/users/a%20b?tenant=lic')
  server.close()

  expect(status).toBe(200)
  const {url, headers} = JSON.parse(text)
  expect(url).toBe('/users/a%20b?tenant=lic')
  expect(headers).toMatchObject({
    host: `127.0.0.1:${workspace.settings.ports.nginx}`,
    'x-forwarded-prefix': '/api',
    'x-forwarded-proto': 'http',
    'x-real-ip': '127.0.0.1',
  })
})

test('an upgrade to a websocket passes through', async () => {
  const server = await backend()
  const socket = connect(workspace.settings.ports.nginx, '127.0.0.1')
  const head = 'GET /api/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
  socket.write(head)

  let text = ''
  for await (const chunk of socket) text += String(chunk)
  server.close()

  expect(text).toContain('101')
  expect(text).toContain('asked for /live')
})

test.each(['backend', 'object-store', 'postgres', 'redis'])(
  'the probe of %s says down while nothing listens',
  async (name) => {
    const {headers, text} = await ask(`/-/probe/${name}`)

    expect(headers['content-type']).toContain('application/json')
    expect(JSON.parse(text)).toEqual({state: 'down'})
  },
)

test('the probe of the backend says up for any answer of it', async () => {
  const server = await backend()

  const {text} = await ask('/-/probe/backend')
  server.close()

  expect(JSON.parse(text)).toEqual({state: 'up'})
})

test.each(['redis', 'postgres', 'object-store'] as const)(
  'the probe of a real %s says up, and that one is none the worse',
  async (service) => {
    await workspace.stack.up([service], nobodyWaits)

    const {text} = await ask(`/-/probe/${service}`)

    expect(JSON.parse(text)).toEqual({state: 'up'})
    expect((await workspace.stack.states()).get(service)?.state).toBe('healthy')
    await workspace.stack.down([service])
  },
)

test('/s3/x reaches the object store as /x; without one it says how to start it', async () => {
  expect(JSON.parse((await ask('/s3/documents/a')).text).error.hints).toEqual([
    'mitra up object-store',
  ])
  await workspace.stack.up(['object-store'], nobodyWaits)

  const {status, text} = await ask('/s3/documents/a')

  expect([403, 404]).toContain(status)
  expect(text).toContain('<Error>')
  await workspace.stack.down(['object-store'])
})

test('the path of a page may hold spaces and quotes', async () => {
  const folder = join(workspace.where.root, 'an "odd" place')

  expect(await proxySite({...target, pageRoot: folder})).toContain('an \\"odd\\" place')
})
