import {applyBootstrap} from '../features/migrations/bootstrap.js'
import {applyMigrations} from '../features/migrations/apply.js'
import {readMigrations} from '../features/migrations/files.js'
import {emptyPlan, planMigrations, type MigrationPlan} from '../features/migrations/plan.js'
import {emptyDatabase, observeDatabase, type DatabaseState} from '../features/migrations/state.js'
import {unrecordedFiles} from '../features/projects/cut-off.js'
import {allOrFirstFailure} from '../features/setup/settle.js'
import {
  applyRemember,
  getMissing,
  startServices,
  withoutServices,
  type StartPlan,
} from '../features/stack/start.js'
import {applyCreate, planTenants, type NewTenant} from '../features/tenants/create.js'
import {applyFill, fillStep, isEmptyTenant} from '../features/tenants/demo.js'
import {asTenantName} from '../features/tenants/names.js'
import {
  applyWorkspaceFiles,
  planWorkspaceFiles,
  wantedFiles,
  type WorkspaceFilesPlan,
} from '../features/workspace/init.js'
import type {Step} from '../ports/journal.js'
import type {MigrationText} from '../ports/migration-files.js'
import {serviceNames} from '../ports/stack.js'
import {tenantTools} from './database-work.js'
import type {Applying} from './run-plan.js'
import {planStackStart} from './start-stack.js'
import type {Tools} from './tools.js'

/** All that setup would do, as one value. */
export interface SetupPlan {
  readonly steps: readonly Step[]
  readonly files: WorkspaceFilesPlan
  readonly start: StartPlan
  readonly texts: readonly MigrationText[]
  readonly migrations: MigrationPlan
  readonly create: readonly NewTenant[]
  readonly fill: readonly {readonly name: string; readonly login: string}[]
  readonly needsBucket: boolean
  /** What can only be planned when a stopped database runs again. */
  readonly later: readonly string[]
}

/** Looks at everything: files, binaries, ports, services, database, tenants, bucket. */
export async function planSetup(tools: Tools, keepsBackend: boolean): Promise<SetupPlan> {
  const {layout} = await tools.prospect()
  const wanted = await wantedFiles(await tools.templates(), layout)
  const runs = await (await tools.journal()).runs()
  const unrecorded = unrecordedFiles(runs, [
    ...new Set(wanted.map(({part}) => `workspace.${part}`)),
  ])
  const files = await planWorkspaceFiles(wanted, layout, await tools.files(), unrecorded)
  const start = await planStackStart(tools, serviceNames, keepsBackend)
  const texts = await migrationTexts(tools, files)
  const state = await databaseState(tools, start)
  const database = await planDatabase(tools, texts, state)
  const needsBucket = await isBucketMissing(tools, start)
  const later = [
    ...(state === undefined ? ['migrations and tenants, once Postgres runs and can be asked'] : []),
    ...(needsBucket === undefined
      ? ['the bucket, once the object store runs and can be asked']
      : []),
  ]
  const steps = [
    ...files.steps,
    ...start.steps,
    ...database.steps,
    ...(needsBucket ? [await bucketStep(tools)] : []),
  ]
  return {...database, steps, files, start, texts, needsBucket: needsBucket === true, later}
}

/** Undefined when there is a database that cannot be asked now. */
async function databaseState(tools: Tools, start: StartPlan): Promise<DatabaseState | undefined> {
  if (!start.start.includes('postgres')) {
    return observeDatabase(await tools.database(start.ports))
  }
  const stack = await tools.stack(start.ports)
  return (await stack.hasData('postgres')) ? undefined : emptyDatabase
}

async function planDatabase(
  tools: Tools,
  texts: readonly MigrationText[],
  state: DatabaseState | undefined,
): Promise<Pick<SetupPlan, 'migrations' | 'create' | 'fill' | 'steps'>> {
  if (state === undefined) return {migrations: emptyPlan, create: [], fill: [], steps: []}
  const {config} = await tools.prospect()
  const migrations = planMigrations(readMigrations(texts), state)
  const names = config.values['tenants.demo'].map((name) => ({name: asTenantName(name)}))
  const existing = new Set([...state.tenants, ...state.closed].map((tenant) => tenant.name))
  const {create, steps} = planTenants(names, existing)
  const fill = [...create, ...(await emptyOnes(tools, state, new Set(names.map(({name}) => name))))]
  return {
    migrations,
    create,
    fill: fill.map(({name, login}) => ({name, login})),
    steps: [...migrations.steps, ...steps, ...fill.map(({name}) => fillStep(name))],
  }
}

