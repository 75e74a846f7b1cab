import type {
  EnvironmentName,
  EnvironmentSchema,
  EnvironmentVariable,
} from '../../ports/environments.js'
import type {Step} from '../../ports/journal.js'
import type {Secrets} from '../../ports/secrets.js'
import {dotenvValues, readDotenv, withVariable} from './dotenv.js'
import {localValue, type LocalPlaces} from './local.js'
import {referenceText, usualReference} from './references.js'
import {environmentPath, writeEnvironmentFile, type WriteTools} from './write.js'

export interface EnvironmentInitPlan {
  readonly steps: readonly Step[]
  /** What it was planned from. */
  readonly init: EnvironmentInit
  readonly path: string
  /** The names that get a line; what is there already stays as it is. */
  readonly add: readonly EnvironmentVariable[]
  /** Those that only a person can give a value. */
  readonly toFill: readonly string[]
}

export interface EnvironmentInit {
  readonly schema: EnvironmentSchema
  readonly environment: EnvironmentName
  readonly path: string
  readonly text: string | undefined
}

/** Lines for the variables that the file lacks; one step, because the file is written once. */
export function planEnvironmentInit(init: EnvironmentInit): EnvironmentInitPlan {
  const {schema, environment, path, text} = init
  const there = new Set(dotenvValues(readDotenv(text ?? '')).keys())
  const add = schema.variables.filter(
    ({name, environments}) => environments.includes(environment) && !there.has(name),
  )
  const toFill = add
    .filter((variable) => variable.required && !hasOwnValue(variable, environment))
    .map(({name}) => name)
  if (add.length === 0) return {steps: [], init, path, add, toFill}
  const names = add.map(({name}) => name)
  const step: Step = {
    id: `environment.file.${environment}`,
    title: `${text === undefined ? 'Write' : 'Add to'} .env.${environment}: ${namesText(names)}`,
    why:
      text === undefined ? 'there is no such file' : 'env.schema.yml has them, the file does not',
    undo: 'automatic',
    detail: {path, names, mode: '0600'},
  }
  return {steps: [step], init, path, add, toFill}
}

function hasOwnValue(
  {local, fallback, secret}: EnvironmentVariable,
  environment: EnvironmentName,
): boolean {
  return environment === 'local' ? local !== undefined : secret || fallback !== undefined
}

export interface EnvironmentInitTools extends WriteTools {
  readonly places: LocalPlaces
  readonly secrets: Secrets
}

export async function applyEnvironmentInit(
  plan: EnvironmentInitPlan,
  tools: EnvironmentInitTools,
): Promise<void> {
  const {schema, environment, text} = plan.init
  const [step] = plan.steps
  if (step === undefined) return
  let written = text ?? ''
  for (const variable of plan.add) {
    const value = await firstValue(variable, {schema, environment}, tools)
    written = withVariable(written, variable.name, value, variable.description)
  }
  await writeEnvironmentFile(environmentPath(tools.layout, environment), written, step.id, tools)
}

async function firstValue(
  variable: EnvironmentVariable,
  {schema, environment}: Pick<EnvironmentInit, 'schema' | 'environment'>,
  {places, secrets}: EnvironmentInitTools,
): Promise<string> {
  if (environment === 'local') return (await localValue(variable, places, secrets)) ?? ''
  if (variable.secret) return referenceText(usualReference(schema, environment, variable.name))
  return (variable.fallback ?? '').replaceAll('{environment}', environment)
}

/** The names where a line holds them, else their number; the step's detail has all. */
function namesText(names: readonly string[]): string {
  return names.length > 4 ? `${names.length} variables` : names.join(', ')
}
