import type {Statement} from './statements.js'

interface EnumMade {
  readonly name: string
  /** As written, quotes and all. */
  readonly labels: readonly string[]
  /** Where the labels stand in the script. */
  readonly start: number
  readonly end: number
}

/** `CREATE TYPE name AS ENUM ('a', 'b')`. */
export function enumMade({tokens}: Statement): EnumMade | undefined {
  const words = wordsOf(tokens)
  if (words[0] !== 'CREATE' || words[1] !== 'TYPE') return undefined
  const name = nameOf(tokens[2])
  const isEnum = words[3] === 'AS' && words[4] === 'ENUM' && tokens[5]?.text === '('
  const labels = tokens.slice(6).filter(({kind}) => kind === 'quoted')
  const first = labels[0]
  const last = labels.at(-1)
  if (name === undefined || !isEnum || first === undefined || last === undefined) return undefined
  const texts = labels.map(({text}) => text)
  return {name, labels: texts, start: first.at, end: last.at + last.text.length}
}

interface ValueAdded {
  readonly type: string
  readonly label: string
  readonly beside: {readonly side: 'BEFORE' | 'AFTER'; readonly label: string} | undefined
}

/** `ALTER TYPE name ADD VALUE [IF NOT EXISTS] 'c' [BEFORE | AFTER 'a']`. */
export function valueAdded({tokens}: Statement): ValueAdded | undefined {
  const words = wordsOf(tokens)
  if (words[0] !== 'ALTER' || words[1] !== 'TYPE') return undefined
  const type = nameOf(tokens[2])
  if (type === undefined || words[3] !== 'ADD' || words[4] !== 'VALUE') return undefined
  const at = words[5] === 'IF' ? 8 : 5
  const label = tokens[at]?.text
  if (label === undefined) return undefined
  return {type, label, beside: besideOf(words[at + 1], tokens[at + 2]?.text)}
}

function besideOf(side: string | undefined, label: string | undefined): ValueAdded['beside'] {
  if (label === undefined) return undefined
  if (side === 'BEFORE') return {side: 'BEFORE', label}
  return side === 'AFTER' ? {side: 'AFTER', label} : undefined
}

function wordsOf(tokens: Statement['tokens']): readonly (string | undefined)[] {
  return tokens.map(({kind, text}) => (kind === 'word' ? text : undefined))
}

/** Without a schema, which files of tenants do not name. */
function nameOf(token: Statement['tokens'][number] | undefined): string | undefined {
  if (token?.kind === 'word') return token.text.toLowerCase()
  if (token?.kind !== 'quoted' || !token.text.startsWith('"')) return undefined
  return token.text.slice(1, -1)
}
