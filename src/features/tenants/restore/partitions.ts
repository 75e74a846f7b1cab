import type {Session} from '../../../ports/database.js'
import {placeOf} from '../archive/exact-text.js'
import {makePartitionSql} from '../archive/facts.js'
import type {ArchivedPartition} from '../archive/format.js'

// A partition brings its indexes and its share of constraints: some hundred locks at a time.
const atOnce = 20

/** The partitions that the archive has, no more and no fewer; the schema is empty of rows. */
export async function setPartitions(
  session: Session,
  schema: string,
  wanted: readonly ArchivedPartition[],
): Promise<void> {
  const {rows} = await session.query(
    `SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
      WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relispartition
        AND c.relkind IN ('r', 'p')`,
    [schema],
  )
  const have = new Set(rows.map(([name]) => String(name)))
  const names = new Set(wanted.map(({name}) => name))
  const drops = [...have]
    .filter((name) => !names.has(name))
    .map((name) => `DROP TABLE ${placeOf(schema, name)};\n`)
  const makes = wanted
    .filter(({name}) => !have.has(name))
    .map((partition) => makePartitionSql(schema, partition))
  const statements = [...drops, ...makes]
  for (let at = 0; at < statements.length; at += atOnce) {
    await session.script(`BEGIN;\n${statements.slice(at, at + atOnce).join('')}COMMIT;`)
  }
}
