import {closest, distance} from 'fastest-levenshtein'
import type {GitFinding} from './finding.js'

const kinds = ['feature', 'bugfix', 'hotfix', 'release'] as const

/** What others call the kinds. */
const kindOfWord: Readonly<Record<string, (typeof kinds)[number]>> = {
  feat: 'feature',
  features: 'feature',
  fix: 'bugfix',
  bug: 'bugfix',
  bugs: 'bugfix',
  hot: 'hotfix',
  rel: 'release',
}

/** What others call main; `git init` itself still begins with master. */
const namesOfMain = ['master', 'trunk']

/**
 * As bash and JavaScript both read it: the branches of the workflow, and those that GitHub (Revert,
 * Dependabot, the merge queue) and Renovate name.
 */
export const branchPattern =
  '^(main|develop|(feature|bugfix|hotfix|release)/.+|revert-[0-9]+-.+|(dependabot|renovate|gh-readonly-queue)/.+)$'

/** Undefined for a name of the workflow. */
export function branchFinding(branch: string): GitFinding | undefined {
  if (new RegExp(branchPattern, 'u').test(branch)) return undefined
  return {
    rule: 'branch-name',
    level: 'error',
    commit: null,
    subject: branch,
    line: null,
    what: `${branch} is none of main, develop, ${kinds.map((kind) => `${kind}/*`).join(', ')}.`,
    fix: `git branch -m ${inShell(branch)} ${inShell(suggestion(branch))}`,
  }
}

function suggestion(branch: string): string {
  const [first = '', ...rest] = branch.split('/')
  const name = rest.join('/')
  if (namesOfMain.includes(branch)) return 'main'
  if (name === '') return `feature/${kinds.some((kind) => kind === first) ? 'NAME' : first}`
  const word = first.toLowerCase()
  const near = closest(word, [...kinds])
  const kind = kindOfWord[word] ?? (distance(word, near) <= 2 ? near : undefined)
  return kind === undefined ? `feature/${rest.join('-')}` : `${kind}/${name}`
}

/** Git forbids most of what a shell reads, not all. */
function inShell(word: string): string {
  return /^[\p{L}\p{N}._/-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
