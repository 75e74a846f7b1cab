import type {Check} from '../check.js'

const slowMs = 500

export const objectStoreResponse: Check = {
  id: 'object-store.response',
  subject: 'The object store',
  need: 'object-store',
  async look(tools) {
    const {bucket} = await tools.workspace()
    const store = await tools.objectStore()
    const from = tools.clock.now().getTime()
    const isThere = await store.hasBucket(bucket)
    const ms = tools.clock.now().getTime() - from
    if (!isThere) {
      return {state: 'warning', title: `There is no bucket ${bucket}`, fix: ['mitra setup']}
    }
    const title = `The object store has the bucket ${bucket}`
    if (ms < slowMs) return {state: 'ok', title}
    return {state: 'warning', title, cause: `It took ${ms} ms to say so.`, fix: ['mitra status']}
  },
}
