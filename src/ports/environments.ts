/** Where the platform runs; each has a file of its own: `.env.local`. */
export const environmentNames = ['local', 'staging', 'production'] as const

export type EnvironmentName = (typeof environmentNames)[number]

export const variableTypes = [
  'text',
  'url',
  'integer',
  'number',
  'boolean',
  'port',
  'choice',
] as const

export type VariableType = (typeof variableTypes)[number]

/** One variable as the committed schema describes it. */
export interface EnvironmentVariable {
  readonly name: string
  readonly type: VariableType
  readonly required: boolean
  /** Its value is never shown, and outside of `local` it never lies in a file. */
  readonly secret: boolean
  readonly description: string
  /** What a `choice` may be. */
  readonly choices: readonly string[]
  /** Where it is used. */
  readonly environments: readonly EnvironmentName[]
  /** The value on this machine, with places such as `{postgres.port}`. */
  readonly local: string | undefined
  /** The value of the other environments where nobody chose one. Never of a secret. */
  readonly fallback: string | undefined
  /** `env.schema.yml:12`. */
  readonly where: string
}

export interface EnvironmentSchema {
  /** Parameters lie below it: `/agent-mitra` gives `ssm:/agent-mitra/production/REDIS_URL`. */
  readonly prefix: string
  readonly variables: readonly EnvironmentVariable[]
}
