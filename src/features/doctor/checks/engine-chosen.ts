import type {Check} from '../check.js'

export const engineChosen: Check = {
  id: 'engine.chosen',
  subject: 'The engine of this workspace',
  need: 'workspace',
  async look(tools) {
    const {engine, why} = await tools.engine()
    return {state: 'ok', title: `${engine}: ${why}`}
  },
}
