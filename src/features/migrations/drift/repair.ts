import {identifier} from '../../../ports/sql-text.js'
import {inSchema, ownName, relationIn, type RepairCase, type RepairTarget} from './repair-case.js'
import {columnRepair, indexRepair, keyRepair, labelRepair} from './repair-definitions.js'
import {grantRepair, policyRepair, schemaRepair} from './repair-security.js'

type Repair = (one: RepairCase, target: RepairTarget) => readonly string[]

/** In the order in which they can be run: what is used before what uses it. */
const repairs: Readonly<Record<string, Repair>> = {
  schema: schemaRepair,
  enum: labelRepair,
  column: columnRepair,
  index: indexRepair,
  constraint: keyRepair,
  owner: ownerRepair,
  grants: grantRepair,
  policy: policyRepair,
  'row security': rowSecurityRepair,
  function: functionRepair,
  trigger: triggerRepair,
}

const order = Object.keys(repairs)

/** What has no repair comes last. */
export function rankOfRepair({kind}: Pick<RepairCase, 'kind'>): number {
  const at = order.indexOf(kind)
  return at === -1 ? order.length : at
}

/**
 * SQL that makes a schema as it is expected and loses no rows; none where rows would be lost, where the
 * rows that are there may not allow it, or where the fact does not say enough.
 */
export function repairSql(one: RepairCase, target: RepairTarget): readonly string[] {
  return repairs[one.kind]?.(one, target) ?? []
}

function rowSecurityRepair({place, expected}: RepairCase, target: RepairTarget): readonly string[] {
  if (expected !== 'forced') return []
  const table = relationIn(target, place)
  return [`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`]
}

function ownerRepair({place, expected}: RepairCase, target: RepairTarget): readonly string[] {
  if (expected === null) return []
  const owner = expected === '~login' ? target.login : expected
  return [`ALTER TABLE ${relationIn(target, place)} OWNER TO ${identifier(owner)};`]
}

const disabled = / (DISABLED|REPLICA|ALWAYS)$/

function triggerRepair(one: RepairCase, target: RepairTarget): readonly string[] {
  const {object, place, expected, found} = one
  const table = relationIn(target, place)
  if (object.endsWith(' (foreign keys)')) {
    return expected === null ? [`ALTER TABLE ${table} ENABLE TRIGGER ALL;`] : []
  }
  const name = identifier(ownName(one))
  if (expected === null) return [`DROP TRIGGER ${name} ON ${table};`]
  if (disabled.test(expected)) return []
  if (found?.replace(disabled, '') === expected) {
    return [`ALTER TABLE ${table} ENABLE TRIGGER ${name};`]
  }
  const parent = object.split(' (partition).')[0] ?? ''
  const placed = expected.replace(`~.${parent} (partition)`, `~.${identifier(place)}`)
  const create = `${inSchema(placed, target)};`
  return found === null ? [create] : [`DROP TRIGGER ${name} ON ${table};`, create]
}

function functionRepair(
  {object, expected, found}: RepairCase,
  target: RepairTarget,
): readonly string[] {
  const at = object.indexOf('(')
  const called = `${relationIn(target, object.slice(0, at))}${inSchema(object.slice(at), target)}`
  if (expected === null) return [`DROP FUNCTION ${called};`]
  const [definition, rest] = splitLast(expected, ' owner ')
  if (!definition.startsWith('CREATE OR REPLACE FUNCTION')) return []
  const create = [`${inSchema(definition, target)};`]
  // Replaced, it keeps its owner and its grants.
  return found !== null && splitLast(found, ' owner ')[1] === rest ? create : []
}

function splitLast(text: string, mark: string): readonly [string, string] {
  const at = text.lastIndexOf(mark)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)]
}
