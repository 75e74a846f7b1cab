import {identifier} from '../../ports/sql-text.js'
import {readAlone} from './concurrent.js'
import type {FannedOut, FanOutTools} from './fan-out.js'
import type {Stage} from './stages.js'
import type {TenantRecord} from './state.js'

type RunWave = (tenants: readonly TenantRecord[], connections: number) => Promise<FannedOut>

/**
 * How an index may be made in many tenants at once. One of columns alone waits for no other of its kind,
 * so these go side by side. One with an expression or a condition makes every other in the database wait
 * for as long as it takes: they go one at a time, the tenant with the biggest table last.
 */
export async function inWaves(stage: Stage, tools: FanOutTools, run: RunWave): Promise<FannedOut> {
  const slow = stage.kind === 'alone' ? slowIndexes(stage) : []
  if (slow.length === 0) return run(stage.tenants, tools.connections)
  return run(await smallestFirst(stage.tenants, slow, tools), 1)
}

function slowIndexes({files, direction}: Stage): readonly string[] {
  return files.flatMap((file) =>
    readAlone(direction === 'up' ? file.up : file.down).flatMap((one) =>
      one.kind === 'create-index' && !one.isPlain ? [one.table.name] : [],
    ),
  )
}

async function smallestFirst(
  tenants: readonly TenantRecord[],
  tables: readonly string[],
  {database}: FanOutTools,
): Promise<readonly TenantRecord[]> {
  const session = await database.connect({role: 'migrator'})
  try {
    const names = tables.map((table) => identifier(table))
    const {rows} = await session.query(
      `SELECT s.schema, sum(coalesce(pg_relation_size(to_regclass(s.schema || '.' || t.name)), 0))
         FROM unnest($1::text[]) AS s (schema) CROSS JOIN unnest($2::text[]) AS t (name)
        GROUP BY s.schema`,
      [tenants.map(({schema}) => identifier(schema)), names],
    )
    const bytes = new Map(rows.map(([schema, size]) => [String(schema), Number(size)]))
    const sizeOf = ({schema}: TenantRecord) => bytes.get(identifier(schema)) ?? 0
    return tenants.toSorted((a, b) => sizeOf(a) - sizeOf(b))
  } finally {
    await session.close()
  }
}
