/** The one table of services. `kind` in a status says which program stands behind the name. */
export const serviceNames = ['postgres', 'redis', 'object-store', 'nginx'] as const

export type ServiceName = (typeof serviceNames)[number]

/** All that is kept running: the services and, a process of this machine with either engine, the backend. */
export type KeptName = ServiceName | 'backend'

export type ServiceState = 'healthy' | 'starting' | 'stopped' | 'failed'

export interface ServiceStatus {
  readonly name: ServiceName
  /** The program: `postgres`, `redis`, `valkey`, `minio`, `versitygw`, `nginx`. */
  readonly kind: string
  readonly state: ServiceState
  /** Where a client on this machine connects; holds no password. */
  readonly url: string
  readonly port: number
  /** PSS of its process tree (native on Linux), resident memory elsewhere; undefined when not running. */
  readonly memoryBytes: number | undefined
  /** As the program states it, `16.14`; undefined while unknown. */
  readonly version: string | undefined
  /** Why it failed, in one sentence, with its last log lines. Only when `failed`. */
  readonly failure: {readonly cause: string; readonly lastLines: readonly string[]} | undefined
}

export interface LogLine {
  readonly service: ServiceName
  readonly text: string
}

/** A set of data directories or volumes; `reset` turns to the next one and keeps the last. */
export type Generation = number

/**
 * The local services, whatever runs them. Everything listens on loopback only.
 * Both adapters (`DockerStack`, `NativeStack`) hold the same contract suite.
 */
export interface Stack {
  readonly engine: 'docker' | 'native'

  /** The state of every service as seen from the host, over its own protocol. Changes nothing. */
  states(): Promise<ReadonlyMap<ServiceName, ServiceStatus>>

  /**
   * Gets what the services need before they can start (binaries or images). Idempotent, resumable.
   * One result per service; a service that cannot be had is `missing` with how to get it.
   */
  prepare(
    services: readonly ServiceName[],
    onProgress: (note: string) => void,
  ): Promise<readonly Prepared[]>

  /** What `prepare` would have to get, without getting it; the fast path when all is there. */
  prepared(services: readonly ServiceName[]): Promise<readonly Prepared[]>

  /**
   * Starts them side by side; `onHealthy` is called as each one answers its own protocol. Idempotent.
   * A service that ends is reported at once: the others stay up, and the call throws a `notReady`
   * MitraError `SERVICE_FAILED` with cause and last lines after all have settled.
   */
  up(
    services: readonly ServiceName[],
    onHealthy: (service: ServiceName) => Promise<void>,
  ): Promise<void>

  /** Stops them cleanly, all leftovers included (sockets, pid files, children). Data stays. Idempotent. */
  down(services: readonly ServiceName[]): Promise<void>

  /** Oldest first; with `follow` goes on until the signal aborts. Logs survive stop and crash. */
  logs(
    services: readonly ServiceName[],
    options: {readonly tail: number; readonly follow: boolean; readonly signal?: AbortSignal},
  ): AsyncIterable<LogLine>

  /** The next start gives Postgres the password that this workspace keeps, even if it was given it before. */
  forgetPassword(): Promise<void>

  /** True when the set in use already holds data of the service; false on a new machine. */
  hasData(service: ServiceName): Promise<boolean>

  /** Makes Nginx read its rewritten configuration without dropping connections. No-op when stopped. */
  reloadProxy(): Promise<void>

  /** The generations on disk that no longer serve, with their size. */
  trashed(): Promise<readonly {readonly generation: Generation; readonly bytes: number}[]>

  /** Deletes one trashed generation for good. Refuses the one in use. */
  purge(generation: Generation): Promise<void>
}

export interface Prepared {
  readonly service: ServiceName
  readonly state: 'ready' | 'missing'
  /** The program chosen and where it comes from: `valkey 9.1.2 (PyPI wheel)`. */
  readonly source: string
  /** When missing: what is wrong and how to get it, each a sentence or a command. */
  readonly hints: readonly string[]
  /** What getting it and starting it run and write; undefined where the engine does both. */
  readonly work?: {readonly get: PlannedWork; readonly start: PlannedWork}
}

/** In words and paths `…` stands for what is known only when it is done. */
export interface PlannedWork {
  readonly commands: readonly (readonly string[])[]
  /** Run only where the commands before them fail. */
  readonly otherwise: readonly (readonly string[])[]
  /** A folder stands for all that is in it. */
  readonly files: readonly string[]
}
