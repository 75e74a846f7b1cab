import {createServer} from 'node:net'
import {expect, test} from 'vitest'
import {HostSockets} from '../../../src/adapters/sockets/ports.js'

async function listening(host: string) {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {port, close: () => new Promise((resolve) => server.close(resolve))}
}

test.each(['127.0.0.1', '0.0.0.0', '::1', '::'])(
  'a port that somebody holds on %s is not free, and its holder is named',
  async (host) => {
    const sockets = new HostSockets()
    const {port, close} = await listening(host)

    expect(await sockets.isPortFree(port)).toBe(false)
    expect(await sockets.portHolder(port)).toMatchObject({pid: process.pid})

    await close()
    expect(await sockets.isPortFree(port)).toBe(true)
    expect(await sockets.portHolder(port)).toBeUndefined()
  },
)
