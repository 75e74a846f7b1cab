import {serviceNames} from '../../../ports/stack.js'
import type {Check} from '../check.js'

/** Programs or images: without them `up` has to fetch first. */
export const partsPresent: Check = {
  id: 'engine.parts',
  subject: 'What the services need to start',
  need: 'engine',
  async look(tools) {
    const prepared = await (await tools.stack()).prepared(serviceNames)
    const missing = prepared.filter(({state}) => state === 'missing')
    if (missing.length === 0) {
      return {state: 'ok', title: prepared.map(({source}) => source).join(', ')}
    }
    return {
      state: 'warning',
      title: `Not here yet: ${missing.map(({service}) => service).join(', ')}`,
      cause: 'They are got when the service is first started, which needs the network.',
      fix: ['mitra setup', ...missing.flatMap(({hints}) => hints)],
    }
  },
}
