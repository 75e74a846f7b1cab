import type {CommandLine} from './packages.js'

/** The right to change what belongs to the whole machine. */
export interface Rights {
  /** Without a question: as root, or because sudo knows the password still. */
  areThere(): Promise<boolean>
  /** Asks a person, once, on their terminal. */
  readonly ask: CommandLine
}
