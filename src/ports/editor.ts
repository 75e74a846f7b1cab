import type {CommandLine} from './packages.js'

/** Visual Studio Code, as its own program `code` manages it. */
export interface Editor {
  /** Identifiers of what is installed, in small letters; undefined where `code` is not there or does not answer. */
  extensions(): Promise<readonly string[] | undefined>
  install(id: string): CommandLine
  uninstall(id: string): CommandLine
  /** Runs one of the command lines; throws `failed` EXTENSION with the editor's own words. */
  run(command: CommandLine, onLine: (line: string) => void): Promise<void>
}
