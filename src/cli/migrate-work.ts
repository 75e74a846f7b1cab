import {resolve} from 'node:path'
import {applyMigrations} from '../features/migrations/apply.js'
import {
  applyBackend,
  backendCommand,
  planBackend,
  type BackendCommand,
} from '../features/migrations/backend-command.js'
import {applyBootstrap} from '../features/migrations/bootstrap.js'
import {
  pendingFiles,
  planMigrations,
  type MigrationPlan,
  type MigrationWish,
} from '../features/migrations/plan.js'
import {observeDatabase} from '../features/migrations/state.js'
import {workspaceMigrations} from './database-work.js'
import type {Applying} from './run-plan.js'
import {keepMemorySteady} from './steady-memory.js'
import type {Tools} from './tools.js'

/** Ours, and after them the backend's own. */
export interface WholePlan extends MigrationPlan {
  readonly backend: BackendCommand | undefined
}

interface WholeWish extends MigrationWish {
  /** Refuse what lint finds in files that would run. */
  readonly lint: boolean
}

export async function planWhole(tools: Tools, {lint, ...wish}: WholeWish): Promise<WholePlan> {
  keepMemorySteady()
  const migrations = await workspaceMigrations(tools)
  const state = await observeDatabase(await tools.database())
  const plan = planMigrations(migrations, state, wish)
  if (lint && plan.steps.length > 0) {
    const {refuseUnsafeMigrations} = await import('./migration-lint.js')
    await refuseUnsafeMigrations(tools, migrations, pendingFiles(plan))
  }
  // What the backend takes away it takes away itself, when its new version is there.
  const backend = wish.phase === 'contract' ? undefined : await configuredBackend(tools)
  if (backend === undefined) return {...plan, backend}
  // Nothing can be asked of a database that the migrator cannot enter yet.
  const asked = plan.needsBootstrap ? {...backend, check: undefined} : backend
  const step = await planBackend(asked, await backendTools(tools))
  if (step === undefined) return {...plan, backend: undefined}
  return {...plan, backend, steps: [...plan.steps, step]}
}

export async function applyWhole(
  plan: WholePlan,
  tools: Tools,
  {applying, maxFailures}: {readonly applying: Applying; readonly maxFailures: number | undefined},
): Promise<void> {
  const [database, secrets] = [await tools.database(), await tools.secrets()]
  if (plan.needsBootstrap) {
    const {scramVerifier: verifierOf} = await import('../adapters/scram/verifier.js')
    await applyBootstrap({database, secrets, verifierOf, run: applying.run})
  }
  await applyMigrations(plan, {...(await migrateParts(tools)), ...applying, maxFailures})
  if (plan.backend !== undefined) {
    await applyBackend(plan.backend, {...(await backendTools(tools)), ...applying})
  }
}

/** What going through the tenants needs besides the run. */
export async function migrateParts(tools: Tools) {
  const {values} = (await tools.workspace()).config
  return {
    database: await tools.database(),
    clock: tools.clock(),
    toolVersion: tools.version,
    connections: values['database.connections'],
    patienceMs: values['database.patienceSeconds'] * 1000,
  }
}

async function configuredBackend(tools: Tools): Promise<BackendCommand | undefined> {
  const {config, layout} = await tools.workspace()
  const {values} = config
  return backendCommand(
    values['migrations.command'],
    values['migrations.check'],
    resolve(layout.root, values['migrations.folder']),
  )
}

async function backendTools(tools: Tools) {
  const database = await tools.database()
  return {
    programs: await tools.programs(),
    secrets: await tools.secrets(),
    url: () => database.url({role: 'migrator'}),
  }
}
