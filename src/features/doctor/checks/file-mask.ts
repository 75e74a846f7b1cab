import type {Check} from '../check.js'

const own = 0o700
const writeForOthers = 0o022

export const fileMask: Check = {
  id: 'machine.umask',
  subject: 'The umask',
  async look(tools) {
    const {umask} = await tools.host()
    const title = `umask ${umask.toString(8).padStart(4, '0')}`
    const fix = ['umask 022']
    if ((umask & own) !== 0) {
      const cause = 'It takes rights from you: new files and folders cannot be used.'
      return {state: 'failed', title, cause, fix}
    }
    if ((umask & writeForOthers) === writeForOthers) return {state: 'ok', title}
    // A group of one's own is usual on many systems.
    if ((umask & 0o002) !== 0) return {state: 'ok', title}
    return {state: 'warning', title, cause: 'Every user may change files that you make.', fix}
  },
}
