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

export interface Tool {
  readonly id: string
  readonly title: string
  readonly profiles: readonly ToolchainProfile[]
  readonly platforms: readonly ToolPlatform[]
  readonly minimum: string | undefined
  readonly detect: ToolDetection
  /** What only a person can do. */
  readonly human: string | undefined
}

/** What the machine has to have, as `config/toolchain.yml` says. */
export interface Toolchain {
  readonly machine: {readonly memoryGb: number; readonly diskGb: number; readonly macos: string}
  readonly tools: readonly Tool[]
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
