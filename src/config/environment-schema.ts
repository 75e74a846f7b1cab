import * as v from 'valibot'
import {
  environmentNames,
  variableTypes,
  type EnvironmentSchema,
  type EnvironmentVariable,
} from '../ports/environments.js'
import {readCheckedYaml} from './checked-yaml.js'

const description = v.pipe(v.string('expected a text'), v.minLength(1, 'expected a text'))

const variable = v.strictObject({
  type: v.optional(v.picklist(variableTypes), 'text'),
  required: v.optional(v.boolean('expected true or false'), true),
  secret: v.optional(v.boolean('expected true or false'), false),
  description,
  choices: v.optional(v.array(v.string('expected a word')), []),
  environments: v.optional(v.array(v.picklist(environmentNames)), [...environmentNames]),
  local: v.optional(v.string('expected a text in quotes')),
  default: v.optional(v.string('expected a text in quotes')),
})

const schemaFile = v.strictObject({
  prefix: v.optional(
    v.pipe(
      v.string('expected a path'),
      v.regex(/^(\/[\w.-]+)+$/, 'expected a path such as /agent-mitra'),
    ),
    '/agent-mitra',
  ),
  variables: v.record(
    v.pipe(
      v.string(),
      v.regex(/^[A-Z_][A-Z0-9_]*$/, 'expected capitals, digits and _ such as REDIS_URL'),
    ),
    variable,
  ),
})

/** Reads env.schema.yml; what does not fit is an error with file and line. */
export function readEnvironmentSchema(file: string, text: string): EnvironmentSchema {
  const {value, refuse, whereOf} = readCheckedYaml(file, text, schemaFile)
  const variables = Object.entries(value.variables).map(([name, written]): EnvironmentVariable => {
    const path = ['variables', name]
    if (written.type === 'choice' && written.choices.length === 0) {
      throw refuse(path, 'is a choice without choices.', ['Add choices: [debug, info].'])
    }
    if (written.type !== 'choice' && written.choices.length > 0) {
      throw refuse([...path, 'choices'], 'belongs to type: choice.')
    }
    if (written.secret && written.default !== undefined) {
      throw refuse([...path, 'default'], 'would put a secret into a committed file.')
    }
    const {default: fallback, local, ...rest} = written
    return {...rest, name, local, fallback, where: whereOf(path)}
  })
  return {prefix: value.prefix, variables}
}
