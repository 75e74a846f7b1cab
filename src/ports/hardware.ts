/** What the machine is made of. Looks only. */
export interface Hardware {
  facts(): Promise<HardwareFacts>
}

export interface HardwareFacts {
  readonly memoryBytes: number
  /** Of the disk that the home folder is on, free or not. */
  readonly diskBytes: number
  /** `arm64` or `x64`, of the processor: not of a program that is translated for it. */
  readonly architecture: string
  /** `14.6.1`; undefined on Linux. */
  readonly macos: string | undefined
}
