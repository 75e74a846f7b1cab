import {identifier} from '../../../ports/sql-text.js'
import {inSchema, ownName, relationIn, type RepairCase, type RepairTarget} from './repair-case.js'

/** What a column can have besides type, NOT NULL and default is left to people. */
const further = / (collate|generated always|identity|storage|compression|grants) | with \w+=/

interface ColumnFact {
  readonly type: string
  readonly isNotNull: boolean
  readonly fallback: string | undefined
}

function columnFact(fact: string): ColumnFact | undefined {
  const [head = '', ...rest] = fact.split(' default ')
  if (further.test(`${fact} `)) return undefined
  const isNotNull = head.endsWith(' not null')
  const type = isNotNull ? head.slice(0, -' not null'.length) : head
  return {type, isNotNull, fallback: rest.length === 0 ? undefined : rest.join(' default ')}
}

/** A column that is too many holds rows' values: that is for people. */
export function columnRepair(one: RepairCase, target: RepairTarget): readonly string[] {
  const expected = one.expected === null ? undefined : columnFact(inSchema(one.expected, target))
  const found = one.found === null ? undefined : columnFact(inSchema(one.found, target))
  if (expected === undefined) return []
  const table = `ALTER TABLE ${relationIn(target, one.place)}`
  const name = identifier(ownName(one))
  if (one.found === null) return addedColumn(`${table} ADD COLUMN ${name}`, expected)
  return found === undefined ? [] : alteredColumn(`${table} ALTER COLUMN ${name}`, expected, found)
}

/** Rows that are there need a value: a column that must have one is added with its default only. */
function addedColumn(add: string, {type, isNotNull, fallback}: ColumnFact): readonly string[] {
  if (isNotNull && fallback === undefined) return []
  const rest = fallback === undefined ? '' : ` DEFAULT ${fallback}`
  return [`${add} ${type}${isNotNull ? ' NOT NULL' : ''}${rest};`]
}

function alteredColumn(change: string, expected: ColumnFact, found: ColumnFact): readonly string[] {
  if (found.type !== expected.type) return []
  const {fallback, isNotNull} = expected
  const set = fallback === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${fallback}`
  const require = isNotNull ? 'SET' : 'DROP'
  return [
    ...(found.fallback === fallback ? [] : [`${change} ${set};`]),
    ...(found.isNotNull === isNotNull ? [] : [`${change} ${require} NOT NULL;`]),
  ]
}

export function indexRepair(
  {object, expected, found}: RepairCase,
  target: RepairTarget,
): readonly string[] {
  if (object.endsWith('.*')) return []
  const index = relationIn(target, object)
  if (expected === null) return [`DROP INDEX ${index};`]
  if (found === `${expected} INVALID`) return [`REINDEX INDEX ${index};`]
  const create = indexDefinition(object, expected, target)
  if (create === undefined) return []
  return found === null ? [create] : [`DROP INDEX ${index};`, create]
}

/** Plain indexes are told as `unique on users using btree (tenant_id, email)`, others as Postgres prints them. */
function indexDefinition(name: string, fact: string, target: RepairTarget): string | undefined {
  if (/ (clustered|replica identity|INVALID|included)\b/.test(fact)) return undefined
  if (fact.includes('CREATE ')) {
    return `${inSchema(fact.slice(fact.indexOf('CREATE ')), target)};`
  }
  const [, unique = '', table, rest] = /^(unique )?on (\S+) (using .*)$/.exec(fact) ?? []
  if (table === undefined || rest === undefined || rest.includes(' with ')) return undefined
  const kind = unique === '' ? 'INDEX' : 'UNIQUE INDEX'
  return `CREATE ${kind} ${identifier(name)} ON ${relationIn(target, table)} ${rest};`
}

export function keyRepair(one: RepairCase, target: RepairTarget): readonly string[] {
  const table = `ALTER TABLE ${relationIn(target, one.place)}`
  const name = identifier(ownName(one))
  const {expected, found} = one
  const drop = `${table} DROP CONSTRAINT ${name};`
  if (expected === null) return [drop]
  const validate = `${table} VALIDATE CONSTRAINT ${name};`
  if (found === `${expected} NOT VALID`) return [validate]
  const text = inSchema(expected, target)
  const isChecked = text.startsWith('CHECK ') || text.startsWith('FOREIGN KEY ')
  const add = isChecked
    ? [`${table} ADD CONSTRAINT ${name} ${text} NOT VALID;`, validate]
    : [`${table} ADD CONSTRAINT ${name} ${text};`]
  return found === null ? add : [drop, ...add]
}

/** Labels can be added and not taken away. */
export function labelRepair(
  {object, expected, found}: RepairCase,
  target: RepairTarget,
): readonly string[] {
  if (expected === null || found === null) return []
  const [wanted, present] = [labels(expected), labels(found)]
  const isRest = expected.slice(wanted.join(', ').length) === found.slice(present.join(', ').length)
  const kept = wanted.filter((label) => present.includes(label))
  if (!isRest || kept.join(',') !== present.join(',')) return []
  const type = relationIn(target, object)
  return wanted.flatMap((label, nth) => {
    if (present.includes(label)) return []
    const before = wanted[nth - 1]
    const first = before === undefined ? ` BEFORE ${wanted[1] ?? ''}` : ` AFTER ${before}`
    return [`ALTER TYPE ${type} ADD VALUE ${label}${wanted.length > 1 ? first : ''};`]
  })
}

/** The quoted labels at the beginning of the fact. */
function labels(fact: string): readonly string[] {
  const [list = ''] = /^('(?:[^']|'')*'(?:, )?)*/.exec(fact) ?? []
  return [...list.matchAll(/'(?:[^']|'')*'/g)].map(([label]) => label)
}
