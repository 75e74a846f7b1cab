import {MitraError} from '../../errors.js'
import type {Database} from '../../ports/database.js'

/** Open sessions of a login. */
export async function countSessions(database: Database, login: string): Promise<number> {
  const session = await database.connect({role: 'admin'})
  try {
    const {rows} = await session.query(countSql, [login])
    return Number(rows[0]?.[0])
  } finally {
    await session.close()
  }
}

const countSql = 'SELECT count(*) FROM pg_stat_activity WHERE usename = $1'

/**
 * Ends them and waits until the last is gone. As the superuser: nobody else may end what another role
 * has opened. Throws SESSIONS_STAY when one does not go within ten seconds.
 */
export async function endSessions(database: Database, login: string): Promise<void> {
  const session = await database.connect({role: 'admin'})
  try {
    // The wait is the server's: it tells false for one that is still there.
    const {rows} = await session.query(
      'SELECT count(*) FILTER (WHERE NOT pg_terminate_backend(pid, 10000))' +
        ' FROM pg_stat_activity WHERE usename = $1',
      [login],
    )
    const left = Number(rows[0]?.[0])
    if (left === 0) return
    throw new MitraError('failed', 'SESSIONS_STAY', `${left} sessions of ${login} do not end.`, {
      hints: ['Stop what uses them, then run the command again; it goes on.'],
    })
  } finally {
    await session.close()
  }
}
