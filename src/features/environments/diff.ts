import type {EnvironmentSchema} from '../../ports/environments.js'
import {dotenvValues, readDotenv} from './dotenv.js'

export interface EnvironmentDifference {
  readonly name: string
  readonly state: 'same' | 'different' | 'only-in-first' | 'only-in-second'
  readonly secret: boolean
  /** Null for a secret, always; null where there is none. */
  readonly first: string | null
  readonly second: string | null
}

/** Which variables two files have and whether they differ; what the schema does not know is a secret. */
export function diffEnvironments(
  {variables}: EnvironmentSchema,
  first: string,
  second: string,
): readonly EnvironmentDifference[] {
  const open = new Set(variables.filter(({secret}) => !secret).map(({name}) => name))
  const [ours, theirs] = [first, second].map((text) => dotenvValues(readDotenv(text)))
  const names = [...new Set([...(ours?.keys() ?? []), ...(theirs?.keys() ?? [])])].toSorted()
  return names.map((name) => {
    const [a, b] = [ours?.get(name), theirs?.get(name)]
    const secret = !open.has(name)
    const shown = (value: string | undefined) => (secret ? null : (value ?? null))
    return {name, state: stateOf(a, b), secret, first: shown(a), second: shown(b)}
  })
}

function stateOf(
  first: string | undefined,
  second: string | undefined,
): EnvironmentDifference['state'] {
  if (first === undefined) return 'only-in-second'
  if (second === undefined) return 'only-in-first'
  return first === second ? 'same' : 'different'
}
