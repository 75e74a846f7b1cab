import {messageOf, MitraError} from '../../errors.js'
import type {Clock} from '../../ports/clock.js'
import {SqlError, type Database, type Session} from '../../ports/database.js'
import type {RunWriter} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {Migration} from './files.js'
import type {MigrationPlan, TenantMigrations} from './plan.js'
import {busyState, migrationScript, type MigrationScript} from './sql.js'
import type {TenantRecord} from './state.js'

export interface MigrateTools {
  readonly database: Database
  readonly clock: Clock
  readonly run: RunWriter
  readonly progress: Progress
  readonly toolVersion: string
  /** Tenants side by side. */
  readonly connections: number
}

const lockNotAvailable = '55P03'
const migratedMeanwhile = 'MT002'
// A backend keeps about a megabyte of catalogue per tenant it has touched.
const tenantsPerConnection = 200

/** shared_schema in order, then the tenants side by side; one that fails does not stop the rest. */
export async function applyMigrations(plan: MigrationPlan, tools: MigrateTools): Promise<void> {
  await applyShared(plan.shared, tools)
  await applyTenants(plan.tenants, tools)
}

async function applyShared(files: readonly Migration[], tools: MigrateTools): Promise<void> {
  if (files.length === 0) return
  const session = await tools.database.connect({role: 'migrator'})
  try {
    for (const file of files) {
      const id = `db.shared.${file.version}`
      tools.progress.started(id)
      await migrate(session, {files: [file], tenant: undefined}, tools)
      await tools.run.done(id)
    }
  } finally {
    await session.close()
  }
}

async function applyTenants(
  tenants: readonly TenantMigrations[],
  tools: MigrateTools,
): Promise<void> {
  const waiting = [...tenants]
  const failures: {readonly name: string; readonly error: unknown}[] = []
  const worker = async () => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, Math.min(tenantsPerConnection, share(tenants, tools)))
      failures.push(...(await migrateBatch(batch, tools)))
    }
  }
  await Promise.all(Array.from({length: Math.min(tools.connections, tenants.length)}, worker))
  if (failures.length > 0) throw someFailed(failures, tenants.length)
}

function share(tenants: readonly TenantMigrations[], {connections}: MigrateTools): number {
  return Math.max(1, Math.ceil(tenants.length / connections / 4))
}

async function migrateBatch(batch: readonly TenantMigrations[], tools: MigrateTools) {
  const failures: {name: string; error: unknown}[] = []
  let session: Session | undefined
  for (const {tenant, pending} of batch) {
    const id = `db.tenant.${tenant.name}`
    tools.progress.started(id)
    try {
      session ??= await tools.database.connect({role: 'migrator'})
      await migrate(session, {files: pending, tenant}, tools)
      await tools.run.done(id)
    } catch (error) {
      // A broken connection fails one tenant, not the whole batch.
      await session?.close()
      session = undefined
      failures.push({name: tenant.name, error})
      const code = error instanceof MitraError ? error.code : 'UNEXPECTED'
      await tools.run.failed(id, code, messageOf(error))
    }
  }
  await session?.close()
  return failures
}

interface Target {
  readonly files: readonly Migration[]
  readonly tenant: TenantRecord | undefined
}

/** Sends the target's script; waits for a lock a bounded number of times. */
export async function migrate(
  session: Session,
  {files, tenant}: Target,
  {clock, run, toolVersion}: Pick<MigrateTools, 'clock' | 'run' | 'toolVersion'>,
): Promise<void> {
  const script = migrationScript(files, tenant, {runId: run.id, toolVersion})
  const untilMs = clock.now().getTime() + 60_000
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.script(script.sql)
      return
    } catch (error) {
      await session.script('ROLLBACK').catch(() => undefined)
      if (!(error instanceof SqlError)) throw error
      if (error.code === migratedMeanwhile) return
      const isLock = error.code === busyState || error.code === lockNotAvailable
      if (!isLock || clock.now().getTime() > untilMs)
        throw placedError(error, script, tenant?.name ?? 'shared_schema')
      await clock.sleep(jittered(attempt))
    }
  }
}

function jittered(attempt: number): number {
  const ceilingMs = Math.min(2000, 50 * 2 ** attempt)
  return ceilingMs / 2 + (Math.random() * ceilingMs) / 2
}

/** The same error with target, file and line. */
export function placedError(error: SqlError, script: MigrationScript, target: string): MitraError {
  const where = placeOf(error.offset, script)
  const message = `${where}: ${error.plain} (in ${target}).`
  const hidden =
    error.code === '42501'
      ? ['A migration that changes rows begins with SET LOCAL row_security = on;']
      : []
  return new MitraError('failed', error.code, message, {
    hints: [...error.hints, ...hidden, `Nothing of it was applied to ${target}.`],
    cause: error,
  })
}

function placeOf(offset: number | undefined, {sql, parts}: MigrationScript): string {
  const part = parts.find(({start, end}) => offset !== undefined && offset >= start && offset < end)
  if (part === undefined || offset === undefined) {
    return parts.map(({file}) => file.path).join(', ')
  }
  const before = [...sql].slice(part.start, offset).join('')
  return `${part.file.path}:${part.file.upLine + before.split('\n').length - 1}`
}

function someFailed(
  failures: readonly {readonly name: string; readonly error: unknown}[],
  count: number,
): MitraError {
  const shown = failures.slice(0, 10).map(({error}) => messageOf(error))
  const names = failures
    .map(({name}) => name)
    .slice(0, 20)
    .join(', ')
  return new MitraError(
    'failed',
    'TENANTS_FAILED',
    `${failures.length} of ${count} tenants were not migrated: ${names}.`,
    {
      hints: [...shown, 'The others are done. mitra db migrate goes on with what is missing.'],
      cause: failures[0]?.error,
    },
  )
}
