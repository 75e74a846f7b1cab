import type {ReadSql, SqlComment, SqlSpan} from '../../../ports/sql-reader.js'

/** `-- mitra:allow RULE reason`: one finding of one statement that is meant so. */
export interface Allowance {
  readonly rule: string
  readonly reason: string
  readonly offset: number
  /** The statement that it speaks of; undefined when none follows. */
  readonly statement: SqlSpan | undefined
}

const mark = 'mitra:allow'

/** Allowances of a script: inside a statement, behind it on its last line, or above it. */
export function allowances(script: ReadSql, text: string): readonly Allowance[] {
  const statements = script.statements.filter(({start, outer}) => start === outer.start)
  return script.comments.flatMap((comment) => {
    const words = wordsOf(comment)
    if (words[0] !== mark) return []
    const [, rule = '', ...reason] = words
    const statement = spokenOf(comment, statements, text)
    return [{rule, reason: reason.join(' '), offset: comment.start, statement}]
  })
}

/** Comments to squawk itself: it obeys them, and they give no reason. */
export function foreignAllowances(script: ReadSql): readonly SqlComment[] {
  return script.comments.filter((comment) => wordsOf(comment)[0]?.startsWith('squawk-ignore'))
}

function wordsOf({text}: SqlComment): readonly string[] {
  const bare = text.startsWith('--') ? text.slice(2) : text.slice(2, -2)
  return bare.split(/\s+/).filter((word) => word !== '')
}

function spokenOf(
  comment: SqlComment,
  statements: readonly SqlSpan[],
  text: string,
): SqlSpan | undefined {
  const around = statements.find(({start, end}) => comment.start >= start && comment.start < end)
  if (around !== undefined) return around
  const before = statements.findLast(({end}) => end <= comment.start)
  const isBehind = before !== undefined && !text.slice(before.end, comment.start).includes('\n')
  return isBehind ? before : statements.find(({start}) => start >= comment.end)
}
