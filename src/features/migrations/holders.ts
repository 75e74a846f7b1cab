import type {Database} from '../../ports/database.js'
import {lockKeySql} from './ledger.js'
import {lockName, type ScriptTarget} from './sql.js'

interface HolderWish {
  /** `lock`: of the target's tables. `busy`: of the target's own lock. `snapshot`: old transactions. */
  readonly what: 'lock' | 'busy' | 'snapshot'
  readonly target: ScriptTarget
}

/**
 * Who stands in the way, as sentences: "agents is held by pid 4711 (psql as lic_login, tenant lic, idle in
 * transaction for 42 s).". Never throws: it is asked when something else went wrong.
 */
export async function lockHolders(
  database: Database,
  {what, target}: HolderWish,
): Promise<readonly string[]> {
  try {
    const session = await database.connect({role: 'admin'})
    try {
      const {rows} = await session.query(sqlOf(what, target), parametersOf(what, target))
      return rows.map(
        ([held, pid, who]) => `${String(held)} is held by pid ${String(pid)} (${String(who)}).`,
      )
    } finally {
      await session.close()
    }
  } catch {
    return []
  }
}

function parametersOf(what: HolderWish['what'], target: ScriptTarget): readonly string[] {
  if (what === 'snapshot') return []
  return [what === 'busy' ? lockName(target) : (target?.schema ?? 'shared_schema')]
}

function sqlOf(what: HolderWish['what'], target: ScriptTarget): string {
  const held = {
    lock: `SELECT c.relname::text AS held, l.pid FROM pg_locks l
      JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE l.granted AND n.nspname = $1 AND c.relkind IN ('r', 'p', 'm')
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    busy: `SELECT ${target === undefined ? "'shared_schema'" : "'The tenant'"} AS held, l.pid FROM pg_locks l
     WHERE l.granted AND l.locktype = 'advisory' AND l.objsubid = 1
       AND (l.classid::bigint << 32 | l.objid::bigint) = ${lockKeySql('$1')}`,
    snapshot: `SELECT 'An old snapshot' AS held, pid FROM pg_stat_activity
     WHERE backend_xmin IS NOT NULL AND datname = current_database() AND backend_type = 'client backend'`,
  }[what]
  return `SELECT string_agg(DISTINCT h.held, ', '), a.pid, concat_ws(', ',
      concat(coalesce(nullif(a.application_name, ''), 'no application name'), ' as ', a.usename),
      'tenant ' || t.name, concat(a.state, ' for ',
        extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.state_change))::int, ' s'))
    FROM (${held}) h
    JOIN pg_stat_activity a USING (pid)
    LEFT JOIN shared_schema.tenants t ON t.login_name = a.usename
   WHERE a.pid <> pg_backend_pid()
   GROUP BY a.pid, a.application_name, a.usename, a.state, a.xact_start, a.state_change, t.name
   ORDER BY min(a.xact_start) LIMIT 3`
}
