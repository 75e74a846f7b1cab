import {parseEnv} from 'node:util'
import {MitraError} from '../../errors.js'

export interface DotenvEntry {
  readonly name: string
  readonly value: string
  /** From 1. */
  readonly line: number
  /** The last line of a value that goes over several. */
  readonly lastLine: number
}

export interface DotenvFile {
  readonly entries: readonly DotenvEntry[]
  /** Lines that are no assignment, no comment and not empty. */
  readonly oddLines: readonly {readonly line: number; readonly what: string}[]
}

// A line separator of Unicode is no end of a line here.
const assignment = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/s

/** What Node's own parser reads, with the lines that it does not tell. */
export function readDotenv(text: string): DotenvFile {
  const values = parseEnv(text)
  const lines = text.split('\n')
  const entries: DotenvEntry[] = []
  const oddLines: {line: number; what: string}[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const shown = lines[index] ?? ''
    if (/^\s*(#.*)?$/s.test(shown)) continue
    const [, name, written = ''] = assignment.exec(shown) ?? []
    if (name === undefined) {
      oddLines.push({line: index + 1, what: 'is not NAME=value'})
      continue
    }
    const last = lastLineOf(lines, index, written)
    if (last === undefined) {
      oddLines.push({line: index + 1, what: `opens a quote for ${name} that is not closed`})
      break
    }
    const own = lines.slice(index, last + 1).join('\n')
    entries.push({name, value: parseEnv(own)[name] ?? '', line: index + 1, lastLine: last + 1})
    index = last
  }
  return {entries: entries.filter(({name}) => Object.hasOwn(values, name)), oddLines}
}

/** Where the value that begins here ends: on its line, or at its closing quote. */
function lastLineOf(lines: readonly string[], first: number, written: string): number | undefined {
  const [quote = ''] = written
  if (!['"', "'", '`'].includes(quote) || written.indexOf(quote, 1) !== -1) return first
  const below = lines.findIndex((line, index) => index > first && line.includes(quote))
  return below === -1 ? undefined : below
}

/** The value of each variable; the last of two counts, as everywhere. */
export function dotenvValues({entries}: DotenvFile): ReadonlyMap<string, string> {
  return new Map(entries.map(({name, value}) => [name, value]))
}

/**
 * The text with one variable set and every other byte as it was. Throws ENV_EDIT where the file cannot
 * be read back as meant, rather than lose a line of it.
 */
export function withVariable(text: string, name: string, value: string, note?: string): string {
  const file = readDotenv(text)
  const [odd] = file.oddLines
  if (odd !== undefined) throw cannotEdit(`line ${odd.line} ${odd.what}`)
  const written = `${name}=${quoted(name, value)}`
  const entry = file.entries.findLast((one) => one.name === name)
  const changed =
    entry === undefined ? appended(text, written, note) : replaced(text, entry, written)
  const before = parseEnv(text)
  const after = parseEnv(changed)
  const isKept = Object.keys({...before, ...after}).every(
    (key) => after[key] === (key === name ? value : before[key]),
  )
  if (!isKept) throw cannotEdit('another variable would change with it')
  return changed
}

function appended(text: string, written: string, note: string | undefined): string {
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`
  const comment = note === undefined ? '' : `# ${note.replaceAll('\n', ' ')}\n`
  const gap = comment === '' || ended === '' ? '' : '\n'
  return `${ended}${gap}${comment}${written}\n`
}

function replaced(text: string, {line, lastLine}: DotenvEntry, written: string): string {
  const lines = text.split('\n')
  const prefix = /^\s*(?:export\s+)?/.exec(lines[line - 1] ?? '')?.[0] ?? ''
  lines.splice(line - 1, lastLine - line + 1, `${prefix}${written}`)
  return lines.join('\n')
}

/** As plainly as every reader of such files agrees on: Node, Docker, shells. */
function quoted(name: string, value: string): string {
  if (/^[\w.:/@%+,=-]*$/.test(value)) return value
  const ways = [`'${value}'`, `"${value}"`, `\`${value}\``]
  const way = ways.find((text) => parseEnv(`${name}=${text}`)[name] === value)
  if (way !== undefined) return way
  throw new MitraError('usage', 'ENV_VALUE', `The value of ${name} cannot be written to a file.`, {
    hints: ['It holds all kinds of quotes, or a NUL. Encode it, as base64 for example.'],
  })
}

function cannotEdit(why: string): MitraError {
  return new MitraError('config', 'ENV_EDIT', `The file cannot be changed safely: ${why}.`, {
    hints: ['Open it and put that line right; mitra env check names every such line.'],
  })
}
