import {messageOf, MitraError} from '../../errors.js'
import type {Clock} from '../../ports/clock.js'
import {SqlError, type Database, type Session} from '../../ports/database.js'
import type {RunWriter} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {Migration} from './files.js'
import type {MigrationPlan, TenantMigrations} from './plan.js'
import {
  busyState,
  doneState,
  migrationScript,
  partlyDoneState,
  versionReached,
  type MigrationScript,
} from './sql.js'
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
      await recordingFailure(id, tools, () =>
        migrate(session, {files: [file], tenant: undefined}, tools),
      )
      await tools.run.done(id)
    }
  } finally {
    await session.close()
  }
}

async function recordingFailure(
  id: string,
  {run}: MigrateTools,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    await run.failed(id, failureCode(error), messageOf(error))
    throw error
  }
}

function failureCode(error: unknown): string {
  return error instanceof MitraError ? error.code : 'UNEXPECTED'
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
    } catch (error) {
      // A broken connection fails one tenant, not the whole batch.
      await session?.close()
      session = undefined
      failures.push({name: tenant.name, error})
      await tools.run.failed(id, failureCode(error), messageOf(error))
      continue
    }
    await tools.run.done(id)
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
      session.notices()
      await session.script(script.sql)
      return
    } catch (error) {
      const reached = versionReached(session.notices())
      await session.script('ROLLBACK').catch(() => undefined)
      if (!(error instanceof SqlError)) throw error
      if (error.code === doneState) return
      const isLock = error.code === busyState || error.code === lockNotAvailable
      if (!isLock || clock.now().getTime() > untilMs) {
        throw placedError(error, {...script, reached}, tenant?.name ?? 'shared_schema')
      }
      await clock.sleep(jittered(attempt))
    }
  }
}

function jittered(attempt: number): number {
  const ceilingMs = Math.min(2000, 50 * 2 ** attempt)
  return ceilingMs / 2 + (Math.random() * ceilingMs) / 2
}

interface FailedScript extends MigrationScript {
  /** The version that the server was at. */
  readonly reached: string | undefined
  /** Length of what was sent ahead of the script. */
  readonly ahead?: number
}

/** The same error with target, file and line. */
export function placedError(error: SqlError, script: FailedScript, target: string): MitraError {
  const offset = error.offset === undefined ? undefined : error.offset - (script.ahead ?? 0)
  const where = placeOf(offset, script)
  const message = `${where}: ${error.plain} (in ${target}).`
  return new MitraError('failed', error.code, message, {
    hints: [...error.hints, ...hintsFor(error.code, target)],
    cause: error,
  })
}

function hintsFor(code: string, target: string): readonly string[] {
  if (code === busyState) return ['Wait for the other mitra, then run the command again.']
  if (code === partlyDoneState) return ['Run the command again: it looks anew at what is missing.']
  const nothing = `Nothing of it was applied to ${target}.`
  if (code === lockNotAvailable) return [nothing, 'Something holds the table: try again later.']
  if (code !== '42501') return [nothing]
  return ['A migration that changes rows begins with SET LOCAL row_security = on;', nothing]
}

/** File and line; the file alone where the server names no place; all of them where it began none. */
function placeOf(offset: number | undefined, {sql, parts, reached}: FailedScript): string {
  const part = parts.find(({start, end}) => offset !== undefined && offset >= start && offset < end)
  if (part !== undefined && offset !== undefined) {
    const before = sql.slice(part.start, offset)
    return `${part.file.path}:${part.file.upLine + before.split('\n').length - 1}`
  }
  const files = parts.map(({file}) => file)
  const [at = files.map((file) => file.path).join(', ')] = files
    .filter((file) => file.version === reached)
    .map((file) => file.path)
  return at
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
