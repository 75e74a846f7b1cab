import {hostname, release} from 'node:os'
import type {StackSettings} from '../../ports/stack-settings.js'
import type {ProxyTarget} from '../proxy/site.js'

/** `host`: the proxy sees the loopback of this machine; `bridge`: it is behind the engine's network. */
export type ProxyNetwork = 'host' | 'bridge'

/** What the engine says of the machine that it runs on. */
export interface EngineMachine {
  readonly operatingSystem: string
  readonly kernel: string
  readonly name: string
  readonly isRootless: boolean
}

/**
 * The host's network only where the engine runs on this very machine and not in a VM or a user
 * namespace: there a backend on loopback is out of reach of a bridge. Desktop products do it themselves.
 */
export function proxyNetwork(
  engine: EngineMachine,
  here = {platform: process.platform, kernel: release(), name: hostname()},
): ProxyNetwork {
  const isSameMachine =
    here.platform === 'linux' && engine.kernel === here.kernel && engine.name === here.name
  const isBehind = engine.isRootless || engine.operatingSystem === 'Docker Desktop'
  return isSameMachine && !isBehind ? 'host' : 'bridge'
}

// Inside nginx a name in a variable is asked of the resolver, and Docker's knows nothing of the host.
const hostName = 'host.docker.internal'

/** Addresses as the proxy's container sees them. */
export function containerProxyTarget(
  {ports, layout}: StackSettings,
  network: ProxyNetwork,
): ProxyTarget {
  const common = {
    pageRoot: '/etc/nginx/conf.d/page',
    accessLog: '/var/log/nginx/access.log',
    workspaceId: layout.id,
  }
  const local = (port: number) => `127.0.0.1:${port}`
  if (network === 'host') {
    const upstreams = {
      backend: local(ports.backend),
      objectStore: local(ports.objectStore),
      postgres: local(ports.postgres),
      redis: local(ports.redis),
    }
    return {...common, listen: local(ports.nginx), upstreams}
  }
  const upstreams = {
    backend: `${hostName}:${ports.backend}`,
    objectStore: 'object-store:9000',
    postgres: 'postgres:5432',
    redis: 'redis:6379',
  }
  return {...common, listen: '80', upstreams, resolver: '127.0.0.11'}
}

/** The host's name as an upstream of its own: that is looked up in /etc/hosts when nginx starts. */
export function withHostUpstream(site: string): string {
  const named = /set \$backend (host\.docker\.internal:\d+);/.exec(site)
  if (named === null) return site
  const upstream = `upstream mitra_backend { server ${named[1]} max_fails=0; }\n`
  return upstream + site.replace(named[0], 'set $backend mitra_backend;')
}
