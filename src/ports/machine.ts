import type {ServiceName} from './stack.js'
import type {WorkspaceLayout} from './workspace.js'

/** A file or folder as the file system knows it. */
export interface Permissions {
  /** `0o600` */
  readonly mode: number
  /** Owned by the user who runs mitra (root owns everything). */
  readonly isOwn: boolean
  readonly isWritable: boolean
}

/** A place that mitra writes to. */
export interface StoragePlace {
  readonly path: string
  /** `data of the services` */
  readonly holds: string
  readonly freeBytes: number
  /** Of the whole file system; undefined where it does not say. */
  readonly sizeBytes?: number
}

/** What an earlier start left behind, by mitra's own record of it. */
export interface Leftover {
  readonly service: ServiceName
  /** Undefined when only files are left. */
  readonly pid: number | undefined
}

/** The machine that mitra runs on. Looks only, changes nothing. */
export interface Machine {
  /** `20.20.2` */
  readonly nodeVersion: string
  /** The file named by NODE_EXTRA_CA_CERTS. */
  extraCertificates(): Promise<{readonly path: string; readonly isReadable: boolean} | undefined>
  /** The places that mitra writes to; without a workspace those of the machine alone. */
  storage(layout: WorkspaceLayout | undefined): Promise<readonly StoragePlace[]>
  /** Undefined when there is no such file. */
  permissions(path: string): Promise<Permissions | undefined>
  /** Native services of this workspace that run although `engine` is docker, and files of dead ones. */
  leftovers(layout: WorkspaceLayout, engine: 'docker' | 'native'): Promise<readonly Leftover[]>
}
