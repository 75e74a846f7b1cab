import * as v from 'valibot'
import type {ColumnReference, RetentionRules, TableRule} from '../../ports/retention-rules.js'
import {readCheckedYaml, type CheckedYaml} from '../checked-yaml.js'

const sqlName = v.pipe(
  v.string('expected a name'),
  v.regex(/^[a-z_][a-z0-9_]{0,62}$/, 'expected a name of a-z, 0-9 and _'),
)
const text = v.pipe(
  v.string('expected a text'),
  v.minLength(1, 'expected a text'),
  v.maxLength(300, 'expected at most 300 characters'),
)
const period = v.pipe(
  v.string('expected a period such as 90 days, 25 months or 8 years'),
  v.regex(
    /^[1-9]\d{0,3} (days?|months?|years?)$/,
    'expected a period such as 90 days, 25 months or 8 years',
  ),
)
const columnOfTable = v.pipe(
  v.string('expected table.column'),
  v.regex(/^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$/, 'expected table.column'),
)
const names = v.array(sqlName, 'expected a list of columns')
const truth = v.boolean('expected true or false')

const hold = v.strictObject({
  keep: period,
  from: sqlName,
  while: v.optional(
    v.record(sqlName, v.array(v.string('expected a word'), 'expected a list'), 'expected columns'),
    {},
  ),
  mode: v.picklist(['redact', 'refuse']),
  basis: text,
  confirmed: truth,
})

const retain = v.strictObject({
  keep: period,
  from: v.optional(sqlName),
  action: v.picklist(['delete', 'redact', 'drop', 'archive', 'detach']),
})

const tableRule = v.strictObject({
  purpose: text,
  erase: v.optional(v.picklist(['delete', 'redact'])),
  redact: v.optional(names, []),
  hold: v.optional(hold),
  retain: v.optional(retain),
})

const retentionFile = v.strictObject({
  partitions: v.strictObject({
    monthsAhead: v.pipe(
      v.number('expected a number of months'),
      v.integer('expected a whole number'),
      v.minValue(1, 'expected 1 or more'),
      v.maxValue(36, 'expected 36 at most'),
    ),
  }),
  person: v.strictObject({
    table: sqlName,
    findBy: v.optional(names, []),
    mentions: v.optional(v.array(columnOfTable, 'expected a list of table.column'), []),
    references: v.optional(
      v.array(v.strictObject({from: columnOfTable, to: sqlName}), 'expected a list'),
      [],
    ),
    withhold: v.optional(names, []),
  }),
  tables: v.record(sqlName, tableRule, 'expected tables'),
})

type WrittenFile = CheckedYaml<v.InferOutput<typeof retentionFile>>
type WrittenRule = v.InferOutput<typeof tableRule>

/** Checks what can be checked without a database; every mistake names its line. */
export function parseRetentionRules(file: string, content: string): RetentionRules {
  const written = readCheckedYaml(file, content, retentionFile)
  const {partitions, person, tables} = written.value
  for (const [table, rule] of Object.entries(tables)) checkRule(table, rule, written)
  return {
    file,
    monthsAhead: partitions.monthsAhead,
    person: {
      ...person,
      mentions: person.mentions.map(columnReference),
      references: person.references.map(({from, to}) => ({...columnReference(from), to})),
    },
    tables: new Map(Object.entries(tables).map(([table, rule]) => [table, asRule(rule)])),
    refuse: written.refuse,
  }
}

function columnReference(reference: string): ColumnReference {
  const [table = '', column = ''] = reference.split('.')
  return {table, column}
}

function asRule({purpose, erase, redact, hold: held, retain: retained}: WrittenRule): TableRule {
  return {
    purpose,
    erase,
    redact,
    hold: held,
    retain: retained === undefined ? undefined : {...retained, from: retained.from},
  }
}

function checkRule(table: string, rule: WrittenRule, {refuse}: WrittenFile): void {
  const path = ['tables', table]
  const isEmptied = rule.erase === 'redact' || rule.retain?.action === 'redact'
  if (isEmptied && rule.redact.length === 0) {
    throw refuse(path, 'is redacted, but no columns are named under redact.')
  }
  if (rule.retain === undefined) return
  const {action, from} = rule.retain
  const isByRow = action === 'delete' || action === 'redact'
  if (isByRow === (from !== undefined)) return
  throw isByRow
    ? refuse([...path, 'retain'], `action ${action} needs from: the column with a row's day.`)
    : refuse([...path, 'retain', 'from'], `action ${action} is for whole partitions; leave it out.`)
}
