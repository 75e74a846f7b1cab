import {join} from 'node:path'
import {askRedis} from '../probes/redis.js'
import {makeOwned} from './place.js'
import type {Program} from './program.js'
import {writeOwned} from './registry.js'

// The probe needs the password on every look; asking the file each time would be most of its cost.
const passwords = new Map<string, string>()

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

  async isHealthy({ports, secrets, layout}, pid) {
    const known = passwords.get(layout.id) ?? (await secrets.ensure('redis')).reveal()
    passwords.set(layout.id, known)
    const answer = await askRedis(ports.redis, known)
    return answer !== undefined && answer.isReady && answer.pid === pid
  },

  url: ({ports}) => `redis://127.0.0.1:${ports.redis}`,
  port: ({ports}) => ports.redis,
}
