import type {Check} from '../check.js'

export const leftoverProcesses: Check = {
  id: 'leftovers.processes',
  subject: 'What earlier starts left behind',
  need: 'engine',
  async look(tools) {
    const {layout} = await tools.workspace()
    const {engine} = await tools.engine()
    const states = await tools.states()
    const all = await (await tools.machine()).leftovers(layout, engine)
    // The files of a service that failed belong to that finding.
    const left = all.filter(({service, pid}) => {
      return pid !== undefined || states.get(service)?.state !== 'failed'
    })
    if (left.length === 0) return {state: 'ok', title: 'Nothing is left of earlier starts'}
    const running = left.filter(({pid}) => pid !== undefined)
    if (running.length === 0) {
      return {
        state: 'warning',
        title: `Files of dead services: ${left.map(({service}) => service).join(', ')}`,
        cause: 'What watches a service was killed with it, so nobody cleaned up.',
        fix: ['mitra down', 'mitra up'],
        repairs: [{kind: 'clear', services: left.map(({service}) => service)}],
      }
    }
    return {
      state: 'warning',
      title: running.map(({service, pid}) => `${service} still runs (pid ${pid})`).join(', '),
      cause: 'These are native services of this workspace, whose engine is docker now.',
      fix: ['MITRA_ENGINE=native mitra down'],
    }
  },
}
