import type {ServiceStatus} from './stack.js'

export interface BackendStatus extends Omit<ServiceStatus, 'name'> {
  readonly name: 'backend'
  /** What it was started with; undefined when it was not. */
  readonly inputs: string | undefined
  /** Of the `mitra dev` that runs it instead. */
  readonly devPid: number | undefined
}

/**
 * The backend of the workspace as a process of this machine, run as the user and kept running between
 * commands, whatever engine runs the services. It listens on loopback only.
 */
export interface KeptBackend {
  readonly port: number
  /** As seen from the host, by its `/health`. Changes nothing. */
  status(): Promise<BackendStatus>
  /**
   * Starts it unless it runs with the same inputs, and waits for its answer. Idempotent. Throws `notReady`
   * SERVICE_FAILED with cause and last lines.
   */
  start(argv: readonly [string, ...string[]], inputs: string): Promise<void>
  /**
   * From now on `mitra dev`, our process, runs it: `status` says so until the function is called or our
   * process ends, however it does.
   */
  leaveToDev(): Promise<() => Promise<void>>
  /** Ends it with all that it started. Idempotent. */
  stop(): Promise<void>
  /** As of the services: oldest first, kept through stop and crash. */
  logs(options: {
    readonly tail: number
    readonly follow: boolean
    readonly signal?: AbortSignal
  }): AsyncIterable<{readonly service: 'backend'; readonly text: string}>
}
