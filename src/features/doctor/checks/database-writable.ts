import {askDatabase} from '../ask.js'
import type {Check} from '../check.js'

const sql = `SELECT current_setting('transaction_read_only'),
  CASE WHEN sourcefile LIKE '%/postgresql.auto.conf' AND NOT pg_is_in_recovery() THEN 'auto' END
  FROM pg_settings WHERE name = 'default_transaction_read_only'`

export const databaseWritable: Check = {
  id: 'database.writable',
  subject: 'Whether Postgres takes changes',
  need: 'database',
  async look(tools) {
    const [[readOnly, source] = []] = await askDatabase(tools, sql)
    if (readOnly !== 'on') return {state: 'ok', title: 'Postgres takes changes'}
    return {
      state: 'failed',
      title: 'Postgres takes no changes',
      cause: 'default_transaction_read_only is on, or the server is a standby.',
      fix: [
        'mitra open psql, then: ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf();',
      ],
      // Where another file says so, or the server is a standby, a person decided it.
      ...(source === 'auto' ? {repairs: [{kind: 'writable'}]} : {}),
    }
  },
}
