import type {Node} from 'libpg-query'
import type {MentionedName, MentionedText, SqlCall} from '../../ports/sql-reader.js'
import {constantOf, qualifiedName, stringsOf} from './nodes.js'

export interface Mentions {
  readonly names: readonly MentionedName[]
  readonly texts: readonly MentionedText[]
  readonly calls: readonly SqlCall[]
}

type Visit = (key: string, value: Fields) => void

/** Every name, text and call that stands anywhere in a statement. Offsets are bytes, as parsed. */
export function mentionsIn(node: Node): Mentions {
  const names: MentionedName[] = []
  const texts: MentionedText[] = []
  const calls: SqlCall[] = []
  walk('', node, (key, value) => {
    const offset = numberOf(value['location'])
    names.push(...relationsAt(value, offset), ...listsAt(key, value, offset))
    const text = textOf(recordOf(value['sval'])['sval'])
    if (text !== undefined && key === 'A_Const') texts.push({value: text, offset})
    if (key !== 'FuncCall') return
    const args = (nodesOf(value['args']) ?? []).map(constantOf)
    calls.push({...qualifiedName(stringsOf(nodesOf(value['funcname']))), arguments: args, offset})
  })
  return {names, texts, calls}
}

type Fields = Readonly<Record<string, unknown>>

function relationsAt(value: Fields, offset: number): readonly MentionedName[] {
  const schema = textOf(value['schemaname'])
  const name = textOf(value['relname'])
  if (name !== undefined) return [{kind: 'relation', schema, name, offset}]
  return schema === undefined ? [] : [{kind: 'schema', schema, name: '', offset}]
}

function listsAt(key: string, value: Fields, offset: number): readonly MentionedName[] {
  const named = nameFields.flatMap(([field, kind]) => {
    const parts = stringsOf(nodesOf(value[field]))
    return parts.length === 0 ? [] : [{kind, ...qualifiedName(parts), offset}]
  })
  // DROP and COMMENT keep `schema.name` as a bare list.
  const listed = key === 'List' ? stringsOf(nodesOf(value['items'])) : []
  if (listed.length < 2) return named
  return [...named, {kind: 'relation', ...qualifiedName(listed), offset}]
}

/** Where the grammar keeps names as lists of texts. */
const nameFields = [
  ['funcname', 'function'],
  ['objname', 'function'],
  ['names', 'type'],
  ['typeName', 'type'],
  ['domainname', 'type'],
] as const

/** Columns that an expression refers to. */
export function columnsIn(node: Node): readonly string[] {
  const columns: string[] = []
  walk('', node, (key, value) => {
    if (key === 'ColumnRef') columns.push(stringsOf(nodesOf(value['fields'])).at(-1) ?? '*')
  })
  return columns
}

function walk(key: string, value: unknown, visit: Visit): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(key, item, visit)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const fields = recordOf(value)
  visit(key, fields)
  for (const [name, field] of Object.entries(fields)) walk(name, field, visit)
}

function recordOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value))
}

function nodesOf(value: unknown): readonly Node[] | undefined {
  return Array.isArray(value) ? value : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The grammar leaves a zero out and writes -1 for a place that it does not know. */
function numberOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0
}
