import {randomUUID} from 'node:crypto'
import type {Database, Session} from '../../../ports/database.js'
import {identifier, literal as text} from '../../../ports/sql-text.js'
import {openBuilt, type SchemaBuilder, type TenantSchema} from '../build.js'
import {MitraError} from '../../../errors.js'
import type {ArchivedPartition} from './format.js'

/** What a schema is, one line a fact, the names of tenant, schema and login taken out; sorted. */
export async function schemaFactLines(
  session: Session,
  {id, schema, login}: Pick<TenantSchema, 'id' | 'schema' | 'login'>,
): Promise<readonly string[]> {
  const {rows} = await session.query(
    'SELECT kind, object, fact FROM shared_schema.schema_facts($1, $2, $3)',
    [schema, login, id],
  )
  return rows.map(([kind, object, fact]) =>
    `${String(kind)} ${String(object)}: ${String(fact)}`.replaceAll('\n', String.raw`\n`),
  )
}

/** Its digest and the definition that it was made by: `<definition>:<sha-256>`. */
export async function schemaFingerprint(
  session: Session,
  {id, schema, login}: Pick<TenantSchema, 'id' | 'schema' | 'login'>,
): Promise<string> {
  const {rows} = await session.query('SELECT shared_schema.schema_fingerprint($1, $2, $3)', [
    schema,
    login,
    id,
  ])
  return String(rows[0]?.[0])
}

/**
 * What the migrations alone make: built once more under another name, read, and rolled back. Of each
 * table that has other partitions than the migrations make, one is made, for all of them are alike.
 */
export async function factsOfReplay(
  database: Database,
  build: SchemaBuilder,
  partitions: readonly ArchivedPartition[],
): Promise<readonly string[]> {
  const session = await database.connect({role: 'migrator'})
  const probe = probeSchema()
  try {
    await openBuilt(session, probe, {state: 'restoring'}, build(probe, 'replay'))
    await makeOneOfEach(session, probe, partitions)
    return await schemaFactLines(session, probe)
  } finally {
    await session.script('ROLLBACK').catch(() => undefined)
    await session.close()
  }
}

function probeSchema(): TenantSchema {
  const id = randomUUID()
  const name = `mitra_probe_${id.replaceAll('-', '').slice(0, 12)}`
  return {id, name, schema: `${name}_schema`, login: `${name}_login`, displayName: 'Probe'}
}

/** Facts name partitions of one parent alike, so that one stands for all. */
async function makeOneOfEach(
  session: Session,
  {schema}: TenantSchema,
  partitions: readonly ArchivedPartition[],
): Promise<void> {
  const {rows} = await session.query(
    `SELECT parent.relname FROM pg_inherits i
       JOIN pg_class c ON c.oid = i.inhrelid AND pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
       JOIN pg_class parent ON parent.oid = i.inhparent
      WHERE parent.relnamespace = to_regnamespace(quote_ident($1)) AND parent.relkind = 'p'`,
    [schema],
  )
  const have = new Set(rows.map(([parent]) => String(parent)))
  for (const partition of partitions) {
    if (partition.bound === 'DEFAULT' || have.has(partition.parent)) continue
    have.add(partition.parent)
    await session.script(makePartitionSql(schema, partition))
  }
}

/** As mitra makes every partition: born with the security of its parent. */
export function makePartitionSql(schema: string, {name, parent, bound}: ArchivedPartition): string {
  const bounds = bound.replace(/^FOR VALUES /, '')
  const of = `${text(`${identifier(schema)}.${identifier(parent)}`)}::regclass`
  return `SELECT shared_schema.make_partition(${of}, ${text(name)}, ${text(bounds)}, NULL);\n`
}

/** Lines that one of them has and the other has not: `+` where they were not expected. */
export function factDifferences(
  expected: readonly string[],
  found: readonly string[],
): readonly string[] {
  const [wanted, seen] = [new Set(expected), new Set(found)]
  return [
    ...found.filter((line) => !wanted.has(line)).map((line) => `+ ${line}`),
    ...expected.filter((line) => !seen.has(line)).map((line) => `- ${line}`),
  ]
}

/** A schema that was changed by hand would come back without the change: refused with what differs. */
export function refuseDrifted(
  name: string,
  expected: readonly string[],
  found: readonly string[],
): void {
  const differences = factDifferences(expected, found)
  if (differences.length === 0) return
  const shown = differences.slice(0, 20)
  const rest = differences.length - shown.length
  throw new MitraError(
    'refused',
    'DRIFTED',
    `Tenant ${name} is not what its migrations make: an archive would lose the difference.`,
    {
      hints: [
        ...shown,
        ...(rest > 0 ? [`and ${rest} more`] : []),
        'Write what is meant to stay (+) as a migration, or take it back; mitra tenant drift shows all of it.',
      ],
    },
  )
}
