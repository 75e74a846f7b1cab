import {askDatabase} from '../ask.js'
import type {Check, DoctorTools} from '../check.js'

// A wait of a moment is how Postgres works; a transaction that does nothing and keeps a table for itself
// is none.
const sql = `SELECT DISTINCT holder.pid, coalesce(nullif(holder.application_name, ''), 'a program'),
    holder.state, floor(extract(epoch FROM now() - holder.xact_start))
  FROM pg_stat_activity AS holder
  WHERE EXISTS (SELECT FROM pg_stat_activity AS waiting
      WHERE waiting.wait_event_type = 'Lock' AND waiting.query_start < now() - interval '0.5 seconds'
        AND holder.pid = ANY (pg_blocking_pids(waiting.pid)))
    OR holder.state LIKE 'idle in transaction%' AND holder.state_change < now() - interval '1 second'
      AND EXISTS (SELECT FROM pg_locks AS held WHERE held.pid = holder.pid AND held.granted
        AND held.locktype = 'relation' AND held.mode IN ('ExclusiveLock', 'AccessExclusiveLock'))
  ORDER BY 1`

const touch = 'SELECT FROM shared_schema.tenants LIMIT 0'
const touchMs = 700

export const databaseLocks: Check = {
  id: 'database.locks',
  subject: 'Who makes others wait in Postgres',
  need: 'database',
  async look(tools) {
    const holders = await holdersSeen(tools)
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

/** Where nobody waits yet, the doctor does for a moment, as a command would. */
async function holdersSeen(tools: DoctorTools): Promise<readonly (readonly unknown[])[]> {
  const progress = {isThrough: false}
  // A table that is not there is no matter here.
  const touched = askDatabase(tools, touch).then(
    () => (progress.isThrough = true),
    () => (progress.isThrough = true),
  )
  const holders = await askDatabase(tools, sql)
  if (holders.length > 0) return holders
  await Promise.race([touched, tools.clock.sleep(touchMs)])
  return progress.isThrough ? [] : askDatabase(tools, sql)
}
