import {MitraError} from '../../errors.js'
import type {EnvironmentVariable} from '../../ports/environments.js'
import type {Secrets} from '../../ports/secrets.js'

/** What this machine's stack is reached by; passwords among it. `postgres.port` to `5432`. */
export type LocalPlaces = ReadonlyMap<string, string>

/**
 * The value on this machine: `postgresql://{postgres.host}:{postgres.port}` with its places filled in.
 * `{generate}` is a password of the workspace's own, made once.
 */
export async function localValue(
  variable: EnvironmentVariable,
  places: LocalPlaces,
  secrets: Secrets,
): Promise<string | undefined> {
  const {local, name, where} = variable
  if (local === undefined) return undefined
  const wanted = [...local.matchAll(/\{([\w.]+)\}/g)].map(([, place = '']) => place)
  const unknown = wanted.find((place) => place !== 'generate' && !places.has(place))
  if (unknown !== undefined) {
    const message = `${where} variables.${name}.local: {${unknown}} is no place of this machine.`
    throw new MitraError('config', 'UNKNOWN_PLACE', message, {
      hints: [`Known are {generate}, ${[...places.keys()].map((key) => `{${key}}`).join(', ')}.`],
    })
  }
  const made = wanted.includes('generate')
    ? (await secrets.ensure(`environment.${name}`)).reveal()
    : ''
  return local.replaceAll(/\{([\w.]+)\}/g, (_, place: string) => places.get(place) ?? made)
}
