import {closest, distance} from 'fastest-levenshtein'
import * as v from 'valibot'
import {isMap, isScalar, isSeq, type Node} from 'yaml'
import {MitraError} from '../errors.js'
import {readYamlDocument, type ReadDocument} from './yaml-document.js'

type YamlPath = readonly (string | number)[]

/** A value that holds its schema, and a way to refuse a part of it with its line. */
export interface CheckedYaml<T> {
  readonly value: T
  /** `phases.yml:12 phases[0].shares: …`; for what a schema alone cannot see. */
  readonly refuse: (path: YamlPath, message: string, hints?: readonly string[]) => MitraError
  /** `phases.yml:12`: where a part of it is written. */
  readonly whereOf: (path: YamlPath) => string
}

type Schema = v.GenericSchema<unknown, unknown>

/**
 * Reads a YAML file by its schema. CONFIG_KEY for an unknown key (with a did-you-mean), CONFIG_VALUE
 * for everything else that does not fit: both name file, line, path and what was written.
 */
export function readCheckedYaml<S extends Schema>(
  file: string,
  text: string,
  schema: S,
): CheckedYaml<v.InferOutput<S>> {
  const read = readYamlDocument(file, text)
  const written: unknown = read.document.toJS()
  const result = v.safeParse(schema, written ?? {}, {abortPipeEarly: true})
  const whereOf = (path: YamlPath) => `${read.name}:${lineOf(read, path)}`
  const refuse: CheckedYaml<unknown>['refuse'] = (path, message, hints = []) => {
    const where = whereOf(path)
    const shown = path.length === 0 ? '' : ` ${pathText(path)}:`
    const opening = `Open ${file} at line ${lineOf(read, path)}.`
    return new MitraError('config', 'CONFIG_VALUE', `${where}${shown} ${message}`, {
      hints: [...hints, opening],
    })
  }
  if (result.success) return {value: result.output, refuse, whereOf}
  // A misspelt key is also a missing one: the spelling is what helps.
  const issue = result.issues.find(isUnknownKey) ?? result.issues[0]
  throw asRefusal(issue, {read, schema, refuse, written})
}

/** Hints for a word that should have been one of some: the nearest, and all of them. */
export function didYouMean(word: string, known: readonly string[]): readonly string[] {
  if (known.length === 0) return []
  const near = closest(word, [...known])
  const isNear = distance(word, near) <= Math.max(2, Math.floor(word.length / 3))
  return [...(isNear ? [`Did you mean ${near}?`] : []), `Known here: ${known.join(', ')}.`]
}

interface Refusing {
  readonly read: ReadDocument
  readonly schema: Schema
  readonly refuse: CheckedYaml<unknown>['refuse']
  readonly written: unknown
}

function isUnknownKey({type, expected}: v.BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never'
}

function asRefusal(issue: v.BaseIssue<unknown>, refusing: Refusing): MitraError {
  const {read, schema, refuse, written} = refusing
  const path = (issue.path ?? []).map(({key}) => (typeof key === 'number' ? key : String(key)))
  if (isUnknownKey(issue)) {
    const where = `${read.name}:${lineOf(read, path)}`
    const hints = didYouMean(String(path.at(-1)), keysOf(schemaAt(schema, path.slice(0, -1))))
    return new MitraError('config', 'CONFIG_KEY', `${where} unknown key: ${pathText(path)}.`, {
      hints,
    })
  }
  if (issue.received === 'undefined') return refuse(path, 'is missing.')
  if (issue.type === 'picklist' && typeof issue.input === 'string') {
    const known = wordsOf(issue)
    return refuse(
      path,
      `${JSON.stringify(issue.input)} is not known.`,
      didYouMean(issue.input, known),
    )
  }
  // What a schema changed on its way is shown as it was written.
  return refuse(path, `${issue.message}, got ${JSON.stringify(valueAt(written, path))}.`)
}

/** valibot writes what a picklist takes as `("a" | "b")`. */
function wordsOf({expected}: v.BaseIssue<unknown>): readonly string[] {
  return [...(expected ?? '').matchAll(/"([^"]*)"/g)].map(([, word = '']) => word)
}

function valueAt(value: unknown, [first, ...rest]: YamlPath): unknown {
  if (first === undefined) return value
  return isRecord(value) ? valueAt(value[first], rest) : undefined
}

function pathText(path: YamlPath): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${part}`))
    .join('')
}

/** The line of the deepest part of the path that is there. */
function lineOf({document, lineOf: at}: ReadDocument, path: YamlPath): number {
  let node: unknown = document.contents
  let offset = document.contents?.range[0] ?? 0
  for (const part of path) {
    const next = childOf(node, part)
    if (next === undefined) break
    offset = next.offset ?? offset
    node = next.node
  }
  return at(offset)
}

interface Child {
  readonly node: unknown
  readonly offset: number | undefined
}

function childOf(node: unknown, part: string | number): Child | undefined {
  if (isSeq<Node>(node)) {
    const item = node.items[Number(part)]
    return item === undefined ? undefined : {node: item, offset: item.range?.[0]}
  }
  if (!isMap<Node, Node>(node)) return undefined
  const pair = node.items.find(({key}) => isScalar(key) && String(key.value) === String(part))
  return pair === undefined ? undefined : {node: pair.value, offset: pair.key.range?.[0]}
}

/** What a schema says about a part of the value, as far as it is an object, a list or a record. */
function schemaAt(schema: unknown, path: YamlPath): unknown {
  const here = unwrapped(schema)
  const [first, ...rest] = path
  if (first === undefined || !isRecord(here)) return here
  const {entries, item, value} = here
  if (isRecord(entries) && typeof first === 'string') return schemaAt(entries[first], rest)
  return schemaAt(item ?? value, rest)
}

function unwrapped(schema: unknown): unknown {
  return isRecord(schema) && 'wrapped' in schema ? unwrapped(schema['wrapped']) : schema
}

function keysOf(schema: unknown): readonly string[] {
  return isRecord(schema) && isRecord(schema['entries']) ? Object.keys(schema['entries']) : []
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
