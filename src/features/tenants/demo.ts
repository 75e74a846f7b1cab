import type {Clock} from '../../ports/clock.js'
import type {Database} from '../../ports/database.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {Secrets} from '../../ports/secrets.js'
import {MitraError} from '../../errors.js'
import {identifier} from '../../ports/sql-text.js'
import {demoRows} from './demo-rows.js'
import {secretOf} from './names.js'

interface DemoTarget {
  readonly name: string
  readonly login: string
}

export function fillStep(name: string): Step {
  return {
    id: `tenant.fill.${name}`,
    title: `Fill ${name} with sample rows`,
    why: 'it has no rows',
    undo: 'no',
  }
}

export interface DemoTools {
  readonly database: Database
  readonly secrets: Secrets
  readonly clock: Clock
  readonly run: RunWriter
  readonly progress: Progress
}

/** True for a tenant without users: only such a one is ever filled. */
export async function isEmptyTenant(
  {name, login}: DemoTarget,
  {database, secrets}: Pick<DemoTools, 'database' | 'secrets'>,
): Promise<boolean> {
  const password = await passwordOf(name, secrets)
  const session = await database.connect({role: 'tenant', user: login, password})
  try {
    const {rows} = await session.query('SELECT NOT EXISTS (SELECT FROM users)')
    return rows[0]?.[0] === 't'
  } finally {
    await session.close()
  }
}

/** In one transaction, through the tenant's own login: what it can write is its own by construction. */
export async function applyFill(target: DemoTarget, tools: DemoTools): Promise<void> {
  const id = `tenant.fill.${target.name}`
  tools.progress.started(id)
  const password = await passwordOf(target.name, tools.secrets)
  const session = await tools.database.connect({role: 'tenant', user: target.login, password})
  try {
    await session.script('BEGIN')
    // Two at once: the second waits here and then finds the rows.
    await session.script("SELECT pg_advisory_xact_lock(hashtextextended('mitra demo', 0))")
    const {rows: found} = await session.query('SELECT EXISTS (SELECT FROM users)')
    if (found[0]?.[0] !== 't') {
      for (const [table, rows] of demoRows(target.name, tools.clock.now())) {
        const columns = Object.keys(rows[0] ?? {})
          .map(identifier)
          .join(', ')
        // The table's own row type reads the JSON, so that enums, arrays and dates are checked by it.
        await session.query(
          `INSERT INTO ${identifier(table)} (${columns})` +
            ` SELECT ${columns} FROM json_populate_recordset(NULL::${identifier(table)}, $1::json)`,
          [JSON.stringify(rows)],
        )
      }
    }
    await session.script('COMMIT')
  } finally {
    await session.close()
  }
  await tools.run.done(id)
}

async function passwordOf(name: string, secrets: Secrets) {
  const password = await secrets.get(secretOf(name))
  if (password !== undefined) return password
  throw new MitraError(
    'config',
    'NO_PASSWORD',
    `The password of ${name} is not in this workspace.`,
    {
      hints: ['The tenant was made by another workspace; take its .mitra/secrets.json.'],
    },
  )
}
