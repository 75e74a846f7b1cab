import type {Check, Finding} from '../check.js'

export const redisResponse: Check = {
  id: 'redis.response',
  subject: 'Redis',
  need: 'engine',
  async look(tools) {
    const state = (await tools.states()).get('redis')?.state ?? 'stopped'
    // With a password that does not fit it never becomes healthy.
    if (state !== 'healthy' && state !== 'starting') {
      return {state: 'skipped', title: 'Redis', cause: `redis is ${state}: see stack.services.`}
    }
    const password = await (await tools.secrets()).get('redis')
    if (password === undefined) return lost()
    const [host, {redis}] = [await tools.host(), await tools.ports()]
    const answer = await host.askRedis(redis, password)
    if (answer === 'refused') return refused()
    if (answer === 'ready') return {state: 'ok', title: 'Redis takes the kept password'}
    return {state: 'skipped', title: 'Redis', cause: 'redis gives no answer: see stack.services.'}
  },
}

function lost(): Finding {
  return {
    state: 'failed',
    title: 'The password of Redis is lost',
    cause: 'secrets.json does not hold redis, and Redis runs with it.',
    fix: ['Put .mitra/secrets.json back from a copy.', 'mitra restart redis (with a new one)'],
  }
}

function refused(): Finding {
  return {
    state: 'failed',
    title: 'Redis refuses the kept password',
    cause: 'It was changed in Redis, or secrets.json is of another time: nobody gets in.',
    fix: ['mitra restart redis (gives it the one that is kept)'],
    repairs: [{kind: 'restart', services: ['redis']}],
  }
}
