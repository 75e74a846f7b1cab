import type {Session} from '../../../ports/database.js'
import {MitraError} from '../../../errors.js'
import type {TenantSchema} from '../build.js'
import type {ArchivedPartition, ArchivedSequence, ArchivedTable} from './format.js'

/** What of a schema its migrations do not say: where rows lie, partitions, places of sequences. */
export interface ArchivableShape {
  readonly tables: readonly ArchivedTable[]
  readonly partitions: readonly ArchivedPartition[]
  readonly sequences: readonly ArchivedSequence[]
  readonly filledViews: readonly string[]
}

/** To be read in one snapshot, by the migrator. Tables in the order in which they can be filled. */
export async function readArchivableShape(
  session: Session,
  schema: string,
): Promise<ArchivableShape> {
  const leaves = await session.query(leavesSql, [schema])
  const edges = await session.query(edgesSql, [schema])
  const tables = leaves.rows.map(([name, root, columns]) => ({
    name: String(name),
    root: String(root),
    columns: parseList(columns),
  }))
  const order = fillOrder(
    tables.map(({root}) => root),
    edges.rows.map(([from, to]) => [String(from), String(to)] as const),
  )
  const sorted = order.flatMap((root) => tables.filter((table) => table.root === root))
  const partitions = await session.query(partitionsSql, [schema])
  const views = await session.query(filledViewsSql, [schema])
  return {
    tables: sorted.map(({name, columns}) => ({name, columns})),
    partitions: partitions.rows.map(([name, parent, bound]) => ({
      name: String(name),
      parent: String(parent),
      bound: String(bound),
    })),
    sequences: await readSequences(session, schema),
    filledViews: views.rows.map(([name]) => String(name)),
  }
}

async function readSequences(
  session: Session,
  schema: string,
): Promise<readonly ArchivedSequence[]> {
  const {rows} = await session.query(sequencesSql, [schema])
  const sequences: ArchivedSequence[] = []
  for (const [name, place] of rows) {
    const {rows: values} = await session.query(`SELECT last_value, is_called FROM ${String(place)}`)
    const [lastValue, isCalled] = values[0] ?? []
    sequences.push({name: String(name), lastValue: String(lastValue), isCalled: isCalled === 't'})
  }
  return sequences
}

/** Pure: what is referred to comes before what refers to it; what goes in circles comes last. */
export function fillOrder(
  roots: readonly string[],
  edges: readonly (readonly [from: string, to: string])[],
): readonly string[] {
  const waiting = new Set(roots)
  const order: string[] = []
  while (waiting.size > 0) {
    const isFree = (root: string) =>
      !edges.some(([from, to]) => from === root && to !== root && waiting.has(to))
    const free = [...waiting].filter(isFree)
    for (const root of free.length > 0 ? free : [...waiting]) {
      waiting.delete(root)
      order.push(root)
    }
  }
  return order
}

const leavesSql = `
SELECT c.relname, coalesce(root.relname, c.relname),
       (SELECT coalesce(json_agg(attname ORDER BY attnum), '[]') FROM pg_attribute
         WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '')
  FROM pg_class c LEFT JOIN pg_class root ON root.oid = pg_partition_root(c.oid)
 WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relkind = 'r'
 ORDER BY c.relname COLLATE "C"`

const edgesSql = `
SELECT DISTINCT own.relname, other.relname
  FROM pg_constraint k
  JOIN pg_class own ON own.oid = k.conrelid
  JOIN pg_class other ON other.oid = k.confrelid
 WHERE k.contype = 'f' AND k.conparentid = 0
   AND own.relnamespace = to_regnamespace(quote_ident($1)) AND other.relnamespace = own.relnamespace`

const partitionsSql = `
SELECT c.relname, parent.relname, pg_get_expr(c.relpartbound, c.oid)
  FROM pg_class c
  JOIN pg_inherits i ON i.inhrelid = c.oid
  JOIN pg_class parent ON parent.oid = i.inhparent
 WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relispartition
   AND c.relkind IN ('r', 'p')
 ORDER BY c.relname COLLATE "C"`

const sequencesSql = `
SELECT relname, format('%I.%I', $1::text, relname) FROM pg_class
 WHERE relnamespace = to_regnamespace(quote_ident($1)) AND relkind = 'S'
 ORDER BY relname COLLATE "C"`

const filledViewsSql = `
SELECT relname FROM pg_class
 WHERE relnamespace = to_regnamespace(quote_ident($1)) AND relkind = 'm' AND relispopulated
 ORDER BY oid`

function parseList(text: unknown): readonly string[] {
  const parsed: unknown = JSON.parse(String(text))
  return Array.isArray(parsed) ? parsed.map(String) : []
}

/**
 * What an archive could not bring back is refused before it is made: rows of the tenant that lie in
 * other places than its schema, and partitions of partitions.
 */
export async function refuseUnarchivable(
  session: Session,
  {id, name, schema}: TenantSchema,
): Promise<void> {
  const {rows: foreign} = await session.query(foreignSql, [schema])
  const elsewhere: string[] = []
  const {rows: places} = await session.query(elsewhereSql)
  for (const [place] of places) {
    const found = await session.query(
      `SELECT EXISTS (SELECT FROM ${String(place)} WHERE tenant_id = $1)`,
      [id],
    )
    if (found.rows[0]?.[0] === 't') elsewhere.push(`rows in ${String(place)}`)
  }
  const all = [...foreign.map(([what]) => String(what)), ...elsewhere]
  if (all.length === 0) return
  throw new MitraError(
    'refused',
    'CANNOT_ARCHIVE',
    `An archive of ${name} would not hold all of it: ${all.join(', ')}.`,
    {hints: ['Move them into plain tables of its schema by a migration, or remove them.']},
  )
}

const foreignSql = `
SELECT 'the rows of foreign table ' || relname FROM pg_class
 WHERE relnamespace = to_regnamespace(quote_ident($1)) AND relkind = 'f'
UNION ALL
SELECT 'partition ' || c.oid::regclass || ' in another schema'
  FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid JOIN pg_class p ON p.oid = i.inhparent
 WHERE p.relnamespace = to_regnamespace(quote_ident($1)) AND c.relnamespace <> p.relnamespace
UNION ALL
SELECT 'the large objects that ' || c.relname || '.' || a.attname || ' points to'
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relkind IN ('r', 'p')
   AND NOT c.relispartition AND NOT a.attisdropped AND a.atttypid = 'oid'::regtype
ORDER BY 1`

const elsewhereSql = `
SELECT DISTINCT c.oid::regclass::text FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.atttypid = 'uuid'::regtype
 WHERE c.relnamespace = 'shared_schema'::regnamespace AND c.relkind IN ('r', 'p')
   AND NOT c.relispartition AND c.relname NOT IN ('tenants', 'schema_migrations')`
