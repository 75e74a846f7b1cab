import type {LintRule, RuleContext, Violation} from '../rule.js'

/** A tenant's schema is called `<tenant>_schema`; these two are not a tenant's. */
const otherSchemas = new Set(['shared_schema', 'information_schema'])

function isTenantSchema(name: string): boolean {
  return name.endsWith('_schema') && name !== '_schema' && !otherSchemas.has(name)
}

/** The file runs for every tenant, and a tenant can be renamed. */
export const literalTenantSchema: LintRule = {
  id: 'literal-tenant-schema',
  isForDown: true,
  isForBodies: true,
  look({act, names, texts}) {
    const named = names.flatMap(({schema, offset}) =>
      schema !== undefined && isTenantSchema(schema) ? [literal(schema, offset)] : [],
    )
    const written = texts.flatMap(({value, offset}) => {
      const schema = schemaIn(value)
      return schema === undefined ? [] : [literal(schema, offset)]
    })
    const renamed = act.is === 'rename' && act.what === 'schema' ? [renamedSchema] : []
    return firstOfEach([...named, ...written, ...renamed])
  },
}

const renamedSchema: Violation = {
  why: 'A migration renames a schema: the registry of tenants would not know.',
  fix: 'mitra tenant rename does both in one transaction.',
}

function literal(schema: string, offset: number): Violation {
  return {
    why: `${schema} is written out: in every other tenant the file would change that one's tables.`,
    fix: 'Leave the schema out, the search path names it; or ask current_schema().',
    offset,
  }
}

/** `lic_schema.users`, `lic_schema` alone: a text that is a name, or begins one. */
function schemaIn(text: string): string | undefined {
  for (const word of text.split(/[^A-Za-z0-9_.]+/)) {
    const [schema = '', name] = word.split('.')
    const isName = name !== undefined && name !== ''
    if (isTenantSchema(schema) && (isName || word === text)) return schema
  }
  return undefined
}

function firstOfEach(found: readonly Violation[]): readonly Violation[] {
  return [...new Map(found.toReversed().map((one) => [one.why, one])).values()].toReversed()
}

/** Found by the search path, until a tenant has something of the same name. */
export const sharedNameUnqualified: LintRule = {
  id: 'shared-name-unqualified',
  isForDown: true,
  look({names}, {scope, known}) {
    if (scope !== 'tenant') return []
    return firstOfEach(
      names.flatMap(({schema, name, kind, offset}) => {
        if (schema !== undefined || !isShared(kind, name, known)) return []
        const why = `${name} is of shared_schema and is found by the search path only.`
        return [{why, fix: `Write shared_schema.${name}.`, offset}]
      }),
    )
  },
}

function isShared(kind: string, name: string, {tables, functions}: RuleContext['known']): boolean {
  const set = kind === 'relation' ? tables : kind === 'function' ? functions : undefined
  return set !== undefined && set.has(`shared_schema.${name}`) && !set.has(`tenant.${name}`)
}
