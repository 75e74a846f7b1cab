import type {Check, Finding, KeptBackendSeen} from '../check.js'

export const keptBackend: Check = {
  id: 'backend.kept',
  subject: 'The backend that mitra keeps',
  need: 'workspace',
  async look(tools) {
    const seen = await tools.keptBackend()
    const {status, isPrepared, isChanged} = seen
    if (status.devPid !== undefined) {
      return {state: 'ok', title: `mitra dev runs the backend (pid ${status.devPid})`}
    }
    if (status.state === 'failed') return failed(seen)
    if (status.state === 'starting') {
      return {
        state: 'warning',
        title: 'The backend runs and does not answer /health',
        cause: 'It was started a moment ago, it hangs, or what it needs is down.',
        fix: ['mitra logs backend', 'mitra restart backend'],
      }
    }
    if (status.state === 'stopped') {
      const title = isPrepared ? 'The backend is not running' : 'The backend is not prepared'
      return {state: 'ok', title}
    }
    if (!isChanged) return {state: 'ok', title: `The backend answers on port ${status.port}`}
    return {
      state: 'warning',
      title: 'The backend runs with what was before',
      cause: 'requirements.txt or .env.local was changed after it was started.',
      fix: ['mitra up backend'],
      repairs: [{kind: 'backend'}],
    }
  },
}

function failed({status: {failure}}: KeptBackendSeen): Finding {
  const last = failure?.lastLines.at(-1)
  return {
    state: 'failed',
    title: 'The backend failed',
    cause: `${failure?.cause ?? 'it ended'}.${last === undefined ? '' : ` Its last line: ${last.trim()}`}`,
    fix: ['mitra logs backend', 'mitra up backend'],
    repairs: [{kind: 'backend'}],
  }
}
