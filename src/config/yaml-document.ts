import {basename} from 'node:path'
import {LineCounter, parseDocument, type Document} from 'yaml'
import {MitraError} from '../errors.js'

export interface ReadDocument {
  /** The file's name without its folder, for messages. */
  readonly name: string
  readonly document: Document.Parsed
  /** The line, from 1, of an offset in the text. */
  readonly lineOf: (offset: number) => number
}

// yaml 2.9 aborts the process on Node 20 for documents nested a thousand deep, and its check for
// double keys is quadratic: a settings file needs neither size.
const mostBytes = 64 * 1024
const mostNesting = 40

/** One YAML document; CONFIG_YAML with the line for what is none, CONFIG_SIZE for what is too large. */
export function readYamlDocument(file: string, text: string): ReadDocument {
  const name = basename(file)
  refuseHuge(name, text)
  const lines = new LineCounter()
  const document = parseDocument(text, {lineCounter: lines})
  const lineOf = (offset: number) => lines.linePos(offset).line
  const [problem] = document.errors
  if (problem === undefined) return {name, document, lineOf}
  const line = lineOf(problem.pos[0])
  const [first = ''] = problem.message.split('\n')
  throw new MitraError('config', 'CONFIG_YAML', `${name}:${line} is not YAML: ${first}`, {
    hints: [`Open ${file} at line ${line}.`],
  })
}

function refuseHuge(name: string, text: string): void {
  const nesting = Math.max(...text.split('\n').map((line) => countOf(line, /[[{]|- /g)))
  const indent = Math.max(...text.split('\n').map((line) => line.length - line.trimStart().length))
  if (Buffer.byteLength(text) <= mostBytes && nesting <= mostNesting && indent <= 200) return
  throw new MitraError('config', 'CONFIG_SIZE', `${name} is too large or too deep for settings.`, {
    hints: [`At most ${mostBytes} bytes and ${mostNesting} levels.`],
  })
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}
