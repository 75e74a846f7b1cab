import type {Check} from '../check.js'

const leewayMs = 120_000

export const workspaceClock: Check = {
  id: 'machine.clock',
  subject: 'The clock',
  need: 'workspace',
  async look(tools) {
    const {layout} = await tools.workspace()
    const host = await tools.host()
    const now = tools.clock.now()
    const paths = ['workspace.json', 'memory.json', 'secrets.json', 'journal/journal.jsonl']
    const places = await Promise.all(paths.map((name) => host.place(`${layout.state}/${name}`)))
    const newest = Math.max(0, ...places.map((place) => place?.changedAt.getTime() ?? 0))
    if (newest <= now.getTime() + leewayMs) {
      return {state: 'ok', title: `${now.toISOString().slice(0, 16)}Z, after all that was written`}
    }
    return {
      state: 'warning',
      title: `The clock says ${now.toISOString()}, before files were written here`,
      cause: `The newest is of ${new Date(newest).toISOString()}: the clock was set back, or ran ahead.`,
      fix: ['Turn on the time service of the system.'],
    }
  },
}
