import {access, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import lint from '@commitlint/lint'
import {messageOf, MitraError} from '../../errors.js'
import type {Json} from '../../ports/journal.js'
import type {BrokenRule, CommitRules} from '../../ports/work-trees.js'
import {boundedMessage} from './bounded-message.js'
import {standardRules} from './standard-rules.js'

type Rules = NonNullable<Parameters<typeof lint>[1]>
type Options = NonNullable<Parameters<typeof lint>[2]>

// The same place seen from src/adapters/commit-rules and from dist/adapters/commit-rules.
const template = fileURLToPath(new URL('../../../templates/git/commitlintrc.yml', import.meta.url))

/** The rules of the repository's own commitlint configuration. */
export class Commitlint implements CommitRules {
  readonly #rules: Rules
  readonly #options: Options

  private constructor(rules: Rules, options: Options) {
    this.#rules = rules
    this.#options = options
  }

  /** Where the repository has none, those that `git init` would write. */
  static async open(folder: string): Promise<Commitlint> {
    // Half of the time of a hook is the loading of a configuration; the one that we wrote is known.
    const loaded = (await hasStandard(folder)) ? undefined : await loadedIn(folder)
    return loaded === undefined
      ? new Commitlint(standardRules.rules, {parserOpts: standardRules.parserPreset.parserOpts})
      : new Commitlint(loaded.rules, loaded.options)
  }

  async broken(message: string, commentMark?: string): Promise<readonly BrokenRule[]> {
    const {parserOpts = {}, ...options} = this.#options
    const comment = commentMark === undefined ? {} : {commentChar: commentMark}
    const {text: bounded, hasReferences} = boundedMessage(message, longestOf(this.#rules) + 1)
    // The parser's type does not know that it can be told to look for none.
    const references: object = hasReferences ? {} : {issuePrefixes: undefined}
    const {'references-empty': _, ...others} = this.#rules
    const {errors, warnings} = await lint(bounded, hasReferences ? this.#rules : others, {
      ...options,
      parserOpts: {...parserOpts, ...comment, ...references},
    })
    const values = new Map<string, unknown>(Object.entries(this.#rules))
    return [...errors, ...warnings].map(({name, message: text, level}) => ({
      rule: name,
      isError: level === 2,
      message: text,
      value: asJson(values.get(name)),
    }))
  }
}

/** The file is ours to the byte, and commitlint would look into no other before it. */
async function hasStandard(folder: string): Promise<boolean> {
  const text = (path: string) => readFile(path, 'utf8').catch(() => undefined)
  const [own, ours] = await Promise.all([text(join(folder, '.commitlintrc.yml')), text(template)])
  if (own === undefined || own !== ours) return false
  const others = await Promise.all(
    [
      'package.json',
      'package.yaml',
      '.commitlintrc',
      '.commitlintrc.json',
      '.commitlintrc.yaml',
    ].map((name) =>
      access(join(folder, name)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return !others.includes(true)
}

/** Undefined when there is no configuration. */
async function loadedIn(
  folder: string,
): Promise<{readonly rules: Rules; readonly options: Options} | undefined> {
  try {
    const {default: load} = await import('@commitlint/load')
    const {rules, parserPreset, plugins, ignores, defaultIgnores} = await load({}, {cwd: folder})
    if (Object.keys(rules).length === 0) return undefined
    const parserOpts = parserPreset?.parserOpts
    const options = {
      plugins,
      ...(typeof parserOpts === 'object' && parserOpts !== null ? {parserOpts} : {}),
      ...(ignores === undefined ? {} : {ignores}),
      ...(defaultIgnores === undefined ? {} : {defaultIgnores}),
    }
    return {rules, options}
  } catch (cause) {
    const [first = ''] = messageOf(cause).split('\n')
    const message = `commitlint cannot read its configuration in ${folder}: ${first}`
    throw new MitraError('config', 'COMMIT_RULES', message, {
      hints: ['Its packages may be missing there: npm install.'],
      cause,
    })
  }
}

/** The greatest length that a rule names. */
function longestOf(rules: Rules): number {
  const values = Object.values(rules).map((rule) => Number(asJson(rule)))
  return Math.max(0, ...values.filter((value) => Number.isFinite(value)))
}

/** The third part of a rule is what it is set to. */
function asJson(rule: unknown): Json | undefined {
  if (!Array.isArray(rule)) return undefined
  const value: unknown = rule[2]
  if (typeof value === 'string' || typeof value === 'number') return value
  return Array.isArray(value) ? value.map(String) : undefined
}
