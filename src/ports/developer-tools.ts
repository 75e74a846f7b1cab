import type {CommandLine} from './packages.js'

/** `unasked`: Apple tells which of them fit only once it was told that they are wanted. */
export type DeveloperToolsState =
  | {readonly kind: 'there' | 'unasked' | 'notOffered'}
  | {readonly kind: 'offered'; readonly label: string}

/** Apple's Command Line Tools; everywhere else they count as there. */
export interface DeveloperTools {
  state(): Promise<DeveloperToolsState>
  /** A file of this name says that they are wanted. */
  readonly wanted: string
  ask(): readonly CommandLine[]
  install(label: string): readonly CommandLine[]
  /** Throws `failed` DEVELOPER_TOOLS with the program's own words. */
  run(command: CommandLine, onLine: (line: string) => void): Promise<void>
}
