/** A word in capitals, a quoted name or text as written, a sign. */
interface Token {
  readonly kind: 'word' | 'quoted' | 'sign'
  readonly text: string
  /** Index into the script. */
  readonly at: number
}

export interface Statement {
  /** The first words in capitals: `CREATE TABLE`. */
  readonly words: readonly string[]
  /** Of its first token, from 0. */
  readonly line: number
  /** Where it begins and ends in the script, without its semicolon. */
  readonly start: number
  readonly end: number
  readonly tokens: readonly Token[]
}

// What may stand between words and hides a semicolon: comments, texts, names, dollar-quoted bodies.
const token = new RegExp(
  [
    String.raw`(?<gap>\s+|--[^\n]*)`,
    String.raw`(?<comment>/\*)`,
    String.raw`(?<text>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*")`,
    String.raw`(?<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)`,
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<end>;)`,
    String.raw`(?<other>[\s\S])`,
  ].join('|'),
  'y',
)

/** The statements of a script with their words; enough to know what each of them is. */
export function statementsOf(sql: string): readonly Statement[] {
  const found: Statement[] = []
  let tokens: Token[] = []
  let words: string[] = []
  let depth = 0
  let end = 0
  const close = () => {
    const start = tokens[0]?.at
    if (start !== undefined && words.length > 0) {
      found.push({words: words.slice(0, 3), line: lineOf(sql, start), start, end, tokens})
    }
    tokens = []
    words = []
  }
  for (let at = 0; at < sql.length;) {
    token.lastIndex = at
    const groups = token.exec(sql)?.groups ?? {}
    const next = endOf(groups, sql, token.lastIndex)
    if (groups['word'] !== undefined) {
      words.push(groups['word'].toUpperCase())
      depth = depthAfter(words, depth)
    }
    if (groups['end'] !== undefined && depth === 0) close()
    else {
      const one = asToken(groups, sql, at, next)
      if (one !== undefined) {
        tokens.push(one)
        end = next
      }
    }
    at = next
  }
  close()
  return found
}

function asToken(
  groups: Partial<Record<string, string>>,
  sql: string,
  at: number,
  end: number,
): Token | undefined {
  const {gap, comment, word} = groups
  if (gap !== undefined || comment !== undefined) return undefined
  if (word !== undefined) return {kind: 'word', text: word.toUpperCase(), at}
  const isQuoted = groups['text'] !== undefined || groups['dollar'] !== undefined
  return {kind: isQuoted ? 'quoted' : 'sign', text: sql.slice(at, end), at}
}

/** Inside `BEGIN ATOMIC ... END` of a function semicolons end no statement of ours. */
function depthAfter(words: readonly string[], depth: number): number {
  const last = words.at(-1)
  if (last === 'ATOMIC' && words.at(-2) === 'BEGIN') return 1
  if (depth === 0) return 0
  if (last === 'CASE') return depth + 1
  return last === 'END' ? depth - 1 : depth
}

function endOf(groups: Partial<Record<string, string>>, sql: string, after: number): number {
  const {comment, dollar} = groups
  if (comment !== undefined) return endOfComment(sql, after)
  if (dollar === undefined) return after
  const end = sql.indexOf(dollar, after)
  return end === -1 ? sql.length : end + dollar.length
}

/** Comments of Postgres nest. */
function endOfComment(sql: string, after: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = after
  let depth = 1
  while (depth > 0) {
    const found = mark.exec(sql)
    if (found === null) return sql.length
    depth += found[0] === '/*' ? 1 : -1
  }
  return mark.lastIndex
}

function lineOf(sql: string, offset: number): number {
  return sql.slice(0, offset).split('\n').length - 1
}

const endings = new Set(['BEGIN', 'COMMIT', 'END', 'ABORT', 'START TRANSACTION'])

/** The first statement that would begin or end a transaction: a migration has one already. */
export function transactionStatement(sql: string): Statement | undefined {
  return statementsOf(sql).find(({words: [first = '', second = '']}) => {
    if (first === 'ROLLBACK') return second !== 'TO'
    const both = `${first} ${second}`
    return endings.has(first) || endings.has(both) || both === 'PREPARE TRANSACTION'
  })
}
