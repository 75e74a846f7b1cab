import type {Check} from '../check.js'

/** No docker is no fault: whether this workspace needs it is the question of engine.chosen. */
export const dockerAnswers: Check = {
  id: 'engine.docker',
  subject: 'Docker',
  async look(tools) {
    const found = await tools.docker()
    if ('how' in found) return {state: 'ok', title: found.how}
    return {state: 'skipped', title: 'No docker engine', cause: `${found.why}.`}
  },
}
