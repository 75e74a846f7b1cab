import type {SickWorkspace, Surrounding} from '../sick-workspace.js'

/** One thing that goes wrong, really done, and the check that has to be named first. */
export interface Fault {
  readonly what: string
  readonly names: string
  /** Has to be root, has to be allowed to mount, or wants a machine on which no docker daemon answers. */
  readonly needs?: 'root' | 'mount' | 'noDocker'
  /** Touches what copies share (services, ports, the database): injected while nothing else is. */
  readonly alone?: true
  /** `doctor --fix --yes` heals it, and changes nothing but this. */
  readonly heals?: Healing
  readonly inject: (place: SickWorkspace) => Promise<Injected> | Injected
}

interface Healing {
  /** Paths in the workspace whose text or mode it changes. */
  readonly files?: readonly string[]
  /** Services that end and begin, of those that ran. */
  readonly restarts?: readonly string[]
}

export interface Injected extends Surrounding {
  /** Must be callable after a fix too. */
  readonly undo?: () => Promise<unknown> | void
}
