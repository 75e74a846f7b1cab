import {askDatabase} from '../ask.js'
import type {Check} from '../check.js'

export const databaseWritable: Check = {
  id: 'database.writable',
  subject: 'Whether Postgres takes changes',
  need: 'database',
  async look(tools) {
    const [[readOnly] = []] = await askDatabase(tools, 'SHOW transaction_read_only')
    if (readOnly !== 'on') return {state: 'ok', title: 'Postgres takes changes'}
    return {
      state: 'failed',
      title: 'Postgres takes no changes',
      cause: 'default_transaction_read_only is on, or the server is a standby.',
      fix: [
        'mitra open psql, then: ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf();',
      ],
    }
  },
}
