import type {ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {askHttp} from '../probes/http.js'
import {doesPostgresAccept} from '../probes/postgres.js'
import {askRedis} from '../probes/redis.js'

export interface Probed {
  readonly isHealthy: boolean
  readonly version?: string | undefined
}

/** Seen from the host over the service's own protocol, through its published port. */
export async function probeService(name: ServiceName, settings: StackSettings): Promise<Probed> {
  const {ports, layout, secrets} = settings
  switch (name) {
    case 'postgres':
      return {isHealthy: await doesPostgresAccept(ports.postgres)}
    case 'redis': {
      const answer = await askRedis(ports.redis, (await secrets.ensure('redis')).reveal())
      return {isHealthy: answer?.isReady === true, version: answer?.version}
    }
    case 'object-store': {
      const answer = await askHttp(ports.objectStore, '/minio/health/ready')
      return {isHealthy: answer?.status === 200}
    }
    case 'nginx': {
      const answer = await askHttp(ports.nginx, '/-/health')
      const isOurs = answer?.headers['x-mitra-workspace'] === layout.id
      const version = /nginx\/([\d.]+)/.exec(String(answer?.headers['server']))?.[1]
      return {isHealthy: answer?.status === 200 && isOurs, version}
    }
  }
}
