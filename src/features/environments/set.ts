import {closest} from 'fastest-levenshtein'
import {MitraError} from '../../errors.js'
import type {
  EnvironmentName,
  EnvironmentSchema,
  EnvironmentVariable,
} from '../../ports/environments.js'
import type {Step} from '../../ports/journal.js'
import type {ParameterReference, Parameters} from '../../ports/parameters.js'
import type {Secret} from '../../ports/secrets.js'
import {dotenvValues, readDotenv, withVariable} from './dotenv.js'
import {asReference, referenceText, usualReference} from './references.js'
import {typeProblem} from './values.js'
import {environmentPath, writeEnvironmentFile, type WriteTools} from './write.js'

export interface EnvironmentSetPlan {
  readonly steps: readonly Step[]
  /** What it was planned from. */
  readonly set: EnvironmentSet
  /** What the file will say: the value, or where it lies. */
  readonly written: string
  /** What goes to AWS, and where to. */
  readonly parameter: {readonly reference: ParameterReference; readonly value: Secret} | undefined
}

export interface EnvironmentSet {
  readonly schema: EnvironmentSchema
  readonly environment: EnvironmentName
  readonly name: string
  readonly path: string
  readonly text: string | undefined
  /** Either a value, or a reference to one that is there already. */
  readonly value: Secret | undefined
  readonly reference: ParameterReference | undefined
}

/** The variable as the schema knows it; a did-you-mean where it does not. */
export function knownVariable(
  {variables}: EnvironmentSchema,
  environment: EnvironmentName,
  name: string,
): EnvironmentVariable {
  const variable = variables.find((one) => one.name === name)
  if (variable === undefined) {
    const near = closest(
      name,
      variables.map((one) => one.name),
    )
    throw new MitraError('usage', 'NO_VARIABLE', `${name} is not in env.schema.yml.`, {
      hints: [`Did you mean ${near}?`, 'A new variable is described in env.schema.yml first.'],
    })
  }
  if (variable.environments.includes(environment)) return variable
  throw new MitraError('usage', 'NO_VARIABLE', `${name} does not belong to ${environment}.`, {
    hints: [`${variable.where} gives it to ${variable.environments.join(', ')}.`],
  })
}

/** A secret of staging and production goes to AWS and its reference to the file. */
export function planEnvironmentSet(set: EnvironmentSet): EnvironmentSetPlan {
  const variable = knownVariable(set.schema, set.environment, set.name)
  if (set.value !== undefined) refuseType(variable, set.value)
  const before = dotenvValues(readDotenv(set.text ?? '')).get(set.name)
  const place = placeOf(set, before)
  const parameter = toAws(variable, set, place)
  const isElsewhere = parameter !== undefined || set.reference !== undefined
  const written = isElsewhere ? referenceText(place) : (set.value?.reveal() ?? '')
  const steps = [
    ...(parameter === undefined ? [] : [parameterStep(set, place)]),
    ...(before === written ? [] : [fileStep(set, before)]),
  ]
  return {steps, set, written, parameter}
}

/** The place that was named, the one that the file names, or the usual one. */
function placeOf(set: EnvironmentSet, before: string | undefined): ParameterReference {
  const named = set.reference ?? asReference(before ?? '')
  return named ?? usualReference(set.schema, set.environment, set.name)
}

function toAws(
  {secret}: EnvironmentVariable,
  {environment, value}: EnvironmentSet,
  reference: ParameterReference,
): EnvironmentSetPlan['parameter'] {
  if (!secret || environment === 'local' || value === undefined) return undefined
  return {reference, value}
}

function refuseType(variable: EnvironmentVariable, value: Secret): void {
  const text = value.reveal()
  const problem = text === '' ? 'is empty' : typeProblem(variable, text)
  if (problem === undefined) return
  throw new MitraError('usage', 'ENV_TYPE', `The value for ${variable.name} ${problem}.`, {
    hints: [`${variable.where}: ${variable.description}`],
  })
}

function parameterStep({environment, name}: EnvironmentSet, place: ParameterReference): Step {
  return {
    id: `environment.parameter.${name}`,
    title: `Write ${referenceText(place)} in AWS, encrypted`,
    why: `the value of ${name} in ${environment} was given`,
    undo: 'no',
    detail: {reference: referenceText(place)},
  }
}

function fileStep({environment, name, path}: EnvironmentSet, before: string | undefined): Step {
  return {
    id: `environment.file.${environment}`,
    title: `Set ${name} in .env.${environment}`,
    why: before === undefined ? 'it is not there' : 'it has another value',
    undo: 'automatic',
    detail: {path, name},
  }
}

export interface EnvironmentSetTools extends WriteTools {
  readonly parameters: () => Promise<Parameters>
}

/** AWS first: a file never refers to what is not there. */
export async function applyEnvironmentSet(
  {steps, set: {environment, name, text}, written, parameter}: EnvironmentSetPlan,
  tools: EnvironmentSetTools,
): Promise<void> {
  if (parameter !== undefined) {
    await (await tools.parameters()).write(parameter.reference, parameter.value)
    await tools.run.done(`environment.parameter.${name}`)
  }
  const step = steps.find(({id}) => id.startsWith('environment.file.'))
  if (step === undefined) return
  const path = environmentPath(tools.layout, environment)
  await writeEnvironmentFile(path, withVariable(text ?? '', name, written), step.id, tools)
}
