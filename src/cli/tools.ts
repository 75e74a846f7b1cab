import type {Config, Overrides} from '../config/load.js'
import type {ChosenEngine} from '../features/stack/engine.js'
import type {Archives} from '../ports/archives.js'
import type {Background} from '../ports/background.js'
import type {Browser} from '../ports/browser.js'
import type {Clock} from '../ports/clock.js'
import type {Database} from '../ports/database.js'
import type {DdlChecker} from '../ports/ddl-checker.js'
import type {FoundEngine} from '../ports/engine.js'
import type {FileModes} from '../ports/file-modes.js'
import type {Files, Templates} from '../ports/files.js'
import type {Host} from '../ports/host.js'
import type {Foreground} from '../ports/foreground.js'
import type {KeptBackend} from '../ports/kept-backend.js'
import type {Journal} from '../ports/journal.js'
import type {Lan} from '../ports/lan.js'
import type {Machine} from '../ports/machine.js'
import type {MigrationFiles} from '../ports/migration-files.js'
import type {Network} from '../ports/network.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {PrivateFolders} from '../ports/private-folders.js'
import type {RetentionRules} from '../ports/retention-rules.js'
import type {Programs} from '../ports/programs.js'
import type {Secrets} from '../ports/secrets.js'
import type {Sockets} from '../ports/sockets.js'
import type {SqlReader} from '../ports/sql-reader.js'
import type {Stack} from '../ports/stack.js'
import type {Ports, WorkspaceLayout, WorkspaceMemory} from '../ports/workspace.js'
import {costTools, notifyTools, scheduleTools, type CostTools} from './cost-tools.js'
import {environmentTools, type EnvironmentTools} from './environment-tools.js'
import {gitTools, type GitTools} from './git-tools.js'
import {onceEach, type Once} from './once.js'
import {toolchainTools, type ToolchainTools} from './toolchain-tools.js'

export interface Workspace {
  readonly layout: WorkspaceLayout
  readonly config: Config
  /** No mitra.yml or no `.mitra` yet: `init` would write what is missing. */
  readonly isNew: boolean
  /** There is a mitra.yml. */
  readonly hasSettings: boolean
}

/** Everything outside the process, each opened only when a command asks for it. */
export interface Tools extends CostTools, EnvironmentTools, GitTools, ToolchainTools {
  readonly version: string
  /** Values from flags; to be called before anything else is opened. */
  override(overrides: Overrides): void
  /** The workspace that the command runs in; throws NO_WORKSPACE. */
  readonly workspace: () => Promise<Workspace>
  /** The same, or the one that `init` would make here. */
  readonly prospect: () => Promise<Workspace>
  readonly memory: () => Promise<WorkspaceMemory>
  readonly secrets: () => Promise<Secrets>
  readonly journal: () => Promise<Journal>
  readonly files: () => Promise<Files>
  readonly fileModes: () => Promise<FileModes>
  readonly templates: () => Promise<Templates>
  /** Folders with personal data. */
  readonly privateFolders: () => Promise<PrivateFolders>
  readonly sockets: () => Promise<Sockets>
  readonly clock: () => Clock
  readonly machine: () => Promise<Machine>
  readonly network: () => Promise<Network>
  readonly host: () => Promise<Host>
  readonly archives: () => Promise<Archives>
  readonly programs: () => Promise<Programs>
  readonly background: () => Promise<Background>
  readonly foreground: () => Promise<Foreground>
  readonly lan: () => Promise<Lan>
  readonly browser: () => Promise<Browser>
  /** What is found of a docker daemon, whichever engine is chosen. */
  readonly docker: () => Promise<FoundEngine>
  readonly engine: () => Promise<ChosenEngine>
  /** The ports in force; `stack` and `database` use them unless told otherwise. */
  readonly ports: () => Promise<Ports>
  readonly stack: (ports?: Ports) => Promise<Stack>
  /** The backend as a process of this machine. */
  readonly backend: (ports?: Ports) => Promise<KeptBackend>
  readonly database: (ports?: Ports) => Promise<Database>
  readonly objectStore: (ports?: Ports) => Promise<ObjectStore>
  readonly migrationFiles: () => Promise<MigrationFiles>
  /** What is kept about people, how long and why. */
  readonly retentionRules: () => Promise<RetentionRules>
  readonly sqlReader: () => Promise<SqlReader>
  readonly ddlChecker: () => Promise<DdlChecker>
  readonly close: () => Promise<void>
}

/** The real tools. Nothing is imported before it is asked for. */
export function openTools({version}: {readonly version: string}): Tools {
  let overrides: Overrides = {}
  const once = onceEach()
  const openAgain = async () => (await import('./prospect.js')).openProspect(overrides)
  let openProspect = once(openAgain)
  const tools: Tools = {
    version,
    override(given) {
      overrides = given
    },
    async prospect() {
      const workspace = await openProspect()
      if (!workspace.isNew) return workspace
      const {isMadeByAnother} = await import('./prospect.js')
      if (!(await isMadeByAnother(workspace.layout))) return workspace
      openProspect = once(openAgain)
      return openProspect()
    },
    async workspace() {
      const workspace = await tools.prospect()
      if (!workspace.isNew) return workspace
      const {noWorkspace} = await import('../config/locate.js')
      throw noWorkspace(process.cwd(), workspace.hasSettings ? workspace.layout.root : undefined)
    },
    ...workspaceTools(() => tools, once),
    ...governanceTools(() => tools, once),
    ...stackTools(() => tools, once),
    ...machineTools(once),
    ...costTools(() => tools, once),
    ...scheduleTools(once),
    ...notifyTools(() => tools, once),
    ...environmentTools(() => tools, once),
    ...gitTools(once),
    ...toolchainTools(() => tools, once),
    close: async () => undefined,
  }
  return tools
}

