import type {Secret} from './secrets.js'

/** Where a value lies that no file holds. */
export interface ParameterReference {
  readonly store: 'ssm' | 'secretsmanager'
  /** A parameter's path, or a secret's name. */
  readonly name: string
  /** The key in a secret that is a JSON object. */
  readonly key: string | undefined
}

/** The values that AWS keeps for us. Throws NO_PARAMETER where there is none of that name. */
export interface Parameters {
  read(reference: ParameterReference): Promise<Secret>
  /** Makes or replaces it, encrypted. Other keys of the same secret stay. */
  write(reference: ParameterReference, value: Secret): Promise<void>
  /** How a task definition names it. */
  locate(reference: ParameterReference): Promise<string>
}
