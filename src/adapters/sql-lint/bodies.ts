import {parsePlPgSQLSync, parseSync, type DefElem, type Node} from 'libpg-query'
import {messageOf} from '../../errors.js'
import {constantOf, elementsOf, stringOf, stringsOf} from './nodes.js'

/** Code that a statement carries as a text. */
export interface Body {
  readonly language: string
  readonly text: string
  readonly runs: 'now' | 'later'
}

/** SQL found in a body; the line is that of the body, from 1. */
export interface BodySql {
  readonly sql: string
  readonly line: number
}

export interface ReadBody {
  readonly found: readonly BodySql[]
  readonly problem: string | undefined
}

/** The body of a DO block or of a function; undefined where there is none that is a text. */
export function bodyOf(node: Node): Body | undefined {
  if ('DoStmt' in node) return textBody(elementsOf(node.DoStmt.args), 'plpgsql', 'now')
  if (!('CreateFunctionStmt' in node)) return undefined
  return textBody(elementsOf(node.CreateFunctionStmt.options), 'sql', 'later')
}

function textBody(
  elements: readonly DefElem[],
  usual: string,
  runs: Body['runs'],
): Body | undefined {
  const valueOf = (name: string) => elements.find(({defname}) => defname === name)?.arg
  const as = valueOf('as')
  const text = as !== undefined && 'List' in as ? stringsOf(as.List.items)[0] : stringOf(as)
  const language = (stringOf(valueOf('language')) ?? usual).toLowerCase()
  return text === undefined ? undefined : {language, text, runs}
}

/** `whole` is the statement with the body in it: PL/pgSQL is read together with its header. */
export function readBody(body: Body, whole: string): ReadBody {
  if (body.language === 'sql') return {found: [{sql: body.text, line: 1}], problem: undefined}
  if (body.language !== 'plpgsql') return {found: [], problem: undefined}
  try {
    const found: BodySql[] = []
    gather({line: 1, isDynamic: false}, parsePlPgSQLSync(whole), found)
    return {found, problem: undefined}
  } catch (error) {
    return {found: [], problem: messageOf(error)}
  }
}

interface Place {
  readonly line: number
  /** The expression is a text that is run: EXECUTE. */
  readonly isDynamic: boolean
}

/** The grammar's own numbers: a statement; an expression; assignments to one, two or three names. */
const statementMode = 0
const expressionMode = 2

function gather(place: Place, value: unknown, found: BodySql[]): void {
  if (Array.isArray(value)) {
    for (const item of value) gather(place, item, found)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const here = placeIn(value, place)
  const own = pieceOf(value, here)
  found.push(...own)
  for (const [name, field] of Object.entries(value)) {
    gather({...here, isDynamic: isRun(name, here)}, field, found)
  }
}

/** EXECUTE, FOR ... IN EXECUTE: the expression under `query` is run; its parameters are not. */
function isRun(name: string, {isDynamic}: Place): boolean {
  if (name.startsWith('PLpgSQL_stmt_dyn')) return true
  return isDynamic && (name === 'query' || name === 'PLpgSQL_expr')
}

function pieceOf(value: object, place: Place): readonly BodySql[] {
  if ('query' in value && typeof value.query === 'string') {
    const mode = 'parseMode' in value ? Number(value.parseMode) : statementMode
    return sqlOf(value.query, mode, place)
  }
  if (!('typname' in value) || typeof value.typname !== 'string') return []
  return typeMention(value.typname, place)
}

function placeIn(value: object, place: Place): Place {
  const line = 'lineno' in value && typeof value.lineno === 'number' ? value.lineno : place.line
  return {...place, line}
}

function sqlOf(query: string, mode: number, {line, isDynamic}: Place): readonly BodySql[] {
  if (mode === statementMode) return [{sql: query, line}]
  const value = mode === expressionMode ? query : assigned(query)
  const select = {sql: `SELECT ${value}`, line}
  const run = isDynamic ? constantText(select.sql) : undefined
  return run === undefined ? [select] : [{sql: run, line}]
}

/** `x := 3`, and the older `x = 3`. */
function assigned(query: string): string {
  const at = query.indexOf(':=')
  return at === -1 ? query.slice(query.indexOf('=') + 1) : query.slice(at + 2)
}

/** What EXECUTE runs, where it is a constant. */
function constantText(select: string): string | undefined {
  try {
    const statement = parseSync(select).stmts?.[0]?.stmt
    if (statement === undefined || !('SelectStmt' in statement)) return undefined
    const target = statement.SelectStmt.targetList?.[0]
    const value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined
    const text = constantOf(value)
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}

/** The type of a variable, as a cast. */
function typeMention(type: string, {line}: Place): readonly BodySql[] {
  return type.includes('.') ? [{sql: `SELECT NULL::${type.split('%')[0]}`, line}] : []
}
