import {closest, distance} from 'fastest-levenshtein'
import type {BrokenRule} from '../../ports/work-trees.js'
import type {GitFinding} from './finding.js'

interface Explained {
  readonly line: number
  readonly what: string
  readonly fix: string
}

/** One mistake, one finding: without a type no subject is found, and a wrong type is wrong in any case. */
const causeOf: Readonly<Record<string, string>> = {
  'subject-empty': 'type-empty',
  'type-case': 'type-enum',
}

/** What people write instead of a type. */
const typeOfWord: Readonly<Record<string, string>> = {
  feature: 'feat',
  add: 'feat',
  added: 'feat',
  new: 'feat',
  bug: 'fix',
  bugfix: 'fix',
  hotfix: 'fix',
  fixed: 'fix',
  fixes: 'fix',
  doc: 'docs',
  tests: 'test',
  perf: 'refactor',
  build: 'chore',
  ci: 'chore',
  wip: 'chore',
  update: 'chore',
}

const types = ['feat', 'fix', 'docs', 'style', 'refactor', 'test', 'chore']

/** The broken rules of one message as findings, each with its line and what would pass. */
export function messageFindings(
  message: string,
  broken: readonly BrokenRule[],
  commit: string | null,
): readonly GitFinding[] {
  const subject = shortened((message.split('\n')[0] ?? '').trim())
  const names = new Set(broken.map(({rule}) => rule))
  const shown = broken.filter(({rule}) => !names.has(causeOf[rule] ?? ''))
  const passing = passingSubject(subject, broken)
  return shown.map((one) => ({
    rule: one.rule,
    level: one.isError ? 'error' : 'warning',
    commit,
    subject,
    ...explained(one, {message, subject, passing}),
  }))
}

/** A finding shows the first line; one of a megabyte is not read. */
function shortened(line: string): string {
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}

interface Seen {
  readonly message: string
  readonly subject: string
  /** The first line with every mistake in it mended. */
  readonly passing: string
}

function explained(one: BrokenRule, seen: Seen): Explained {
  const explain = explanations[one.rule]
  return (
    explain?.(one, seen) ?? {
      line: one.rule.startsWith('body') || one.rule.startsWith('footer') ? 3 : 1,
      what: `${one.message}.`,
      fix: `The rule ${one.rule} is set in the configuration of commitlint.`,
    }
  )
}

function passingSubject(subject: string, broken: readonly BrokenRule[]): string {
  const rules = new Map(broken.map((one) => [one.rule, one]))
  const isTypeless = rules.has('type-empty')
  const known = typesIn(rules.get('type-enum'))
  const typed = isTypeless ? withType(subject) : withKnownType(subject, rules, known)
  const ended = rules.has('subject-full-stop') ? typed.replace(/[.\s]+$/, '') : typed
  const isEmpty = rules.has('subject-empty') && !isTypeless
  return isEmpty ? `${ended.replace(/:?\s*$/, '')}: say what it does` : ended
}

function withKnownType(
  subject: string,
  rules: ReadonlyMap<string, BrokenRule>,
  known: readonly string[],
): string {
  if (!rules.has('type-enum') && !rules.has('type-case')) return subject
  const type = typeOf(subject)
  const meant = rules.has('type-enum') ? nearType(type, known) : type.toLowerCase()
  return `${meant}${subject.slice(type.length)}`
}

function typesIn(rule: BrokenRule | undefined): readonly string[] {
  return Array.isArray(rule?.value) ? rule.value.map(String) : types
}

type Explain = (one: BrokenRule, seen: Seen) => Explained

const explanations: Readonly<Record<string, Explain>> = {
  'type-empty': (_, {subject, passing}) => ({
    line: 1,
    what: `${JSON.stringify(subject)} does not begin with a type and a colon.`,
    fix: `Write: ${passing}`,
  }),
  'type-enum': (one, {subject, passing}) => ({
    line: 1,
    what: `${JSON.stringify(typeOf(subject))} is no type: ${typesIn(one).join(', ')}.`,
    fix: `Write: ${passing}`,
  }),
  'type-case': (_, {subject, passing}) => ({
    line: 1,
    what: `The type ${JSON.stringify(typeOf(subject))} is not in lower case.`,
    fix: `Write: ${passing}`,
  }),
  'subject-empty': (_, {subject, passing}) => ({
    line: 1,
    what: `After ${JSON.stringify(subject)} nothing says what changes.`,
    fix: `Write: ${passing}`,
  }),
  'subject-full-stop': (_, {passing}) => ({
    line: 1,
    what: 'The first line ends with a full stop.',
    fix: `Write: ${passing}`,
  }),
  'header-trim': (_, {passing}) => ({
    line: 1,
    what: 'The first line begins or ends with a space.',
    fix: `Write: ${passing}`,
  }),
  'header-max-length': ({value}, {message}) => ({
    line: 1,
    what: `The first line has ${(message.split('\n')[0] ?? '').trim().length} characters; ${Number(value)} is the most.`,
    fix: 'Keep what it does in the first line; leave a line empty and put the rest below.',
  }),
  'body-leading-blank': () => ({
    line: 2,
    what: 'The second line is not empty.',
    fix: 'Leave a line empty below the first.',
  }),
  'footer-leading-blank': (_, {message}) => ({
    line: lineOf(message, (line) => /^[\w-]+(: | #)|^BREAKING CHANGE/.test(line)),
    what: 'No empty line is above the footer.',
    fix: 'Leave a line empty above it.',
  }),
  'body-max-line-length': tooLong,
  'footer-max-line-length': tooLong,
}

function typeOf(subject: string): string {
  return /^\w+/.exec(subject)?.[0] ?? ''
}

function tooLong({value}: BrokenRule, {message}: Seen): Explained {
  const most = Number(value)
  const line = lineOf(message, (text) => text.length > most)
  const length = (message.split('\n')[line - 1] ?? '').length
  const what = `The line has ${length} characters; ${most} is the most.`
  return {line, what, fix: 'Break it into two.'}
}

/** From 1, the first below the header. */
function lineOf(message: string, isMeant: (line: string) => boolean): number {
  const at = message.split('\n').findIndex((line, index) => index > 0 && isMeant(line))
  return at === -1 ? 3 : at + 1
}

function withType(subject: string): string {
  const [, first = '', rest = ''] = /^([\w-]*)\s*:?\s*(.*)$/u.exec(subject) ?? []
  const type = typeOfWord[first.toLowerCase()] ?? 'feat'
  // "Fixed: x" and "fix x" have the type as their first word; "Added x" keeps it.
  const isType = types.includes(first.toLowerCase())
  const text = isType ? rest : subject.replaceAll(/^:\s*|\.$/g, '')
  return `${isType ? first.toLowerCase() : type}: ${text === '' ? 'say what it does' : lowered(text)}`
}

/** "Added login" is a word; "KYC upload" is a name. */
function lowered(text: string): string {
  return /^\p{Lu}\p{Ll}+(\s|$)/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

function nearType(type: string, known: readonly string[]): string {
  const word = type.toLowerCase()
  const meant = typeOfWord[word]
  if (meant !== undefined && known.includes(meant)) return meant
  const near = closest(word, [...known])
  return distance(word, near) <= 2 ? near : (known[0] ?? 'feat')
}