/** What lies in the workspace's folder. */
function workspaceTools(tools: () => Tools, once: Once) {
  const layout = async () => (await tools().prospect()).layout
  return {
    memory: once(async () => {
      const {FileMemory} = await import('../adapters/memory/file-memory.js')
      return new FileMemory(`${(await layout()).state}/memory.json`)
    }),
    secrets: once(async () => {
      const {FileSecrets} = await import('../adapters/secrets/file-secrets.js')
      return new FileSecrets(`${(await layout()).state}/secrets.json`)
    }),
    journal: once(async () => {
      const {FileJournal} = await import('../adapters/journal/file-journal.js')
      const secrets = await tools().secrets()
      return new FileJournal(`${(await layout()).state}/journal`, {
        holdsSecret: (text) => secrets.appearsIn(text),
        onWait: ({purpose, pid}) =>
          process.stderr.write(`Waiting for another mitra: ${purpose} (pid ${pid}).\n`),
      })
    }),
    archives: once(
      async () => new (await import('../adapters/archive/tar-archives.js')).TarArchives(),
    ),
    background: once(async () => {
      const {DetachedMitra} = await import('../adapters/process/background.js')
      const {root, state} = await layout()
      return new DetachedMitra({root, logs: `${state}/logs`})
    }),
    files: once(async () => new (await import('../adapters/files/disk-files.js')).DiskFiles()),
    fileModes: once(
      async () => new (await import('../adapters/files/file-modes.js')).DiskFileModes(),
    ),
    templates: once(
      async () => new (await import('../adapters/files/packaged-templates.js')).PackagedTemplates(),
    ),
    migrationFiles: once(async () => {
      const {FolderMigrationFiles} = await import('../adapters/files/migration-files.js')
      return new FolderMigrationFiles(`${(await layout()).root}/database`)
    }),
  }
}

/** What data of people need. */
function governanceTools(tools: () => Tools, once: Once) {
  return {
    privateFolders: once(
      async () => new (await import('../adapters/files/private-folders.js')).DiskFolders(),
    ),
    retentionRules: once(async () => {
      const {loadRetentionRules} = await import('../config/governance/load-retention.js')
      return loadRetentionRules((await tools().prospect()).layout.root)
    }),
  }
}

/** The services and what speaks to them. */
function stackTools(tools: () => Tools, once: Once) {
  const config = async () => (await tools().prospect()).config
  return {
    engine: once(async () => {
      const {openEngine} = await import('./open-stack.js')
      return openEngine(await config(), await tools().memory())
    }),
    // Asked anew each time: a plan that was applied may have moved them.
    async ports() {
      const {openPorts} = await import('./open-stack.js')
      return openPorts(await config(), await tools().memory())
    },
    async stack(ports?: Ports) {
      const {openStack} = await import('./open-stack.js')
      return openStack({
        workspace: await tools().prospect(),
        ports: ports ?? (await tools().ports()),
        memory: await tools().memory(),
        secrets: await tools().secrets(),
        engine: (await tools().engine()).engine,
      })
    },
    async backend(ports?: Ports) {
      const {openBackend} = await import('./open-stack.js')
      return openBackend(await tools().prospect(), ports ?? (await tools().ports()))
    },
    async database(ports?: Ports) {
      const {PgDatabase} = await import('../adapters/postgres/database.js')
      const {postgres: port} = ports ?? (await tools().ports())
      const name = (await config()).values['database.name']
      const secrets = await tools().secrets()
      return new PgDatabase({host: '127.0.0.1', port, name, adminUser: 'mitra_admin', secrets})
    },
    async objectStore(ports?: Ports) {
      const {S3ObjectStore} = await import('../adapters/object-store/s3.js')
      const {objectStore} = ports ?? (await tools().ports())
      return new S3ObjectStore({port: objectStore, secrets: await tools().secrets()})
    },
  }
}

/** What belongs to the machine, whatever workspace the command runs in. */
function machineTools(once: Once) {
  return {
    sockets: once(async () => new (await import('../adapters/sockets/ports.js')).HostSockets()),
    programs: once(
      async () => new (await import('../adapters/process/programs.js')).HostPrograms(),
    ),
    foreground: once(
      async () => new (await import('../adapters/process/group.js')).ProcessGroups(),
    ),
    lan: once(async () => new (await import('../adapters/sockets/lan.js')).HostLan()),
    machine: once(
      async () => new (await import('../adapters/machine/host-machine.js')).HostMachine(),
    ),
    network: once(
      async () => new (await import('../adapters/machine/host-network.js')).HostNetwork(),
    ),
    host: once(async () => new (await import('../adapters/machine/process-host.js')).ProcessHost()),
    browser: once(
      async () => new (await import('../adapters/browser/system-browser.js')).SystemBrowser(),
    ),
    docker: once(async () => (await import('../adapters/docker/endpoint.js')).findEngine()),
    sqlReader: once(
      async () => new (await import('../adapters/sql-lint/pg-query-reader.js')).PgQueryReader(),
    ),
    ddlChecker: once(async () => new (await import('../adapters/sql-lint/squawk.js')).Squawk()),
    clock: (): Clock => ({
      now: () => new Date(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    }),
  }
}
