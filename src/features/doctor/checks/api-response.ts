import type {Check, DoctorTools} from '../check.js'
import {fastestMs} from '../fastest.js'

const slowMs = 50
const serverError = 500

export const apiResponse: Check = {
  id: 'api.response',
  subject: 'The backend through Nginx',
  need: 'nginx',
  async look(tools) {
    const {layout} = await tools.workspace()
    const host = await tools.host()
    if ((await host.place(`${layout.root}/python-backend`)) === undefined) {
      return {state: 'skipped', title: 'No backend', cause: 'There is no python-backend folder.'}
    }
    const {nginx} = await tools.ports()
    const first = await host.httpStatus(nginx, '/api/health')
    if (first === undefined || first >= serverError) {
      const why = await whyNotAsked(tools)
      if (why !== undefined) return {state: 'skipped', title: 'No backend', cause: why}
      return {
        state: 'warning',
        title: `The backend does not answer through Nginx${first === undefined ? '' : ` (${first})`}`,
        cause: 'It is not running, or not on the port that Nginx asks.',
        fix: ['Start the backend.', 'mitra config show --explain'],
      }
    }
    const ms = await fastestMs(() => host.httpStatus(nginx, '/api/health'), slowMs, tools)
    const title = `The backend answers through Nginx in ${ms.toFixed(1)} ms`
    if (ms < slowMs) return {state: 'ok', title}
    return {state: 'warning', title, cause: `More than ${slowMs} ms.`, fix: ['mitra logs nginx']}
  },
}

/** It is not kept and nobody else serves in its place, or somebody works on it. */
async function whyNotAsked(tools: DoctorTools): Promise<string | undefined> {
  const {status} = await tools.keptBackend()
  if (status.devPid !== undefined) return `mitra dev runs it (pid ${status.devPid}): see its log.`
  if (status.state !== 'stopped') return undefined
  const {backend} = await tools.ports()
  const isFree = await (await tools.sockets()).isPortFree(backend)
  return isFree ? 'Nobody runs it: mitra up backend, or mitra dev.' : undefined
}
