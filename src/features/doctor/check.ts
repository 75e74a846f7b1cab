import type {Clock} from '../../ports/clock.js'
import type {CostFiles} from '../../ports/cost-plan.js'
import type {CostStore} from '../../ports/cost-store.js'
import type {Database} from '../../ports/database.js'
import type {EnvironmentSchema} from '../../ports/environments.js'
import type {Files} from '../../ports/files.js'
import type {Git} from '../../ports/git.js'
import type {Host} from '../../ports/host.js'
import type {BackendStatus} from '../../ports/kept-backend.js'
import type {Journal} from '../../ports/journal.js'
import type {Machine} from '../../ports/machine.js'
import type {Network} from '../../ports/network.js'
import type {ObjectStore} from '../../ports/object-store.js'
import type {RetentionRules} from '../../ports/retention-rules.js'
import type {Secrets} from '../../ports/secrets.js'
import type {Sockets} from '../../ports/sockets.js'
import type {ServiceName, ServiceStatus, Stack} from '../../ports/stack.js'
import type {PortName, Ports, WorkspaceLayout, WorkspaceMemory} from '../../ports/workspace.js'
import type {Repair} from './repair.js'

/** `unknown`: it gave no answer in time, so nobody can say. */
export type CheckState = 'ok' | 'warning' | 'failed' | 'unknown' | 'skipped'

/** What one check saw. */
export interface Finding {
  readonly state: CheckState
  /** What was seen, in one line. */
  readonly title: string
  readonly cause?: string
  /** Commands or sentences, most likely first. */
  readonly fix?: readonly string[]
  readonly link?: string
  /** What `--fix` does about it, after asking. */
  readonly repairs?: readonly Repair[]
}

/** What must hold before a check can look; the check of that thing itself reports when it does not. */
export type Need =
  | 'workspace'
  | 'engine'
  | 'postgres'
  | 'database'
  | 'migrator'
  | 'object-store'
  | 'nginx'

export interface Check {
  /** Stable: scripts and people search for it. */
  readonly id: string
  /** What is looked at; the title where nothing could be seen. */
  readonly subject: string
  readonly need?: Need
  /** A MitraError that it throws is its finding: failed, with the message and the hints. */
  readonly look: (tools: DoctorTools) => Promise<Finding>
}

/** The part of a workspace that the checks ask about. */
export interface WorkspaceFacts {
  readonly layout: WorkspaceLayout
  readonly bucket: string
  readonly isChosenPort: (name: PortName) => boolean
}

export type StackStates = ReadonlyMap<ServiceName, ServiceStatus>

/** A program that developing needs, as PATH has it. */
export interface ToolFound {
  readonly id: string
  readonly title: string
  readonly state: 'present' | 'hidden' | 'tooLow' | 'absent'
  readonly version: string | undefined
  readonly path: string | undefined
  readonly rightPath: string | undefined
}

/** The backend as mitra keeps it. */
export interface KeptBackendSeen {
  readonly status: BackendStatus
  /** What it is to be started with and is not there; empty when it is prepared. */
  readonly missing: readonly string[]
  /** It runs with other requirements or variables than the files hold now. */
  readonly isChanged: boolean
}

/** What another feature found wrong. */
interface Problem {
  readonly what: string
  readonly fix: string
}

interface EnvironmentFault extends Problem {
  readonly rule: string
  /** The file, with the line where it is about one. */
  readonly where: string
}

/** Everything that a check may look at; each opens what it needs and throws what it throws. */
export interface DoctorTools {
  readonly clock: Clock
  /** Milliseconds since some moment, finer than the clock. */
  readonly stopwatch: () => number
  readonly machine: () => Promise<Machine>
  readonly network: () => Promise<Network>
  readonly docker: () => Promise<{readonly how: string} | {readonly why: string}>
  readonly workspace: () => Promise<WorkspaceFacts>
  readonly engine: () => Promise<{readonly engine: 'docker' | 'native'; readonly why: string}>
  readonly ports: () => Promise<Ports>
  readonly sockets: () => Promise<Sockets>
  readonly stack: () => Promise<Stack>
  readonly states: () => Promise<StackStates>
  readonly secrets: () => Promise<Secrets>
  readonly journal: () => Promise<Journal>
  readonly memory: () => Promise<WorkspaceMemory>
  readonly database: () => Promise<Database>
  readonly objectStore: () => Promise<ObjectStore>
  readonly host: () => Promise<Host>
  readonly files: () => Promise<Files>
  readonly git: () => Promise<Git>
  readonly costStore: () => Promise<CostStore>
  readonly costFiles: () => Promise<CostFiles>
  readonly retentionRules: () => Promise<RetentionRules>
  readonly environmentSchema: () => Promise<EnvironmentSchema>
  readonly settingVariables: () => Promise<readonly string[]>
  readonly keptBackend: () => Promise<KeptBackendSeen>
  readonly toolStates: () => Promise<readonly ToolFound[]>
  /** Of the .env files that are there. */
  readonly environmentProblems: () => Promise<{
    readonly files: readonly string[]
    readonly problems: readonly EnvironmentFault[]
  }>
  readonly readMigrationFiles: () => Promise<unknown>
  /** In one line; undefined when nothing is. */
  readonly pendingMigrations: () => Promise<string | undefined>
  /** Undefined where there is no ledger, or one of another mitra. */
  readonly ledgerFindings: () => Promise<readonly Problem[] | undefined>
  readonly tenantsWithoutPassword: () => Promise<readonly string[]>
}
