import {fileURLToPath} from 'node:url'
import {FolderMigrationFiles} from '../../src/adapters/files/migration-files.js'
import {scramVerifier} from '../../src/adapters/scram/verifier.js'
import {schemaBuilder} from '../../src/cli/database-work.js'
import {applyMigrations} from '../../src/features/migrations/apply.js'
import {applyBootstrap} from '../../src/features/migrations/bootstrap.js'
import {readMigrations, type Migrations} from '../../src/features/migrations/files.js'
import {planMigrations} from '../../src/features/migrations/plan.js'
import {observeDatabase} from '../../src/features/migrations/state.js'
import {applyCreate, planTenants} from '../../src/features/tenants/create.js'
import {applyFill} from '../../src/features/tenants/demo.js'
import {tenantLogin} from '../../src/features/tenants/login.js'
import {asTenantName} from '../../src/features/tenants/names.js'
import type {Clock} from '../../src/ports/clock.js'
import type {Database, QueryResult, Session} from '../../src/ports/database.js'
import type {Secrets} from '../../src/ports/secrets.js'
import {RecordedRun, silentProgress} from '../fakes/run.js'

export const realClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** One database with what mitra does to it, through the features themselves. */
export interface Platform {
  readonly database: Database
  readonly secrets: Secrets
}

/** The migrations that mitra ships. */
export async function shippedMigrations(): Promise<Migrations> {
  const folder = fileURLToPath(new URL('../../templates/database', import.meta.url))
  return readMigrations(await new FolderMigrationFiles(folder).read())
}

/** Everything of a migration run; the run is returned for what it recorded. */
export async function migrateAll(
  platform: Platform,
  migrations: Migrations,
  connections = 4,
): Promise<RecordedRun> {
  const run = new RecordedRun()
  const tools = toolsOf(platform, migrations, run)
  const plan = planMigrations(migrations, await observeDatabase(platform.database))
  if (plan.needsBootstrap) await applyBootstrap(tools)
  await applyMigrations(plan, {...tools, toolVersion: 'test', connections})
  return run
}

/** Makes the tenants that are missing, with sample rows where asked. */
export async function makeTenants(
  platform: Platform,
  migrations: Migrations,
  names: readonly string[],
  {isFilled = true} = {},
): Promise<RecordedRun> {
  const run = new RecordedRun()
  const tools = toolsOf(platform, migrations, run)
  const state = await observeDatabase(platform.database)
  const existing = new Set(state.tenants.map(({name}) => name))
  const {create} = planTenants(
    names.map((name) => ({name: asTenantName(name)})),
    existing,
  )
  await applyCreate(create, tools)
  if (isFilled) for (const tenant of create) await applyFill(tenant, tools)
  return run
}

export function toolsOf(
  {database, secrets}: Platform,
  migrations: Migrations,
  run: RecordedRun = new RecordedRun(),
) {
  return {
    database,
    secrets,
    run,
    clock: realClock,
    progress: silentProgress,
    verifierOf: (password: string) => scramVerifier(password),
    buildSchema: schemaBuilder(migrations, 'test'),
  }
}

export async function asTenant(platform: Platform, name: string): Promise<Session> {
  return platform.database.connect(await tenantLogin(name, platform))
}

/** One statement in a session of its own. */
export async function queryAs(
  {database}: Platform,
  role: 'admin' | 'migrator',
  sql: string,
): Promise<QueryResult> {
  const session = await database.connect({role})
  try {
    return await session.script(sql)
  } finally {
    await session.close()
  }
}
