import {
  hasSqlDetails,
  loadModule,
  parseSync,
  scanSync,
  type Node,
  type ScanToken,
} from 'libpg-query'
import type {ReadSql, SqlReader, SqlSpan, SqlStatement} from '../../ports/sql-reader.js'
import {actOf} from './acts.js'
import {bodyOf, readBody, type BodySql} from './bodies.js'
import {mentionsIn} from './mentions.js'

/** Postgres' own parser, compiled to WebAssembly. */
export class PgQueryReader implements SqlReader {
  async read(sql: string): Promise<ReadSql> {
    await loadModule()
    const bytes = Buffer.from(sql)
    const indexOf = (byte: number) => bytes.subarray(0, byte).toString().length
    try {
      const parsed = parseSync(sql).stmts ?? []
      const {tokens} = scanSync(sql)
      const statements = parsed.flatMap(({stmt, stmt_location: from = 0, stmt_len: length}) => {
        if (stmt === undefined) return []
        const end = length === undefined || length === 0 ? bytes.length : from + length
        const span = {start: indexOf(from), end: indexOf(end)}
        return statementsOf({stmt, span, sql, from, end, tokens, indexOf})
      })
      const comments = tokens
        .filter(({tokenName}) => tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT')
        .map(({start, end, text}) => ({start: indexOf(start), end: indexOf(end), text}))
      return {statements, comments, problem: undefined}
    } catch (error) {
      if (!hasSqlDetails(error)) throw error
      const characters = Math.max(0, error.sqlDetails?.cursorPosition ?? 0)
      const offset = Array.from(sql).slice(0, characters).join('').length
      return {statements: [], comments: [], problem: {message: error.message, offset}}
    }
  }
}

interface Parsed {
  readonly stmt: Node
  readonly span: SqlSpan
  readonly sql: string
  /** Bytes. */
  readonly from: number
  readonly end: number
  readonly tokens: readonly ScanToken[]
  readonly indexOf: (byte: number) => number
}

/** The statement, and after it what stands in its body. */
function statementsOf(parsed: Parsed): readonly SqlStatement[] {
  const {stmt, span, sql, indexOf} = parsed
  const placed = (offset: number) => (offset === 0 ? span.start : indexOf(offset))
  const own = statementAt(stmt, {span, outer: span, runs: 'now', placed})
  const body = bodyOf(stmt)
  if (body === undefined) return [own]
  const {found, problem} = readBody(body, sql.slice(span.start, span.end))
  const start = bodyStart(parsed)
  const inside = found.flatMap((one) => {
    const at = lineStart(sql, start, one.line)
    return nestedStatements(one, {span: {start: at, end: at}, outer: span, runs: body.runs})
  })
  if (problem === undefined) return [own, ...inside]
  const act = {is: 'unreadable-body', message: problem} as const
  return [own, {...own, act, names: [], texts: [], calls: []}]
}

interface Placing {
  readonly span: SqlSpan
  readonly outer: SqlSpan
  readonly runs: SqlStatement['runs']
  readonly placed: (offset: number) => number
}

function statementAt(stmt: Node, {span, outer, runs, placed}: Placing): SqlStatement {
  const {names, texts, calls} = mentionsIn(stmt)
  const at = <T extends {readonly offset: number}>(list: readonly T[]) =>
    list.map((one) => ({...one, offset: placed(one.offset)}))
  return {
    ...span,
    outer,
    runs,
    act: actOf(stmt),
    names: at(names),
    texts: at(texts),
    calls: at(calls),
  }
}

/** A piece that does not parse by itself is left out: PL/pgSQL fills in names of its own. */
function nestedStatements({sql}: BodySql, place: Omit<Placing, 'placed'>): readonly SqlStatement[] {
  try {
    const nested = parseSync(sql).stmts ?? []
    const placed = () => place.span.start
    return nested.flatMap(({stmt}) =>
      stmt === undefined ? [] : [statementAt(stmt, {...place, placed})],
    )
  } catch {
    return []
  }
}

/** Where the text of the body begins, behind its `$$`. */
function bodyStart({span, from, end, tokens, indexOf}: Parsed): number {
  const inside = tokens.filter((token) => token.start >= from && token.end <= end)
  const as = inside.findLastIndex(({text}) => text.startsWith('$') && text.endsWith('$'))
  const token = inside[as] ?? inside.findLast(({text}) => text.startsWith("'"))
  if (token === undefined) return span.start
  const mark = token.text.startsWith('$') ? token.text.indexOf('$', 1) + 1 : 1
  return indexOf(token.start) + mark
}

/** The first character of a line that is no space; lines are counted from the one of `start`. */
function lineStart(sql: string, start: number, line: number): number {
  let at = start
  for (let passed = 1; passed < line; passed += 1) at = sql.indexOf('\n', at) + 1
  while (at < sql.length && sql.charCodeAt(at) <= 32) at += 1
  return at
}
