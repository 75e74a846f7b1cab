import type {Secret} from './secrets.js'

/** A file or folder, as far as trouble can come of it. */
export interface HostPlace {
  readonly isFolder: boolean
  readonly isWritable: boolean
  /** Anyone may put a file there, and no sticky bit keeps others from replacing it. */
  readonly isOpenToAll: boolean
  readonly userId: number
  readonly changedAt: Date
}

/** The certificates of a PEM file. */
export interface CertificateFile {
  readonly count: number
  /** Subjects of those that ran out. */
  readonly expired: readonly string[]
}

/** What a process finds around it: variables, limits, folders. Looks only, changes nothing. */
export interface Host {
  /** Of the user and of the shell that called. */
  readonly variables: ReadonlyMap<string, string>
  readonly homeFolder: string
  /** Where programs put files for a moment. */
  readonly temporaryFolder: string
  readonly umask: number
  readonly memoryBytes: number
  /** `arm64`. */
  readonly architecture: string
  /** A Node for Intel that Apple silicon translates. */
  readonly isTranslated: boolean
  /** How many files a program may hold open; undefined where there is no limit or none is told. */
  openFiles(): Promise<number | undefined>
  /** Undefined when nothing is there. */
  place(path: string): Promise<HostPlace | undefined>
  /** Of the file system that the path is on; undefined where it does not count them. */
  freeInodes(path: string): Promise<{readonly free: number; readonly of: number} | undefined>
  /** False where the file system is mounted noexec; undefined where nobody can say. */
  runsPrograms(path: string): Promise<boolean | undefined>
  /** Undefined when the file cannot be read. */
  certificates(path: string): Promise<CertificateFile | undefined>
  /** Whether the Redis on this port takes the password; undefined when nothing speaks its protocol. */
  askRedis(port: number, password: Secret): Promise<'ready' | 'refused' | undefined>
  /** One GET on loopback; undefined when nothing answers within a second. */
  httpStatus(port: number, path: string): Promise<number | undefined>
}
