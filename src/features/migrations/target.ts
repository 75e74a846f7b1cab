import type {Clock} from '../../ports/clock.js'
import {SqlError, type Database, type Session} from '../../ports/database.js'
import {lockNotAvailable, placedError} from './failures.js'
import type {Migration} from './files.js'
import {lockHolders} from './holders.js'
import {busyState, doneState, partlyDoneState} from './ledger.js'
import {uuidOf, versionReached, type MigrationScript} from './sql.js'
import type {TenantRecord} from './state.js'

export interface TargetTools {
  readonly database: Database
  readonly clock: Clock
  /** How long a table that somebody holds is tried again; another mitra at the target five times that. */
  readonly patienceMs?: number
}

export interface Target {
  /** Undefined for shared_schema. */
  readonly tenant: TenantRecord | undefined
  readonly files: readonly Migration[]
  /** What to send for these files of it. */
  readonly scriptOf: (files: readonly Migration[]) => MigrationScript
}

const retried = new Set([lockNotAvailable, '40P01', '40001'])
const defaultPatienceMs = 60_000

export function targetName(tenant: TenantRecord | undefined): string {
  return tenant?.name ?? 'shared_schema'
}

/** Sends the target's script; what it waits for it waits for a bounded time, never in the server. */
export async function runTarget(
  session: Session,
  target: Target,
  tools: TargetTools,
): Promise<void> {
  const patience = new Patience(tools)
  let {files} = target
  while (files.length > 0) {
    const script = target.scriptOf(files)
    try {
      session.notices()
      await session.script(script.sql)
      return
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      const reached = versionReached(session.notices())
      await session.script('ROLLBACK')
      if (error.code === doneState) return
      if (error.code === partlyDoneState) files = await stillMissing(session, files, target.tenant)
      else if (!(await patience.waitAfter(error.code))) {
        const holders = await holdersOf(error.code, target.tenant, tools)
        throw placedError(error, {...script, reached, holders}, targetName(target.tenant))
      }
    }
  }
}

/** Another mitra did a part: the rest is ours. */
async function stillMissing(
  session: Session,
  files: readonly Migration[],
  tenant: TenantRecord | undefined,
): Promise<readonly Migration[]> {
  const same = tenant === undefined ? 'tenant_id IS NULL' : `tenant_id = ${uuidOf(tenant)}`
  const {rows} = await session.query(
    `SELECT version FROM shared_schema.schema_migrations WHERE ${same}`,
  )
  const there = new Set(rows.map(([version]) => String(version)))
  return files.filter((file) => !there.has(file.version))
}

export async function holdersOf(
  code: string,
  tenant: TenantRecord | undefined,
  {database}: Pick<TargetTools, 'database'>,
): Promise<readonly string[]> {
  if (code === lockNotAvailable) return lockHolders(database, {what: 'lock', target: tenant})
  if (code === busyState) return lockHolders(database, {what: 'busy', target: tenant})
  return []
}

/** Waits, ever longer and never the same time as another that waits, until there is no use in it. */
export class Patience {
  readonly #clock: Clock
  readonly #sinceMs: number
  readonly #limitMs: number
  #attempt = 0

  constructor({clock, patienceMs = defaultPatienceMs}: Pick<TargetTools, 'clock' | 'patienceMs'>) {
    this.#clock = clock
    this.#sinceMs = clock.now().getTime()
    this.#limitMs = patienceMs
  }

  /** False, at once, when trying again after this error does not help or has been tried for long enough. */
  async waitAfter(code: string): Promise<boolean> {
    const isBusy = code === busyState
    if (!isBusy && !retried.has(code)) return false
    const limitMs = isBusy ? this.#limitMs * 5 : this.#limitMs
    if (this.#clock.now().getTime() - this.#sinceMs > limitMs) return false
    this.#attempt += 1
    const ceilingMs = Math.min(2000, 50 * 2 ** this.#attempt)
    await this.#clock.sleep(ceilingMs / 2 + (Math.random() * ceilingMs) / 2)
    return true
  }
}
