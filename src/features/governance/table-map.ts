import type {Session} from '../../ports/database.js'
import {textRows} from './text-rows.js'

export interface MappedColumn {
  readonly name: string
  readonly isRequired: boolean
}

/** A table of a tenant, as far as people's data are concerned. */
export interface MappedTable {
  readonly name: string
  /** Its own key, without tenant and partition. */
  readonly key: string
  readonly columns: ReadonlyMap<string, MappedColumn>
  /** What its changes are called in audit_logs; undefined where none are recorded. */
  readonly resource: string | undefined
}

/** A foreign key, without the tenant in it. */
export interface TableEdge {
  readonly table: string
  readonly column: string
  readonly to: string
  readonly toColumn: string
  /** The reference is emptied when the row goes. */
  readonly isReleased: boolean
}

export interface TableMap {
  readonly tables: ReadonlyMap<string, MappedTable>
  readonly edges: readonly TableEdge[]
}

const ownTables = `pg_class c WHERE c.relnamespace = current_schema()::regnamespace
  AND c.relkind IN ('r', 'p') AND NOT c.relispartition`

const tablesSql = `SELECT c.relname,
    (SELECT string_agg(a.attname, ',' ORDER BY array_position(i.indkey::int2[], a.attnum))
       FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[])
      WHERE i.indrelid = c.oid AND i.indisprimary
        AND a.attnum <> ALL (coalesce((SELECT partattrs::int2[] FROM pg_partitioned_table
                                        WHERE partrelid = c.oid), '{}'))),
    (SELECT string_agg(a.attname || CASE WHEN a.attnotnull THEN '!' ELSE '' END, ',' ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT split_part(encode(t.tgargs, 'escape'), '\\000', 2) FROM pg_trigger t
      WHERE t.tgrelid = c.oid AND t.tgfoid = to_regprocedure('shared_schema.record_change()') LIMIT 1)
  FROM ${ownTables} ORDER BY 1`

const edgesSql = `SELECT c.relname, f.relname, k.confdeltype,
    (SELECT string_agg(a.attname || ' ' || b.attname, ',' ORDER BY place)
       FROM unnest(k.conkey, k.confkey) WITH ORDINALITY pair (own, other, place)
       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = own
       JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = other
      WHERE b.attname <> 'tenant_id')
  FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
  JOIN ${ownTables.replace(' WHERE', ' ON c.oid = k.conrelid WHERE')}
   AND k.contype = 'f' AND k.conparentid = 0 AND f.relnamespace = c.relnamespace
 ORDER BY 1, 4`

/** Tables, keys and references of the schema that the session works in. */
export async function observeTableMap(session: Session): Promise<TableMap> {
  const tables = textRows(await session.query(tablesSql)).map(asTable)
  const edges = textRows(await session.query(edgesSql)).flatMap(asEdge)
  return {tables: new Map(tables.map((table) => [table.name, table])), edges}
}

function asTable([name = '', key, columns = '', resource]: readonly (
  | string
  | undefined
)[]): MappedTable {
  const keys = (key ?? '').split(',').filter((column) => column !== 'tenant_id')
  const list = columns.split(',').map((text) => {
    const isRequired = text.endsWith('!')
    return {name: isRequired ? text.slice(0, -1) : text, isRequired}
  })
  return {
    name,
    key: keys[0] ?? '',
    columns: new Map(list.map((column) => [column.name, column])),
    resource: resource === '' ? undefined : resource,
  }
}

/** Keys over more columns than the tenant's and one are no reference to a person. */
function asEdge([table = '', to = '', onDelete, pairs = '']: readonly (
  | string
  | undefined
)[]): readonly TableEdge[] {
  const [column, toColumn, more] = pairs.split(/[ ,]/)
  if (column === undefined || toColumn === undefined || more !== undefined) return []
  return [{table, column, to, toColumn, isReleased: onDelete === 'n'}]
}
