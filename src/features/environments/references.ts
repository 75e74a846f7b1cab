import {MitraError} from '../../errors.js'
import type {EnvironmentName, EnvironmentSchema} from '../../ports/environments.js'
import type {ParameterReference} from '../../ports/parameters.js'

const ssm = /^ssm:(\/[\w.-]+(?:\/[\w.-]+)*|[\w.-]+)$/
const secretsManager = /^secretsmanager:([\w/+=.@-]+)(?:#([\w.-]+))?$/

/** `ssm:/path/NAME` or `secretsmanager:name#key`; undefined for a value that is none. */
export function asReference(value: string): ParameterReference | undefined {
  const parameter = ssm.exec(value)?.[1]
  if (parameter !== undefined) return {store: 'ssm', name: parameter, key: undefined}
  const [, name, key] = secretsManager.exec(value) ?? []
  return name === undefined ? undefined : {store: 'secretsmanager', name, key}
}

/** True for what was meant as a reference, well written or not. */
export function looksLikeReference(value: string): boolean {
  return /^(ssm|secretsmanager):/.test(value)
}

export function referenceText({store, name, key}: ParameterReference): string {
  return `${store}:${name}${key === undefined ? '' : `#${key}`}`
}

/** Where a value of an environment lies when nobody chose another place. */
export function usualReference(
  {prefix}: EnvironmentSchema,
  environment: EnvironmentName,
  name: string,
): ParameterReference {
  return {store: 'ssm', name: `${prefix}/${environment}/${name}`, key: undefined}
}

export function parseReference(text: string): ParameterReference {
  const reference = asReference(text)
  if (reference !== undefined) return reference
  throw new MitraError('usage', 'BAD_REFERENCE', `${JSON.stringify(text)} is no reference.`, {
    hints: ['Write ssm:/agent-mitra/production/REDIS_URL or secretsmanager:name#key.'],
  })
}
