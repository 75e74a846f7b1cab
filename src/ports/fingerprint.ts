/** What two laptops have to have in common to behave alike. No name of a person or a machine, no path. */
export interface Fingerprint {
  /** Of all below; the same digest is the same machine as far as mitra sees. */
  readonly digest: string
  readonly mitra: string
  readonly platform: string
  readonly architecture: string
  /** Undefined outside a workspace. */
  readonly engine: string | undefined
  /** By tool, as found; a tool that is absent is not in it. */
  readonly tools: Readonly<Record<string, string>>
  /** By tool, as mitra.lock records them. */
  readonly lock: Readonly<Record<string, string>>
  /** `postgres 16.14`, by service. */
  readonly services: Readonly<Record<string, string>>
  /** Those that change how the services behave. */
  readonly settings: Readonly<Record<string, string>>
}
