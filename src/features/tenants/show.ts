import type {Database, Login} from '../../ports/database.js'

export interface TableCount {
  readonly table: string
  readonly rows: number
}

/** Tables of the session's own schema with the rows that its login sees, in one round trip more. */
export async function countTables(
  database: Database,
  login: Login,
): Promise<readonly TableCount[]> {
  const session = await database.connect(login)
  try {
    // Partitions are counted through their parents; nothing of them is granted.
    const {rows} = await session.query(
      "SELECT c.relname, (xpath('/row/n/text()', query_to_xml(" +
        "format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')))[1]::text::bigint" +
        ' FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace' +
        " AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname",
    )
    return rows.map(([table, count]) => ({table: String(table), rows: Number(count)}))
  } finally {
    await session.close()
  }
}
