import type {ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {askHttp} from '../probes/http.js'
import {doesPostgresAccept} from '../probes/postgres.js'
import {askRedis} from '../probes/redis.js'
import type {FoundImage} from './images.js'

/** Seen from the host over the service's own protocol, through its published port. */
export async function isServiceHealthy(
  name: ServiceName,
  {ports, layout, secrets}: StackSettings,
): Promise<boolean> {
  switch (name) {
    case 'postgres':
      return doesPostgresAccept(ports.postgres)
    case 'redis': {
      const answer = await askRedis(ports.redis, (await secrets.ensure('redis')).reveal())
      return answer?.isReady === true
    }
    case 'object-store': {
      const answer = await askHttp(ports.objectStore, '/minio/health/ready')
      return answer?.status === 200
    }
    case 'nginx': {
      const answer = await askHttp(ports.nginx, '/-/health')
      return answer?.status === 200 && answer.headers['x-mitra-workspace'] === layout.id
    }
  }
}

/** The program's version as its image states it. */
export function imageVersion(name: ServiceName, {environment, labels}: FoundImage) {
  const stated = {
    postgres: environment.get('PG_VERSION'),
    redis: environment.get('REDIS_VERSION'),
    'object-store': labels.get('release') ?? labels.get('version'),
    nginx: environment.get('NGINX_VERSION'),
  }[name]
  // `16.14-1.pgdg12+1`, `RELEASE.2025-09-07T16-13-09Z`
  return name === 'object-store'
    ? stated?.replace(/^\D+/, '')
    : /^\d+(\.\d+)*/.exec(stated ?? '')?.[0]
}

export function addressOf(name: ServiceName, {ports, databaseName}: StackSettings) {
  const addresses = {
    postgres: [ports.postgres, `postgresql://127.0.0.1:${ports.postgres}/${databaseName}`],
    redis: [ports.redis, `redis://127.0.0.1:${ports.redis}`],
    'object-store': [ports.objectStore, `http://127.0.0.1:${ports.objectStore}`],
    nginx: [ports.nginx, `http://127.0.0.1:${ports.nginx}`],
  } as const
  const [port, url] = addresses[name]
  return {port, url}
}
