import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {connect, createServer, type Socket} from 'node:net'
import {networkInterfaces} from 'node:os'
import {messageOf, MitraError} from '../../errors.js'
import type {Lan} from '../../ports/lan.js'

/** Networks inside this machine, and tunnels: a phone is on none of them. */
const inside = /^(docker|br-|veth|virbr|vmnet|bridge|utun|tun|tap|wg|tailscale|zt|awdl|llw)/

/** Nobody's (RFC 5737): nothing is sent there, only the way to it is asked for. */
const elsewhere = '192.0.2.1'

/** The network that this machine is on. */
export class HostLan implements Lan {
  async address(): Promise<string | undefined> {
    const found = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
      addresses
        .filter(({family, internal}) => family === 'IPv4' && !internal)
        .map(({address}) => ({name, address})),
    )
    const outside = found.filter(({name}) => !inside.test(name))
    // In a container the only network may have the name of a tunnel.
    const usable = (outside.length > 0 ? outside : found).map(({address}) => address)
    const onRoute = await routeAddress().catch(() => undefined)
    return usable.find((address) => address === onRoute) ?? usable[0]
  }

  async open(address: string, port: number) {
    const sockets = new Set<Socket>()
    const server = createServer((from) => {
      const to = connect(port, '127.0.0.1')
      for (const socket of [from, to]) {
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
        // Either side may go at any time: the other one goes with it.
        socket.on('error', () => undefined)
      }
      from.on('close', () => to.destroy())
      to.on('close', () => from.destroy())
      from.pipe(to).pipe(from)
    })
    server.listen(port, address)
    try {
      await once(server, 'listening')
    } catch (cause) {
      const message = `${address}:${port} cannot be listened on: ${messageOf(cause)}.`
      const hints = ['End what listens there, or leave out --lan.']
      throw new MitraError('notReady', 'LAN_PORT_TAKEN', message, {hints, cause})
    }
    return {
      async close() {
        for (const socket of sockets) socket.destroy()
        server.close()
        await once(server, 'close')
      },
    }
  }
}

/** The address that packets to elsewhere leave from. */
async function routeAddress(): Promise<string> {
  const socket = createSocket('udp4')
  try {
    socket.connect(9, elsewhere)
    await once(socket, 'connect')
    return socket.address().address
  } finally {
    socket.close()
  }
}
