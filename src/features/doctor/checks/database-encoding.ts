import {askDatabase} from '../ask.js'
import type {Check} from '../check.js'

export const databaseEncoding: Check = {
  id: 'database.encoding',
  subject: 'The encoding of the database',
  need: 'database',
  async look(tools) {
    const [[encoding] = []] = await askDatabase(tools, 'SHOW server_encoding')
    const title = `The database is in ${String(encoding)}`
    if (encoding === 'UTF8') return {state: 'ok', title}
    return {
      state: 'failed',
      title,
      cause: 'Names in Indian scripts cannot be kept in it.',
      fix: ['mitra reset (the old data are set aside)', 'mitra setup'],
    }
  },
}
