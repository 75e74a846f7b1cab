import type {Check} from '../check.js'

export const temporaryFolder: Check = {
  id: 'temp.folder',
  subject: 'The folder for temporary files',
  async look(tools) {
    const host = await tools.host()
    const path = host.temporaryFolder
    const found = await host.place(path)
    if (found?.isFolder === true && found.isWritable) {
      return {state: 'ok', title: `${path} can be written to`}
    }
    return {
      state: 'failed',
      title: `${path} ${found === undefined ? 'is not there' : 'cannot be written to'}`,
      cause: 'TMPDIR names it (or it is the usual one); most programs need it.',
      fix: ['unset TMPDIR, or name a folder of yours.'],
    }
  },
}
