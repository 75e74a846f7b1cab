import type {CommandLine} from './packages.js'

export interface CloneRequest {
  readonly command: CommandLine
  /** Where the command is run. */
  readonly folder: string
  readonly onLine: (line: string) => void
}

/** Git repositories as a whole. Never asks for a password. */
export interface Repositories {
  /** What clones an address into a folder below the one it is run in. */
  cloneCommand(address: string, into: string): CommandLine
  /** Throws `failed` CLONE with git's own words. */
  clone(request: CloneRequest): Promise<void>
  /** What a copy holds that its origin does not, in words; undefined when nothing. */
  ownWork(folder: string): Promise<string | undefined>
}
