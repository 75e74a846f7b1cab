import type {Check} from '../check.js'
import {fastestMs} from '../fastest.js'
import {isPasswordLost} from '../obstacles.js'

const slowMs = 500

export const objectStoreResponse: Check = {
  id: 'object-store.response',
  subject: 'The object store',
  need: 'object-store',
  async look(tools) {
    if (await isPasswordLost('objectStore.secretKey', tools)) {
      return {
        state: 'failed',
        title: 'The keys of the object store are lost',
        cause: 'secrets.json does not hold them, and the server runs with them.',
        fix: ['Put .mitra/secrets.json back from a copy.', 'mitra restart object-store'],
      }
    }
    const {bucket} = await tools.workspace()
    const store = await tools.objectStore()
    const isThere = await store.hasBucket(bucket)
    if (!isThere) {
      return {
        state: 'warning',
        title: `There is no bucket ${bucket}`,
        fix: ['mitra setup'],
        repairs: [{kind: 'bucket', bucket}],
      }
    }
    const ms = await fastestMs(() => store.hasBucket(bucket), slowMs, tools)
    const title = `The object store has the bucket ${bucket}`
    if (ms < slowMs) return {state: 'ok', title}
    return {
      state: 'warning',
      title,
      cause: `It takes ${ms.toFixed()} ms to say so.`,
      fix: ['mitra status'],
    }
  },
}
