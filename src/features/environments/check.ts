import {closest, distance} from 'fastest-levenshtein'
import type {
  EnvironmentName,
  EnvironmentSchema,
  EnvironmentVariable,
} from '../../ports/environments.js'
import {dotenvValues, readDotenv, type DotenvEntry, type DotenvFile} from './dotenv.js'
import {asReference, looksLikeReference} from './references.js'
import {isStandIn, typeProblem} from './values.js'

export interface EnvironmentProblem {
  readonly environment: EnvironmentName
  /** Stable: `missing`, `type`, `unknown`, `secret-in-file`. */
  readonly rule: string
  readonly variable: string | null
  /** `.env.local:3`, or the file alone. */
  readonly where: string
  readonly what: string
  readonly fix: string
}

/** A file of an environment as it was found. */
export interface FoundEnvironment {
  readonly environment: EnvironmentName
  /** `.env.local`. */
  readonly file: string
  readonly text: string | undefined
  /** `0o600`; undefined when there is no file. */
  readonly mode: number | undefined
  readonly git: {readonly isTracked: boolean; readonly isIgnored: boolean} | undefined
}

/** Everything that is wrong with one file by the schema; empty when nothing is. */
export function checkEnvironment(
  schema: EnvironmentSchema,
  found: FoundEnvironment,
): readonly EnvironmentProblem[] {
  const {environment, file, text} = found
  const at = problemAt(environment, file)
  if (text === undefined) {
    const fix = `mitra env init ${environment}`
    return [at('missing-file', undefined, undefined, 'The file is not there', fix)]
  }
  const read = readDotenv(text)
  return [
    ...placeProblems(found, at),
    ...read.oddLines.map(({line, what}) =>
      at('syntax', undefined, line, `The line ${what}`, 'Write NAME=value, or # in front of it.'),
    ),
    ...repeated(read, at),
    ...read.entries.flatMap((entry) => entryProblems(schema, environment, entry, at)),
    ...missing(schema, environment, read, at),
  ]
}

type At = (
  rule: string,
  variable: string | undefined,
  line: number | undefined,
  what: string,
  fix: string,
) => EnvironmentProblem

function problemAt(environment: EnvironmentName, file: string): At {
  return (rule, variable, line, what, fix) => ({
    environment,
    rule,
    variable: variable ?? null,
    where: line === undefined ? file : `${file}:${line}`,
    what: `${what}.`,
    fix,
  })
}

function placeProblems({file, mode, git}: FoundEnvironment, at: At): EnvironmentProblem[] {
  const isOpen = mode !== undefined && (mode & 0o077) !== 0
  return [
    ...(isOpen
      ? [at('permissions', undefined, undefined, 'Others can read the file', `chmod 600 ${file}`)]
      : []),
    ...(git?.isTracked === true
      ? [
          at(
            'tracked',
            undefined,
            undefined,
            'git tracks the file: what it holds is in the history',
            `git rm --cached ${file}, then change every secret that it held.`,
          ),
        ]
      : []),
    ...(git?.isIgnored === false && !git.isTracked
      ? [at('not-ignored', undefined, undefined, 'git does not ignore the file', ignoreFix(file))]
      : []),
  ]
}

function ignoreFix(file: string): string {
  return `Add ${file} to .gitignore.`
}

function repeated({entries}: DotenvFile, at: At): EnvironmentProblem[] {
  return entries.flatMap((entry, index) => {
    const later = entries.slice(index + 1).find(({name}) => name === entry.name)
    if (later === undefined) return []
    const what = `${entry.name} is written again in line ${later.line}, which counts`
    return [at('repeated', entry.name, entry.line, what, 'Remove one of the two lines.')]
  })
}

function entryProblems(
  schema: EnvironmentSchema,
  environment: EnvironmentName,
  {name, value, line}: DotenvEntry,
  at: At,
): EnvironmentProblem[] {
  const variable = schema.variables.find((known) => known.name === name)
  if (variable === undefined) {
    const known = schema.variables.map((one) => one.name)
    return [at('unknown', name, line, `${name} is not in env.schema.yml`, unknownFix(name, known))]
  }
  if (!variable.environments.includes(environment)) {
    const where = variable.environments.join(', ')
    return [at('elsewhere', name, line, `${name} belongs to ${where}`, 'Remove the line.')]
  }
  // An empty value is a missing one.
  if (value === '') return []
  return valueProblems(variable, environment, {value, line}, at)
}

function valueProblems(
  variable: EnvironmentVariable,
  environment: EnvironmentName,
  {value, line}: {readonly value: string; readonly line: number},
  at: At,
): EnvironmentProblem[] {
  const {name} = variable
  if (looksLikeReference(value)) {
    if (asReference(value) !== undefined) return []
    const fix = 'Write ssm:/path/NAME or secretsmanager:name#key.'
    return [at('reference', name, line, `The reference of ${name} is not well written`, fix)]
  }
  if (variable.secret && environment !== 'local') {
    const fix = `mitra env set ${environment} ${name} --stdin puts it into AWS and the reference here.`
    return [at('secret-in-file', name, line, `The secret ${name} lies in the file itself`, fix)]
  }
  if (isStandIn(value)) {
    const fix = `mitra env set ${environment} ${name}${variable.secret ? ' --stdin' : ' VALUE'}`
    return [at('stand-in', name, line, `${name} still has a value that only fills the line`, fix)]
  }
  const problem = typeProblem(variable, value)
  if (problem === undefined) return []
  return [at('type', name, line, `${name} ${problem}`, variable.description)]
}

function unknownFix(name: string, known: readonly string[]): string {
  const near = known.length === 0 ? undefined : closest(name, [...known])
  const isNear = near !== undefined && distance(name, near) <= Math.max(2, name.length / 4)
  return isNear ? `Did you mean ${near}?` : 'Describe it in env.schema.yml or remove the line.'
}

function missing(
  {variables}: EnvironmentSchema,
  environment: EnvironmentName,
  file: DotenvFile,
  at: At,
): EnvironmentProblem[] {
  const values = dotenvValues(file)
  return variables
    .filter(({required, environments}) => required && environments.includes(environment))
    .filter(({name}) => (values.get(name) ?? '') === '')
    .map(({name, secret, description}) => {
      const line = file.entries.findLast((entry) => entry.name === name)?.line
      const fix = `mitra env set ${environment} ${name}${secret ? ' --stdin' : ' VALUE'} (${description})`
      return at('missing', name, line, `${name} has no value`, fix)
    })
}
