import {MitraError} from '../errors.js'
import type {DoctorTools, KeptBackendSeen} from '../features/doctor/check.js'
import {checkEnvironment} from '../features/environments/check.js'
import {pendingTitle, planMigrations} from '../features/migrations/plan.js'
import {observeDatabase} from '../features/migrations/state.js'
import {verifyLedger} from '../features/migrations/verify.js'
import {secretOf} from '../features/tenants/names.js'
import {observeToolchain} from '../features/toolchain/observe.js'
import type {Database} from '../ports/database.js'
import type {Ports} from '../ports/workspace.js'
import {environmentNames} from '../ports/environments.js'
import {workspaceMigrations} from './database-work.js'
import {foundEnvironment} from './environment-work.js'
import {observeBackend} from './kept-work.js'
import {onceEach} from './once.js'
import type {Tools, Workspace} from './tools.js'

// Those that a setting does not stand behind.
const furtherVariables = [
  'MITRA_WORKSPACE',
  'MITRA_CACHE_DIR',
  'MITRA_YES',
  'MITRA_PLAN',
  'MITRA_TENANT',
  'MITRA_SLACK_WEBHOOK_URL',
  'MITRA_SMTP_URL',
  'MITRA_PING_URL',
]

/** What the checks look at, out of the features that know it. */
export function doctorTools(
  tools: Tools,
  {deadlineMs, ports}: {readonly deadlineMs: number; readonly ports?: Ports | undefined},
): DoctorTools {
  const database = () => limitedDatabase(tools, deadlineMs, ports)
  return {
    ...tools,
    clock: tools.clock(),
    stopwatch: () => performance.now(),
    ports: async () => ports ?? tools.ports(),
    stack: () => tools.stack(ports),
    states: async () => (await tools.stack(ports)).states(),
    database,
    objectStore: () => tools.objectStore(ports),
    workspace: async () => {
      const {layout, config} = await workspaceOrGone(tools)
      const bucket = config.values['objectStore.bucket']
      return {layout, bucket, isChosenPort: (name) => config.isChosen(`ports.${name}`)}
    },
    async settingVariables() {
      const {environmentName, settingKeys} = await import('../config/settings.js')
      return [...settingKeys.map((key) => environmentName(key)), ...furtherVariables]
    },
    keptBackend: () => keptBackendSeen(tools, ports),
    toolStates: async () =>
      observeToolchain(await lookedForTools(tools), 'backend', await tools.toolProber()),
    environmentProblems: () => environmentProblems(tools),
    ...migrationLooks(tools, database),
  }
}

/** A workspace whose mitra.yml is lost is not the same as no workspace. */
async function workspaceOrGone(tools: Tools): Promise<Workspace> {
  const prospect = await tools.prospect()
  if (!prospect.isNew || prospect.hasSettings) return tools.workspace()
  const {root, state} = prospect.layout
  const host = await tools.host()
  if ((await host.place(`${state}/workspace.json`)) === undefined) return tools.workspace()
  throw new MitraError('config', 'SETTINGS_GONE', `${root} has .mitra and no mitra.yml.`, {
    hints: ['git checkout mitra.yml', 'mitra init (writes a new one; the data stay)'],
  })
}

/** The same database, in sessions that end by themselves: who looks waits for nobody. */
async function limitedDatabase(
  tools: Tools,
  withinMs: number,
  ports: Ports | undefined,
): Promise<Database> {
  const database = await tools.database(ports)
  return {
    name: database.name,
    url: (login) => database.url(login),
    connect: (login, options) => database.connect(login, {...options, withinMs}),
  }
}

async function keptBackendSeen(tools: Tools, ports: Ports | undefined): Promise<KeptBackendSeen> {
  const {status, inputs, missing} = await observeBackend(tools, ports)
  const isChanged = inputs !== undefined && status.inputs !== inputs
  return {status, missing, isChanged}
}

/** Editors take a second to say their version, and no check asks. */
async function lookedForTools(tools: Tools) {
  const toolchain = await tools.toolchain()
  const asked = new Set(['node', 'git', 'python', 'postgres-client', 'container-engine'])
  return {...toolchain, tools: toolchain.tools.filter(({id}) => asked.has(id))}
}

async function environmentProblems(tools: Tools) {
  const all = await Promise.all(environmentNames.map((name) => foundEnvironment(tools, name)))
  const found = all.filter(({text}) => text !== undefined)
  if (found.length === 0) return {files: [], problems: []}
  const schema = await tools.environmentSchema()
  const problems = found.flatMap((one) => checkEnvironment(schema, one))
  return {files: found.map(({file}) => file), problems}
}

/** Several checks look at the same state of the database: it is read once. */
function migrationLooks(tools: Tools, database: () => Promise<Database>) {
  const once = onceEach()
  const migrations = once(() => workspaceMigrations(tools))
  const observed = once(async () => observeDatabase(await database()))
  return {
    readMigrationFiles: migrations,
    pendingMigrations: async () =>
      pendingTitle(planMigrations(await migrations(), await observed())),
    async ledgerFindings() {
      const {isBootstrapped, hasCurrentLedger} = await observed()
      if (!isBootstrapped || !hasCurrentLedger) return undefined
      return (await verifyLedger(await database(), await migrations())).findings
    },
    async tenantsWithoutPassword() {
      const known = new Set(await (await tools.secrets()).names())
      const {tenants} = await observed()
      return tenants.map(({name}) => name).filter((name) => !known.has(secretOf(name)))
    },
  }
}
