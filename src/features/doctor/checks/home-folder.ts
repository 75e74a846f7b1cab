import type {Check} from '../check.js'

export const homeFolder: Check = {
  id: 'machine.home',
  subject: 'The home folder',
  async look(tools) {
    const host = await tools.host()
    const found = await host.place(host.homeFolder)
    if (found?.isFolder === true && found.isWritable) {
      return {state: 'ok', title: `${host.homeFolder} can be written to`}
    }
    return {
      state: 'failed',
      title: `The home folder ${host.homeFolder} cannot be ${found === undefined ? 'found' : 'written to'}`,
      cause: 'Programs keep settings and caches there.',
      fix: ['Set HOME to your own folder.'],
    }
  },
}
