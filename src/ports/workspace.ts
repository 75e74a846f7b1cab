import type {Generation} from './stack.js'

/** Everything that takes a port on loopback, and the port it takes where that is free. */
export const preferredPorts = {
  nginx: 8080,
  backend: 8000,
  postgres: 5432,
  redis: 6379,
  objectStore: 9000,
  objectStoreConsole: 9001,
} as const

export type PortName = keyof typeof preferredPorts

export type Ports = Readonly<Record<PortName, number>>

/** Where a workspace keeps things. All paths are absolute. */
export interface WorkspaceLayout {
  /** The folder with `mitra.yml`. */
  readonly root: string
  /** `<root>/.mitra`, mode 0700, ignored by git: journal, secrets, logs, run files, data. */
  readonly state: string
  /** Twelve hex digits, made once; names containers, volumes and folders outside the workspace. */
  readonly id: string
}

/** What a workspace remembers between commands besides its journal; rewritten atomically. */
export interface WorkspaceMemory {
  /** The ports given out, kept so that URLs stay the same from run to run. */
  ports(): Promise<Partial<Ports>>
  rememberPorts(ports: Ports): Promise<void>
  /** The data generation in use; starts at 1. */
  generation(): Promise<Generation>
  useGeneration(generation: Generation): Promise<void>
  /** The engine that holds the data of this workspace, once one has been started. */
  engine(): Promise<'docker' | 'native' | undefined>
  rememberEngine(engine: 'docker' | 'native'): Promise<void>
}
