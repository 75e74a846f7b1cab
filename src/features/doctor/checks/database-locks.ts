import {askDatabase} from '../ask.js'
import type {Check} from '../check.js'

// A wait of a moment is how Postgres works.
const sql = `SELECT DISTINCT holder.pid, coalesce(nullif(holder.application_name, ''), 'a program'),
    holder.state, floor(extract(epoch FROM now() - holder.xact_start))
  FROM pg_stat_activity AS waiting
  CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocking (pid)
  JOIN pg_stat_activity AS holder ON holder.pid = blocking.pid
  WHERE waiting.wait_event_type = 'Lock' AND waiting.query_start < now() - interval '1 second'
  ORDER BY 1`

export const databaseLocks: Check = {
  id: 'database.locks',
  subject: 'Who makes others wait in Postgres',
  need: 'database',
  async look(tools) {
    const holders = await askDatabase(tools, sql)
    if (holders.length === 0) return {state: 'ok', title: 'Nobody waits for a lock'}
    const seen = holders.map(
      ([pid, name, state, seconds]) =>
        `${String(name)} (pid ${Number(pid)}, ${String(state)}, for ${Number(seconds)} s)`,
    )
    return {
      state: 'warning',
      title: `Others wait for ${seen.join(', ')}`,
      cause: 'An open transaction holds what they need; migrations wait too.',
      fix: ['End that transaction in its program, or end the program.'],
    }
  },
}
