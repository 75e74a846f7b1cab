import {GetCostAndUsageRequest$, GetCostAndUsageResponse$} from '@aws-sdk/client-cost-explorer'

/**
 * What is wrong with a message by the model that the SDK itself (de)serialises with: unknown members,
 * missing ones, wrong types. Undefined when nothing is.
 */
export function requestProblem(message: unknown): string | undefined {
  return problem(GetCostAndUsageRequest$, message, 'request')
}

export function responseProblem(message: unknown): string | undefined {
  return problem(GetCostAndUsageResponse$, message, 'response')
}

/** The SDK's schemas are nested arrays: kind, namespace, name, traits, then what the kind needs. */
function problem(reference: unknown, value: unknown, path: string): string | undefined {
  const schema: unknown = typeof reference === 'function' ? reference() : reference
  if (typeof schema === 'number') return simpleProblem(schema, value, path)
  if (!Array.isArray(schema)) return `${path}: the model has a schema of an unknown kind`
  const [kind] = schema
  if (kind === 1) return listProblem(schema[4], value, path)
  if (kind === 2) return mapProblem(schema[5], value, path)
  if (kind === 3 || kind === -3) return structureProblem(schema, value, path)
  return `${path}: the model has a schema of kind ${String(kind)}`
}

const listOf = 64
const simpleTypes: Readonly<Record<number, string>> = {0: 'string', 1: 'number', 2: 'boolean'}

function simpleProblem(schema: number, value: unknown, path: string): string | undefined {
  if (schema >= listOf) return listProblem(schema % listOf, value, path)
  const wanted = simpleTypes[schema]
  return typeof value === wanted ? undefined : `${path}: expected ${wanted}, got ${show(value)}`
}

function listProblem(member: unknown, value: unknown, path: string): string | undefined {
  if (!Array.isArray(value)) return `${path}: expected a list, got ${show(value)}`
  return first(value.map((one: unknown, index) => problem(member, one, `${path}[${index}]`)))
}

function mapProblem(member: unknown, value: unknown, path: string): string | undefined {
  if (!isRecord(value)) return `${path}: expected a map, got ${show(value)}`
  return first(Object.entries(value).map(([key, one]) => problem(member, one, `${path}.${key}`)))
}

function structureProblem(
  schema: readonly unknown[],
  value: unknown,
  path: string,
): string | undefined {
  if (!isRecord(value)) return `${path}: expected an object, got ${show(value)}`
  const names: readonly unknown[] = Array.isArray(schema[4]) ? schema[4] : []
  const members: readonly unknown[] = Array.isArray(schema[5]) ? schema[5] : []
  const required = names.slice(0, Number(schema[6] ?? 0)).map(String)
  const missing = required.find((name) => value[name] === undefined)
  if (missing !== undefined) return `${path}.${missing} is missing`
  const found = Object.entries(value).map(([name, one]) => {
    const index = names.indexOf(name)
    return index === -1
      ? `${path}.${name} is not in the model`
      : problem(members[index], one, `${path}.${name}`)
  })
  return first(found)
}

function first(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((one) => one !== undefined)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing'
}
