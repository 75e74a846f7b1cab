import type {Check} from '../check.js'

const tooFew = 256
const few = 1024

export const openFiles: Check = {
  id: 'machine.open-files',
  subject: 'How many files a program may open',
  async look(tools) {
    const limit = await (await tools.host()).openFiles()
    if (limit === undefined) return {state: 'ok', title: 'No limit of open files'}
    const title = `A program may open ${limit} files`
    if (limit >= few) return {state: 'ok', title}
    return {
      state: limit < tooFew ? 'failed' : 'warning',
      title,
      cause: 'Postgres and Nginx open one for each table and connection.',
      fix: [`ulimit -n 4096`],
    }
  },
}
