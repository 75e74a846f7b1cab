import type {Session} from '../../../ports/database.js'
import {identifier} from '../../../ports/sql-text.js'

/** SQL that opens a table to its owner's COPY, and SQL that makes it again exactly what it was. */
interface TableDoor {
  readonly open: string
  readonly close: string
}

/** Triggers that people made, and forced row level security; foreign keys go on being checked. */
export async function openTable(session: Session, place: string): Promise<TableDoor> {
  const {rows} = await session.query(doorSql, [place])
  const [isForced, triggers] = rows[0] ?? []
  const states: readonly (readonly [string, string])[] = JSON.parse(String(triggers))
  const alter = `ALTER TABLE ${place}`
  const on = states.map(([name, state]) => `${alter} ${enabledAs(state)} ${identifier(name)};\n`)
  const off = states.length > 0 ? `${alter} DISABLE TRIGGER USER;\n` : ''
  return isForced === 't'
    ? {
        open: `${off}${alter} NO FORCE ROW LEVEL SECURITY;\n`,
        close: `${alter} FORCE ROW LEVEL SECURITY;\n${on.join('')}`,
      }
    : {open: off, close: on.join('')}
}

function enabledAs(state: string): string {
  if (state === 'R') return 'ENABLE REPLICA TRIGGER'
  return state === 'A' ? 'ENABLE ALWAYS TRIGGER' : 'ENABLE TRIGGER'
}

const doorSql = `
SELECT c.relforcerowsecurity,
       (SELECT coalesce(json_agg(json_build_array(tgname, tgenabled)), '[]') FROM pg_trigger
         WHERE tgrelid = c.oid AND NOT tgisinternal AND tgenabled <> 'D')
  FROM pg_class c WHERE c.oid = $1::text::regclass`
