import type {A_Const, DefElem, IndexElem, Node, RangeVar} from 'libpg-query'
import type {KeyColumns, SqlName} from '../../ports/sql-reader.js'

type Nodes = readonly Node[] | undefined

export function stringOf(node: Node | undefined): string | undefined {
  return node !== undefined && 'String' in node ? (node.String.sval ?? '') : undefined
}

export function stringsOf(nodes: Nodes): readonly string[] {
  return (nodes ?? []).flatMap((node) => stringOf(node) ?? [])
}

/** `schema.name` as the grammar keeps it: a list of one, two or more texts. */
export function qualifiedName(parts: readonly string[]): SqlName {
  return {schema: parts.at(-2), name: parts.at(-1) ?? ''}
}

export function relationName(relation: RangeVar | undefined): SqlName {
  return {schema: relation?.schemaname, name: relation?.relname ?? ''}
}

/** Names that a list holds, each as a text, a list of texts, a function with arguments or a type. */
export function listedNames(nodes: Nodes): readonly SqlName[] {
  return (nodes ?? []).map((node) => {
    if ('List' in node) return qualifiedName(stringsOf(node.List.items))
    if ('ObjectWithArgs' in node) return qualifiedName(stringsOf(node.ObjectWithArgs.objname))
    if ('TypeName' in node) return qualifiedName(stringsOf(node.TypeName.names))
    return {schema: undefined, name: stringOf(node) ?? ''}
  })
}

export function indexColumns(nodes: Nodes): KeyColumns {
  return (nodes ?? []).map((node) => ('IndexElem' in node ? columnOf(node.IndexElem) : undefined))
}

export function columnOf({name, expr}: IndexElem): string | undefined {
  return expr === undefined ? name : undefined
}

export function elementsOf(nodes: Nodes): readonly DefElem[] {
  return (nodes ?? []).flatMap((node) => ('DefElem' in node ? [node.DefElem] : []))
}

/** `WITH (a, b = 1)` as name to text; an option without a value is `true`. */
export function optionsOf(nodes: Nodes): ReadonlyMap<string, string> {
  return new Map(
    elementsOf(nodes).map(({defname = '', arg}) => [defname, optionValue(arg) ?? 'true']),
  )
}

function optionValue(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined
  if ('Boolean' in node) return String(node.Boolean.boolval ?? false)
  if ('Integer' in node) return String(node.Integer.ival ?? 0)
  if ('TypeName' in node) return stringsOf(node.TypeName.names).at(-1)
  return stringOf(node)
}

/** The text of a constant, cast or not; a boolean as it is; undefined for anything else. */
export function constantOf(node: Node | undefined): string | boolean | undefined {
  if (node === undefined) return undefined
  if ('TypeCast' in node) return constantOf(node.TypeCast.arg)
  return 'A_Const' in node ? constantValue(node.A_Const) : undefined
}

// The grammar leaves out what is false, zero or empty.
function constantValue({sval, boolval, ival}: A_Const): string | boolean | undefined {
  if (sval !== undefined) return sval.sval ?? ''
  if (boolval !== undefined) return boolval.boolval ?? false
  return ival === undefined ? undefined : String(ival.ival ?? 0)
}
