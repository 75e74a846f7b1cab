import {lookup} from 'node:dns/promises'
import type {Network} from '../../ports/network.js'

const proxyName = /^(https?|all|no)_proxy$/i

/** The network settings of this machine. */
export class HostNetwork implements Network {
  readonly proxies: ReadonlyMap<string, string> = new Map(
    Object.entries(process.env).flatMap(([name, value = '']) =>
      proxyName.test(name) && value !== '' ? [[name, value] as const] : [],
    ),
  )

  async addressesOf(name: string): Promise<readonly string[]> {
    const found = await lookup(name, {all: true}).catch(() => [])
    return found.map(({address}) => address)
  }
}
