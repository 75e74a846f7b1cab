export const toolchainProfiles = ['backend', 'mobile', 'full'] as const
export type ToolchainProfile = (typeof toolchainProfiles)[number]

export const toolPlatforms = ['darwin', 'linux'] as const
export type ToolPlatform = (typeof toolPlatforms)[number]

/** How a tool is found: a program that states its version, or the folder of an application. */
export interface ToolDetection {
  readonly programs: readonly string[]
  readonly arguments: readonly string[]
  /** Its first group is the version. */
  readonly pattern: string
  readonly folders: readonly string[]
}

/** What apt installs for a tool. */
export interface AptWay {
  /** For a tool that is not there. */
  readonly packages: readonly string[]
  /** Wanted even where the tool is there as Debian's own. */
  readonly also: readonly string[]
  /** Taken along where apt knows them: they differ between releases. */
  readonly optional: readonly string[]
  /** Groups of accounts that its packages make, and leave when they are purged. */
  readonly groups: readonly string[]
  readonly sizeMb: number
  readonly minutes: number
}

export interface BrewWay {
  readonly formula: string | undefined
  readonly cask: string | undefined
  /** Formulae that go with it. */
  readonly also: readonly string[]
  /** Links what Homebrew leaves unlinked. */
  readonly link: boolean
  /** Without the links to programs that would need a password. */
  readonly noBinaries: boolean
  readonly sizeMb: number
  readonly minutes: number
}

export interface Tool {
  readonly id: string
  readonly title: string
  readonly profiles: readonly ToolchainProfile[]
  readonly platforms: readonly ToolPlatform[]
  readonly minimum: string | undefined
  readonly detect: ToolDetection
  readonly apt: AptWay | undefined
  readonly brew: BrewWay | undefined
  /** What only a person can do, where no package manager of the machine has it. */
  readonly human: string | undefined
  /** Nothing is left for a person where no package manager has it. */
  readonly isOptional: boolean
  /** What a person does once it is installed. */
  readonly after: string | undefined
}

/** Tools of which a person takes one. */
export interface ToolChoice {
  readonly id: string
  readonly title: string
  readonly profiles: readonly ToolchainProfile[]
  readonly platforms: readonly ToolPlatform[]
  /** Ids of tools; `none` for no tool. */
  readonly options: readonly string[]
  readonly default: string
}

export interface EditorExtension {
  /** `publisher.name` */
  readonly id: string
  readonly profiles: readonly ToolchainProfile[]
}

/** What the machine has to have. */
export interface Toolchain {
  /** Where it was read: the workspace's own toolchain.yml, or the one that mitra ships. */
  readonly file: string
  readonly machine: {
    readonly memoryGb: number
    readonly diskGb: number
    readonly macos: string
    readonly architectures: readonly string[]
  }
  readonly tools: readonly Tool[]
  readonly choices: readonly ToolChoice[]
  /** Of Visual Studio Code. */
  readonly extensions: readonly EditorExtension[]
}

/** Versions that a machine really had, as `mitra.lock` records them. */
export interface ToolchainLock {
  readonly platform: ToolPlatform
  readonly architecture: string
  readonly tools: Readonly<Record<string, string>>
}

/** Looks for programs and applications. Changes nothing. */
export interface ToolProber {
  readonly platform: ToolPlatform
  /** Every program of that name that runs, in the order of PATH, with what it printed. */
  outputs(
    program: string,
    words: readonly string[],
  ): Promise<readonly {readonly path: string; readonly output: string}[]>
  hasFolder(path: string): Promise<boolean>
}
