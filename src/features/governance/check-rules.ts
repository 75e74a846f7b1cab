import {closest} from 'fastest-levenshtein'
import type {RetentionRules, TableRule} from '../../ports/retention-rules.js'
import type {TableMap, MappedTable} from './table-map.js'

/** Compares the rules with the schema as it is: a table or column that is not there names its line. */
export function checkRules(rules: RetentionRules, map: TableMap): void {
  const {person} = rules
  const tables = [...map.tables.keys()]
  const table = (name: string, path: readonly (string | number)[]): MappedTable => {
    const found = map.tables.get(name)
    if (found !== undefined) return found
    throw rules.refuse(path, `there is no table ${name}.`, nearest(name, tables))
  }
  const column = (of: MappedTable, name: string, path: readonly (string | number)[]) => {
    if (of.columns.has(name)) return
    const known = [...of.columns.keys()]
    throw rules.refuse(path, `${of.name} has no column ${name}.`, nearest(name, known))
  }

  const people = table(person.table, ['person', 'table'])
  person.findBy.forEach((name, at) => column(people, name, ['person', 'findBy', at]))
  person.mentions.forEach((mention, at) => {
    const path = ['person', 'mentions', at]
    column(table(mention.table, path), mention.column, path)
  })
  person.references.forEach((reference, at) => {
    const path = ['person', 'references', at]
    column(table(reference.table, [...path, 'from']), reference.column, [...path, 'from'])
    table(reference.to, [...path, 'to'])
  })
  for (const [name, rule] of rules.tables) {
    const of = table(name, ['tables', name])
    for (const {path, named} of columnsIn(rule)) column(of, named, ['tables', name, ...path])
    refuseRequired(rules, of, rule)
  }
}

function columnsIn({redact, hold, retain}: TableRule) {
  return [
    ...redact.map((named, at) => ({path: ['redact', at], named})),
    ...(hold === undefined ? [] : [{path: ['hold', 'from'], named: hold.from}]),
    ...Object.keys(hold?.while ?? {}).map((named) => ({path: ['hold', 'while', named], named})),
    ...(retain?.from === undefined ? [] : [{path: ['retain', 'from'], named: retain.from}]),
  ]
}

function refuseRequired(rules: RetentionRules, of: MappedTable, {redact}: TableRule): void {
  const at = redact.findIndex((name) => of.columns.get(name)?.isRequired)
  if (at === -1) return
  throw rules.refuse(
    ['tables', of.name, 'redact', at],
    `${of.name}.${redact[at]} is NOT NULL and cannot be emptied.`,
  )
}

function nearest(name: string, known: readonly string[]): readonly string[] {
  return known.length === 0 ? [] : [`Did you mean ${closest(name, [...known])}?`]
}
