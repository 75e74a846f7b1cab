import {statementsOf, type Statement} from './statements.js'

interface SqlPlace {
  /** Undefined: found through the search path. */
  readonly schema: string | undefined
  readonly name: string
}

/** What a file outside a transaction does; each but `ordinary` can be looked at and done again. */
export type AloneStatement = {readonly statement: Statement} & (
  | {
      readonly kind: 'create-index'
      readonly index: string | undefined
      readonly table: SqlPlace
      /** Of columns alone: it waits for no other index that is made at the same time. */
      readonly isPlain: boolean
    }
  | {readonly kind: 'drop-index'; readonly index: SqlPlace}
  | {readonly kind: 'reindex'; readonly target: SqlPlace}
  | {readonly kind: 'detach'; readonly parent: SqlPlace; readonly partition: SqlPlace}
  | {readonly kind: 'ordinary'}
)

/** Each statement of a section by what it is. */
export function readAlone(sql: string): readonly AloneStatement[] {
  return statementsOf(sql).map((statement) => {
    const reader = new TokenReader(statement)
    const found = reader.has('CONCURRENTLY')
      ? (createIndex(reader) ?? dropIndex(reader) ?? reindex(reader) ?? detach(reader))
      : undefined
    return found === undefined ? {kind: 'ordinary', statement} : {...found, statement}
  })
}

/**
 * The same for a schema that is being made: nobody waits for its tables, and all of it is one
 * transaction. Places in the text stay where they are.
 */
export function withoutConcurrently(sql: string): string {
  let text = sql
  for (const {kind, statement} of readAlone(sql)) {
    if (kind === 'ordinary') continue
    for (const {text: word, at} of statement.tokens) {
      if (word !== 'CONCURRENTLY') continue
      text = text.slice(0, at) + ' '.repeat(word.length) + text.slice(at + word.length)
    }
  }
  return text
}

function createIndex(reader: TokenReader) {
  reader.rewind()
  if (!reader.take('CREATE')) return undefined
  reader.take('UNIQUE')
  if (!reader.take('INDEX') || !reader.take('CONCURRENTLY')) return undefined
  reader.take('IF', 'NOT', 'EXISTS')
  const index = reader.take('ON') ? undefined : reader.place()?.name
  if (index !== undefined) reader.take('ON')
  reader.take('ONLY')
  const table = reader.place()
  if (table === undefined) return undefined
  return {kind: 'create-index', index, table, isPlain: reader.isPlainRest()} as const
}

function dropIndex(reader: TokenReader) {
  reader.rewind()
  if (!reader.take('DROP', 'INDEX', 'CONCURRENTLY')) return undefined
  reader.take('IF', 'EXISTS')
  const index = reader.place()
  return index === undefined ? undefined : ({kind: 'drop-index', index} as const)
}

function reindex(reader: TokenReader) {
  reader.rewind()
  if (!reader.take('REINDEX')) return undefined
  reader.skipTo('INDEX', 'TABLE')
  reader.take('CONCURRENTLY')
  const target = reader.place()
  return target === undefined ? undefined : ({kind: 'reindex', target} as const)
}

function detach(reader: TokenReader) {
  reader.rewind()
  if (!reader.take('ALTER', 'TABLE')) return undefined
  reader.take('IF', 'EXISTS')
  reader.take('ONLY')
  const parent = reader.place()
  if (parent === undefined || !reader.take('DETACH', 'PARTITION')) return undefined
  const partition = reader.place()
  if (partition === undefined || !reader.take('CONCURRENTLY')) return undefined
  return {kind: 'detach', parent, partition} as const
}

/** Goes through the tokens of one statement. */
class TokenReader {
  readonly #tokens: Statement['tokens']
  #at = 0

  constructor({tokens}: Statement) {
    this.#tokens = tokens
  }

  has(word: string): boolean {
    return this.#tokens.some(({kind, text}) => kind === 'word' && text === word)
  }

  rewind(): void {
    this.#at = 0
  }

  /** Goes past these words when all of them are next. */
  take(...words: readonly string[]): boolean {
    const isNext = words.every((word, index) => {
      const token = this.#tokens[this.#at + index]
      return token?.kind === 'word' && token.text === word
    })
    if (isNext) this.#at += words.length
    return isNext
  }

  /** Goes past the first of these words, wherever it is. */
  skipTo(...words: readonly string[]): void {
    const found = this.#tokens.findIndex(({kind, text}) => kind === 'word' && words.includes(text))
    if (found !== -1) this.#at = found + 1
  }

  /** A name, with or without a schema. */
  place(): SqlPlace | undefined {
    const first = this.#name()
    if (first === undefined) return undefined
    if (this.#tokens[this.#at]?.text !== '.') return {schema: undefined, name: first}
    this.#at += 1
    const second = this.#name()
    return second === undefined ? undefined : {schema: first, name: second}
  }

  #name(): string | undefined {
    const token = this.#tokens[this.#at]
    const name = token === undefined ? undefined : nameIn(token)
    if (name !== undefined) this.#at += 1
    return name
  }

  /** No parentheses within the list of columns, which an expression has, and no WHERE behind it. */
  isPlainRest(): boolean {
    let depth = 0
    for (const {kind, text} of this.#tokens.slice(this.#at)) {
      if (text === '(') depth += 1
      if (text === ')') depth -= 1
      if (depth > 1 || (depth === 0 && kind === 'word' && text === 'WHERE')) return false
    }
    return true
  }
}

function nameIn({kind, text}: Statement['tokens'][number]): string | undefined {
  if (kind === 'word') return text.toLowerCase()
  if (!text.startsWith('"')) return undefined
  return text.slice(1, -1).replaceAll('""', '"')
}
