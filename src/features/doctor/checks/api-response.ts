import type {Host} from '../../../ports/host.js'
import type {Check} from '../check.js'
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
      if (!(await isPrepared(layout.root, host))) {
        const cause = 'There is no python-backend/.venv: nobody runs it here yet.'
        return {state: 'skipped', title: 'The backend is not prepared', cause}
      }
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

/** Where the kept backend and `mitra dev` take Python from. */
async function isPrepared(root: string, host: Host): Promise<boolean> {
  return (await host.place(`${root}/python-backend/.venv`)) !== undefined
}
