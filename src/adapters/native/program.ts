import type {ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import type {NativePlace} from './place.js'

/** A binary that was found or got, ready to be run by the services' account. */
export interface Runtime {
  /** `postgres`, `redis`, `valkey`, `minio`, `versitygw`, `nginx`. */
  readonly kind: string
  readonly version: string
  /** Absolute; for Postgres the folder that holds `bin/` and `lib/`. */
  readonly path: string
  /** Where it comes from, for people: `apt`, `PATH`, `PyPI wheel`. */
  readonly from: string
  readonly env?: Readonly<Record<string, string>>
}

export interface ProgramContext {
  readonly settings: StackSettings
  readonly place: NativePlace
  readonly runtime: Runtime
}

/** How one service is run, as data: the keeper starts it, the probe sees whether it is ours. */
export interface Launch {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The service's own folder, in which it works: whoever is left there is ended with it. */
  readonly folder: string
  readonly stopSignal: 'INT' | 'TERM' | 'QUIT'
}

export interface Program {
  readonly service: ServiceName
  /** Makes configuration and data; called right before the start. Heals what a kill left half done. */
  launch(context: ProgramContext): Promise<Launch>
  /** True when the process answers its own protocol, as that very process. */
  isHealthy(settings: StackSettings, pid: number, folder: string): Promise<boolean>
  url(settings: StackSettings): string
  port(settings: StackSettings): number
}
