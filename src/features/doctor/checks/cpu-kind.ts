import type {Check} from '../check.js'

export const cpuKind: Check = {
  id: 'machine.cpu',
  subject: 'The kind of processor',
  async look(tools) {
    const {architecture, isTranslated} = await tools.host()
    if (!isTranslated) return {state: 'ok', title: `${architecture}, as the machine itself`}
    return {
      state: 'warning',
      title: 'Node is for Intel, the machine is Apple silicon',
      cause: 'Rosetta translates it: all is slower, and programs of the wrong kind are fetched.',
      fix: ['Install Node for arm64.'],
    }
  },
}
