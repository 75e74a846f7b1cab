export type CommandLine = readonly [string, ...string[]]

/** The command lines that change what is installed; what is planned is what is run. */
export interface PackageCommands {
  /** Finishes what an interrupted installation left; undefined where the manager does so by itself. */
  repair(): readonly CommandLine[]
  /** Gets the lists of what can be had. */
  refresh(): CommandLine
  /** From the manifest, where the manager takes one: a file that names just these. */
  install(names: readonly string[], from: InstallSource): CommandLine
  /** These and no others. */
  purge(names: readonly string[]): readonly CommandLine[]
  /** Groups of accounts that packages left. */
  removeGroups(names: readonly string[]): readonly CommandLine[]
}

export interface InstallSource {
  readonly manifest: string | undefined
  /** Something of them is there and too old. */
  readonly isUpgrade: boolean
}

/** Why there is no package manager that can be used. */
export interface PackagesAbsence {
  /** What a person does about it; undefined where there is nothing to do. */
  readonly todo: string | undefined
}

/** What a package would add, and which packages it would put a newer version of. */
export interface PackageEffect {
  readonly added: readonly string[]
  readonly upgraded: readonly string[]
}

/** The machine's own package manager. */
export interface Packages {
  readonly manager: 'apt' | 'brew'
  readonly commands: PackageCommands
  /** Undefined when it can be used. */
  absence(): Promise<PackagesAbsence | undefined>
  /** Whether changing needs a password of a person. */
  readonly needsPassword: boolean
  /** Throws `refused` NEEDS_PASSWORD when it may not change anything now. */
  refuseWithoutRights(): Promise<void>
  /** Names of all that is installed, sorted. */
  installed(): Promise<readonly string[]>
  isInterrupted(): Promise<boolean>
  /** Of those named the groups that are there, and whether an account is a member. */
  groups(names: readonly string[]): Promise<ReadonlyMap<string, {readonly isUsed: boolean}>>
  /** The version that can be had; a name that is not known is not in it. */
  candidates(names: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Undefined when they cannot be installed as things are. */
  effectOf(names: readonly string[]): Promise<PackageEffect | undefined>
  /** All that purging these would take away. */
  purgedWith(names: readonly string[]): Promise<readonly string[]>
  /** Runs one of the command lines; throws `failed` PACKAGES with the manager's own words. */
  run(command: CommandLine, onLine: (line: string) => void): Promise<void>
}
