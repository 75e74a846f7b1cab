import {askDatabase} from '../ask.js'
import type {Check} from '../check.js'

const tooFull = 0.85

const sql = `SELECT count(*), current_setting('max_connections') FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`

export const databaseConnections: Check = {
  id: 'database.connections',
  subject: 'Connections to Postgres',
  need: 'database',
  async look(tools) {
    const [[used, most] = []] = await askDatabase(tools, sql)
    const title = `${Number(used)} of ${Number(most)} connections are in use`
    if (Number(used) < Number(most) * tooFull) return {state: 'ok', title}
    return {
      state: 'warning',
      title,
      cause: 'When all are, Postgres lets nobody in.',
      fix: ['Stop programs that keep connections open.'],
    }
  },
}
