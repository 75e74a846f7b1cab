import {createHash} from 'node:crypto'
import {readdir, readFile, rm} from 'node:fs/promises'
import {join, relative} from 'node:path'
import {mitra, mitraJson} from './cli.js'

interface At {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

interface Rows {
  readonly rows: readonly (readonly unknown[])[]
}

/** What a person would call the state of a workspace: all that two runs must agree on. */
export interface WorkspaceState {
  readonly services: readonly string[]
  readonly tenants: readonly string[]
  readonly pendingMigrations: number
  readonly ledger: readonly (readonly unknown[])[]
  readonly rows: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly files: Readonly<Record<string, string>>
  readonly nextPlan: readonly unknown[]
}

/** Reads it through the built CLI; ids and passwords, which chance made, are left out. */
export async function stateOf(at: At): Promise<WorkspaceState> {
  const status = await mitraJson<{
    services: readonly {name: string; state: string}[]
    tenants: readonly string[]
    pendingMigrations: number
  }>(['status'], at)
  const {rows: ledger} = await mitraJson<Rows>(
    [
      'db',
      'query',
      'select coalesce(t.name, $$shared$$), m.version, m.checksum, m.previous_checksum' +
        ' from shared_schema.schema_migrations m left join shared_schema.tenants t using (tenant_id)' +
        ' order by 1, 2',
    ],
    at,
  )
  const rows: Record<string, Record<string, number>> = {}
  for (const tenant of status.tenants) {
    const shown = await mitraJson<{tables: readonly {table: string; rows: number}[]}>(
      ['tenant', 'show', tenant],
      at,
    )
    rows[tenant] = Object.fromEntries(shown.tables.map((entry) => [entry.table, entry.rows]))
  }
  const {plan} = await mitraJson<{plan: readonly unknown[]}>(['setup', '--plan'], at)
  return {
    services: status.services.map(({name, state}) => `${name} ${state}`),
    tenants: status.tenants,
    pendingMigrations: status.pendingMigrations,
    ledger,
    rows,
    files: await filesOf(at.cwd),
    nextPlan: plan,
  }
}

async function filesOf(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, {recursive: true, withFileTypes: true})
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('.mitra/'))
    .toSorted()
  const sums = await Promise.all(
    paths.map(async (path) =>
      createHash('sha256')
        .update(await readFile(join(root, path)))
        .digest('hex'),
    ),
  )
  return Object.fromEntries(paths.map((path, index) => [path, sums[index] ?? '']))
}

/** Stops it and leaves nothing on the machine. */
export async function removeWorkspace(at: At): Promise<void> {
  await mitra(['down'], at)
  const identity = await readFile(join(at.cwd, '.mitra/workspace.json'), 'utf8').catch(() => '{}')
  const {id}: {id?: string} = JSON.parse(identity)
  if (id !== undefined) await rm(join('/var/lib/mitra', id), {recursive: true, force: true})
  await rm(at.cwd, {recursive: true, force: true})
}

/** Ports of one of many stacks side by side. */
export function portsOf(first: number): Readonly<Record<string, string>> {
  const names = ['NGINX', 'POSTGRES', 'REDIS', 'OBJECT_STORE', 'OBJECT_STORE_CONSOLE', 'BACKEND']
  return Object.fromEntries(names.map((name, index) => [`MITRA_PORTS_${name}`, `${first + index}`]))
}
