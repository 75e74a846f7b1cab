import {MitraError} from '../../errors.js'
import type {EnvironmentName, EnvironmentSchema} from '../../ports/environments.js'
import type {Parameters} from '../../ports/parameters.js'
import type {Secret} from '../../ports/secrets.js'
import {dotenvValues, readDotenv, withVariable} from './dotenv.js'
import {asReference, looksLikeReference, parseReference} from './references.js'

export const renderFormats = ['dotenv', 'json', 'shell', 'ecs'] as const

export type RenderFormat = (typeof renderFormats)[number]

export interface Rendering {
  readonly schema: EnvironmentSchema
  readonly environment: EnvironmentName
  readonly text: string
  readonly format: RenderFormat
  /** Ask AWS for what the references stand for. */
  readonly isResolved: boolean
}

export interface Rendered {
  readonly text: string
  /** The text holds the value of a secret. */
  readonly holdsSecret: boolean
}

type Values = ReadonlyMap<string, string>

/** The environment as another program takes it; empty variables are left out. */
export async function renderEnvironment(
  rendering: Rendering,
  parameters: () => Promise<Parameters>,
): Promise<Rendered> {
  const {format, isResolved} = rendering
  const written = new Map(
    [...dotenvValues(readDotenv(rendering.text))].filter(([, value]) => value !== ''),
  )
  if (format === 'ecs') return ecsText(rendering, written, await parameters())
  const values = isResolved ? await resolved(written, await parameters()) : written
  return {text: textOf(format, values), holdsSecret: holdsSecret(rendering, values)}
}

/** The value itself where it is a reference: what AWS has under it. */
export async function resolvedValue(value: string, parameters: Parameters): Promise<Secret> {
  return parameters.read(parseReference(value))
}

async function resolved(values: Values, parameters: Parameters): Promise<Values> {
  const entries = await Promise.all(
    [...values].map(async ([name, value]) => {
      if (!looksLikeReference(value)) return [name, value] as const
      return [name, (await resolvedValue(value, parameters)).reveal()] as const
    }),
  )
  return new Map(entries)
}

function textOf(format: Exclude<RenderFormat, 'ecs'>, values: Values): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(Object.fromEntries(values), undefined, 2)}\n`
    case 'shell':
      return [...values].map(([name, value]) => `export ${name}=${shellWord(value)}\n`).join('')
    case 'dotenv':
      return [...values].reduce((text, [name, value]) => withVariable(text, name, value), '')
  }
}

function shellWord(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`
}

function holdsSecret({schema}: Rendering, values: Values): boolean {
  const open = new Set(schema.variables.filter(({secret}) => !secret).map(({name}) => name))
  return [...values].some(([name, value]) => !open.has(name) && asReference(value) === undefined)
}

/** The two lists of a container definition: values as they are, secrets by the place they lie in. */
async function ecsText(
  {schema, environment}: Rendering,
  values: Values,
  parameters: Parameters,
): Promise<Rendered> {
  const inFile = schema.variables.find(
    ({name, secret}) => secret && values.has(name) && !looksLikeReference(values.get(name) ?? ''),
  )
  if (inFile !== undefined) throw secretInFile(environment, inFile.name)
  const references = [...values].filter(([, value]) => looksLikeReference(value))
  const secrets = await Promise.all(
    references.map(async ([name, value]) => {
      return {name, valueFrom: await parameters.locate(parseReference(value))}
    }),
  )
  const plain = [...values]
    .filter(([, value]) => !looksLikeReference(value))
    .map(([name, value]) => ({name, value}))
  const text = `${JSON.stringify({environment: plain, secrets}, undefined, 2)}\n`
  return {text, holdsSecret: false}
}

function secretInFile(environment: EnvironmentName, name: string): MitraError {
  const message = `The secret ${name} of ${environment} is a value, and a task definition is no place for it.`
  const hints =
    environment === 'local'
      ? [
          'The secrets of local stay on this machine; a task definition is for staging and production.',
          'mitra env render local --format dotenv --output FILE writes them as a program takes them.',
        ]
      : [`mitra env set ${environment} ${name} --stdin puts it into AWS.`]
  return new MitraError('config', 'SECRET_IN_FILE', message, {hints})
}
