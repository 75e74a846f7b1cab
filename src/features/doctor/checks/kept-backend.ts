import type {Check, Finding, KeptBackendSeen} from '../check.js'

export const keptBackend: Check = {
  id: 'backend.kept',
  subject: 'The backend that mitra keeps',
  need: 'workspace',
  async look(tools) {
    const seen = await tools.keptBackend()
    const {status, missing, isChanged} = seen
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
      const title = `The backend is not ${missing.length === 0 ? 'running' : 'prepared'}`
      return {state: 'ok', title}
    }
    if (missing.length > 0) {
      return {
        state: 'warning',
        title: `The backend runs without ${missing.join(', ')}`,
        cause: 'What it was started with is gone: it cannot be started again.',
        fix: ['Put it back, or: mitra setup --profile backend'],
      }
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
