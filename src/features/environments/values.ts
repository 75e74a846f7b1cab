import type {EnvironmentVariable, VariableType} from '../../ports/environments.js'

interface Type {
  readonly fits: (value: string, variable: EnvironmentVariable) => boolean
  readonly otherwise: (variable: EnvironmentVariable) => string
}

const types: Readonly<Record<VariableType, Type>> = {
  text: {fits: () => true, otherwise: () => ''},
  url: {fits: (value) => URL.canParse(value), otherwise: () => 'is no URL'},
  integer: {fits: (value) => /^-?\d+$/.test(value), otherwise: () => 'is no whole number'},
  number: {fits: (value) => /^-?\d+(\.\d+)?$/.test(value), otherwise: () => 'is no number'},
  boolean: {
    fits: (value) => ['true', 'false'].includes(value),
    otherwise: () => 'is neither true nor false',
  },
  port: {
    fits: (value) => /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535,
    otherwise: () => 'is no port from 1 to 65535',
  },
  choice: {
    fits: (value, {choices}) => choices.includes(value),
    otherwise: ({choices}) => `is none of ${choices.join(', ')}`,
  },
}

/** What is wrong with a value by the type that the schema gives; never quotes it. */
export function typeProblem(variable: EnvironmentVariable, value: string): string | undefined {
  const {fits, otherwise} = types[variable.type]
  return fits(value, variable) ? undefined : otherwise(variable)
}

const standIns = /^(your[_-]|change[_-]?me|xxx+|todo|placeholder|example$|<.*>$)/i

/** What people write to fill a line in. */
export function isStandIn(value: string): boolean {
  return standIns.test(value)
}
