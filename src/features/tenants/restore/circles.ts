import type {Session} from '../../../ports/database.js'
import {identifier} from '../../../ports/sql-text.js'
import {placeOf} from '../archive/exact-text.js'
import type {ArchivedTable} from '../archive/format.js'

interface Suspended {
  readonly drop: string
  readonly add: string
}

/**
 * Foreign keys to tables that are filled later, which only tables that refer to each other in circles
 * have: taken away before the rows come and made again, and so checked, after them.
 */
export async function circularReferences(
  session: Session,
  schema: string,
  tables: readonly ArchivedTable[],
): Promise<readonly Suspended[]> {
  const {rows} = await session.query(referencesSql, [schema, tables.map(({name}) => name)])
  return rows.map(([table, name, definition]) => {
    const alter = `ALTER TABLE ${placeOf(schema, String(table))}`
    const constraint = identifier(String(name))
    return {
      drop: `${alter} DROP CONSTRAINT ${constraint}`,
      add: `${alter} ADD CONSTRAINT ${constraint} ${String(definition)}`,
    }
  })
}

const referencesSql = `
WITH place AS (
  SELECT coalesce(pg_partition_root(c.oid), c.oid) AS root, min(t.nth) AS nth
    FROM unnest($2::text[]) WITH ORDINALITY t (name, nth)
    JOIN pg_class c ON c.relname = t.name AND c.relnamespace = to_regnamespace(quote_ident($1))
   GROUP BY 1
)
SELECT own.relname, k.conname, pg_get_constraintdef(k.oid)
  FROM pg_constraint k
  JOIN pg_class own ON own.oid = k.conrelid
  JOIN place mine ON mine.root = k.conrelid
  JOIN place theirs ON theirs.root = k.confrelid
 WHERE k.contype = 'f' AND k.conparentid = 0 AND theirs.nth > mine.nth
 ORDER BY own.relname, k.conname`
