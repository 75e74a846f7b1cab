import {join} from 'node:path'
import {askRedis} from '../probes/redis.js'
import {makeOwned} from './place.js'
import type {Program} from './program.js'
import {writeOwned} from './registry.js'

/** Redis 7 or Valkey: append-only file, password from a file that the service alone reads. */
export const redisProgram: Program = {
  service: 'redis',

  async launch({settings, place, runtime}) {
    const data = place.data('redis')
    const file = join(place.conf, 'redis.conf')
    makeOwned(data, place.account)
    makeOwned(place.conf, place.account)
    const password = (await settings.secrets.ensure('redis')).reveal()
    const lines = [
      `port ${settings.ports.redis}`,
      'bind 127.0.0.1',
      'protected-mode yes',
      `requirepass ${password}`,
      `dir "${data}"`,
      'appendonly yes',
      'save ""',
      'daemonize no',
      'logfile ""',
    ]
    writeOwned(file, `${lines.join('\n')}\n`, place.account)
    return {argv: [runtime.path, file], env: {}, folder: data, stopSignal: 'TERM'}
  },

  async isHealthy({ports, secrets}, pid) {
    const password = await secrets.get('redis')
    const answer = await askRedis(ports.redis, password?.reveal() ?? '')
    return answer !== undefined && answer.isReady && answer.pid === pid
  },

  url: ({ports}) => `redis://127.0.0.1:${ports.redis}`,
  port: ({ports}) => ports.redis,
}
