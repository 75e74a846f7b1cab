import {MitraError, messageOf} from '../../errors.js'
import type {SqlError} from '../../ports/database.js'
import {busyState} from './ledger.js'
import type {MigrationScript} from './sql.js'
import {counted} from './stages.js'

export const lockNotAvailable = '55P03'

/** What went wrong in one target; where it is said apart, so that a thousand of a kind are one line. */
export class TargetError extends MitraError {
  readonly what: string
  readonly target: string

  constructor(
    code: string,
    {what, target, hints, cause}: Pick<TargetError, 'what' | 'target' | 'hints' | 'cause'>,
  ) {
    super('failed', code, `${what} (in ${target}).`, {hints, cause})
    this.what = what
    this.target = target
  }
}

interface FailedScript extends MigrationScript {
  /** The version that the server was at. */
  readonly reached: string | undefined
  /** Length of what was sent ahead of the script. */
  readonly ahead?: number
  /** Who holds what was waited for. */
  readonly holders?: readonly string[]
}

/** The server's error with target, file and line. */
export function placedError(error: SqlError, script: FailedScript, target: string): TargetError {
  const offset = error.offset === undefined ? undefined : error.offset - (script.ahead ?? 0)
  const what = `${placeOf(offset, script)}: ${error.plain}`
  const hints = [...error.hints, ...(script.holders ?? []), ...hintsFor(error.code, target)]
  return new TargetError(error.code, {what, target, hints, cause: error})
}

function hintsFor(code: string, target: string): readonly string[] {
  if (code === busyState) return ['Wait for the other mitra, then run the command again.']
  const nothing = `Nothing of it was applied to ${target}.`
  if (code === lockNotAvailable) return [nothing, 'Something holds the table: try again later.']
  if (code === '57014') return [nothing, 'It took longer than ten minutes: do it in smaller parts.']
  if (code !== '42501') return [nothing]
  return ['A migration that changes rows begins with SET LOCAL row_security = on;', nothing]
}

/** File and line; the file alone where the server names no place; all of them where it began none. */
function placeOf(offset: number | undefined, {sql, parts, reached}: FailedScript): string {
  const part = parts.find(({start, end}) => offset !== undefined && offset >= start && offset < end)
  if (part !== undefined && offset !== undefined) {
    const before = sql.slice(part.start, offset)
    return `${part.file.path}:${part.line + before.split('\n').length - 1}`
  }
  const files = parts.map(({file}) => file)
  const [at = files.map((file) => file.path).join(', ')] = files
    .filter((file) => file.version === reached)
    .map((file) => file.path)
  return at
}

interface FailureGroup {
  readonly what: string
  readonly hints: readonly string[]
  readonly examples: string[]
  count: number
}

const mostExamples = 5
const mostGroups = 10

/** Failures of a run, those of one kind together: what is kept does not grow with their number. */
export class Failures {
  readonly #groups = new Map<string, FailureGroup>()
  readonly #names: string[] = []
  #count = 0
  first: unknown

  get count(): number {
    return this.#count
  }

  /** `words` are the tenant's own, which tell one failure from another and mean nothing. */
  add(name: string, error: unknown, words: readonly string[]): void {
    this.#count += 1
    this.first ??= error
    if (this.#names.length < 20) this.#names.push(name)
    const what = error instanceof TargetError ? error.what : withoutStop(messageOf(error))
    const key = words.reduce((text, word) => text.replaceAll(word, '…'), what)
    const group = this.#groups.get(key) ?? {what, hints: hintsIn(error), examples: [], count: 0}
    group.count += 1
    if (group.examples.length < mostExamples) group.examples.push(name)
    this.#groups.set(key, group)
  }

  /** "3 of 1,000 tenants were not migrated: a, b, c." */
  summary(total: number, done: string): string {
    const more = this.#count - this.#names.length
    const rest = more > 0 ? ` and ${more.toLocaleString('en')} more` : ''
    const all = counted(total, 'tenant')
    const names = this.#names.toSorted().join(', ')
    return `${this.#count.toLocaleString('en')} of ${all} were not ${done}: ${names}${rest}.`
  }

  /** One line a kind, the most frequent first, and what to do about each. */
  lines(): readonly string[] {
    const groups = [...this.#groups.values()].toSorted((a, b) => b.count - a.count)
    const shown = groups.slice(0, mostGroups)
    const more = groups.length - shown.length
    return [
      ...shown.flatMap((group) => [groupText(group), ...group.hints]),
      ...(more > 0 ? [`And ${counted(more, 'other kind')} of failure.`] : []),
    ]
  }
}

function groupText({what, examples, count}: FailureGroup): string {
  const more = count - examples.length
  const where = `in ${examples.toSorted().join(', ')}${more > 0 ? ` and ${more.toLocaleString('en')} more` : ''}`
  return count === 1 ? `${what} (${where}).` : `${counted(count, 'tenant')}: ${what} (${where}).`
}

/** What helps beyond trying again: who holds a lock, what the server advises. */
function hintsIn(error: unknown): readonly string[] {
  if (!(error instanceof MitraError)) return []
  return error.hints.filter((hint) => !hint.startsWith('Nothing of it was applied'))
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '')
}