/** Demo tenants that were made and not filled: what a kill in between leaves. */
async function emptyOnes(tools: Tools, state: DatabaseState, demo: ReadonlySet<string>) {
  const wanted = state.tenants.filter((tenant) => demo.has(tenant.name))
  const parts = {database: await tools.database(), secrets: await tools.secrets()}
  const migrated = wanted.filter((tenant) => (state.byTenant.get(tenant.id)?.size ?? 0) > 0)
  const empty = await Promise.all(migrated.map((tenant) => isEmptyTenant(tenant, parts)))
  return migrated.filter((_, index) => empty[index])
}

/** What `init` will write counts as written. */
async function migrationTexts(
  tools: Tools,
  files: WorkspaceFilesPlan,
): Promise<readonly MigrationText[]> {
  const present = await (await tools.migrationFiles()).read()
  // What a run that was cut off has written is there, and is written again to be recorded.
  const there = new Set(present.map(({scope, fileName}) => `${scope}/${fileName}`))
  const coming = files.files.flatMap(({path, text}) => {
    const [, scope, fileName] = /^database\/(shared|tenant)\/(.+\.sql)$/.exec(path) ?? []
    if (fileName === undefined || (scope !== 'shared' && scope !== 'tenant')) return []
    return there.has(`${scope}/${fileName}`) ? [] : [{scope, fileName, path, text} as const]
  })
  return [...present, ...coming].toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1))
}

/** Undefined when there are data that a stopped object store cannot tell of now. */
async function isBucketMissing(tools: Tools, start: StartPlan): Promise<boolean | undefined> {
  const stack = await tools.stack(start.ports)
  if (start.start.includes('object-store')) {
    return (await stack.hasData('object-store')) ? undefined : true
  }
  const {config} = await tools.prospect()
  return !(await (
    await tools.objectStore(start.ports)
  ).hasBucket(config.values['objectStore.bucket']))
}

async function bucketStep(tools: Tools): Promise<Step> {
  const bucket = (await tools.prospect()).config.values['objectStore.bucket']
  return {
    id: 'bucket.create',
    title: `Make the bucket ${bucket}`,
    why: 'the object store does not have it',
    undo: 'no',
    detail: {bucket},
  }
}

/**
 * The object store is got and started beside the rest: where it has to be built it takes minutes,
 * and nothing waits for it. Everything else that can be done is done when one part fails.
 */
export async function applySetup(tools: Tools, plan: SetupPlan, applying: Applying): Promise<void> {
  const {layout} = await tools.prospect()
  await applyWorkspaceFiles(plan.files, {layout, files: await tools.files(), run: applying.run})
  const stack = await tools.stack(plan.start.ports)
  const parts = {...applying, stack, memory: await tools.memory()}
  await applyRemember(plan.start, parts)
  const core = withoutServices(plan.start, ['object-store'])
  const store = withoutServices(plan.start, ['postgres', 'redis', 'nginx'])
  const gotten = getMissing(core.get, parts)
  const coreUp = gotten.then(() => startServices(core.start, parts))
  const storeUp = async () => {
    await getMissing(store.get, parts)
    // One start at a time: compose does not like two for the same project.
    await coreUp.catch(() => undefined)
    await startServices(store.start, parts)
    await applyBucket(tools, plan, applying)
  }
  await allOrFirstFailure([coreUp.then(() => applyDatabase(tools, plan, applying)), storeUp()])
}

async function applyDatabase(tools: Tools, plan: SetupPlan, applying: Applying): Promise<void> {
  const {migrations, create, fill, start, texts} = plan
  if (migrations.steps.length + create.length + fill.length === 0) return
  const read = readMigrations(texts)
  const parts = await tenantTools(tools, read, applying, start.ports)
  if (migrations.needsBootstrap) {
    applying.progress.started('db.bootstrap')
    await applyBootstrap(parts)
  }
  const {config} = await tools.prospect()
  const connections = config.values['database.connections']
  await applyMigrations(migrations, {...parts, toolVersion: tools.version, connections})
  await applyCreate(create, parts)
  await Promise.all(fill.map((target) => applyFill(target, parts)))
}

async function applyBucket(
  tools: Tools,
  plan: SetupPlan,
  {run, progress}: Applying,
): Promise<void> {
  if (!plan.needsBucket) return
  progress.started('bucket.create')
  const {config} = await tools.prospect()
  const store = await tools.objectStore(plan.start.ports)
  await store.createBucket(config.values['objectStore.bucket'])
  await run.done('bucket.create')
}
