import type {Check} from '../check.js'

export const journalReadable: Check = {
  id: 'journal.readable',
  subject: 'The journal',
  need: 'workspace',
  async look(tools) {
    const runs = await (await tools.journal()).runs()
    const last = runs.at(-1)
    const title = runs.length === 1 ? '1 run is recorded' : `${runs.length} runs are recorded`
    if (last?.outcome === 'open') {
      return {state: 'ok', title: `${title}; ${last.command} is running`}
    }
    if (last?.outcome !== 'interrupted') return {state: 'ok', title}
    const done = `${last.finished.length} of ${last.plan.length}`
    return {
      state: 'warning',
      title: `${title}; the last one, ${last.command}, was cut off`,
      cause: `It had finished ${done} steps. Nothing is lost: the same command goes on from there.`,
      fix: [`mitra ${last.command}`, `mitra journal show ${last.id}`],
    }
  },
}
