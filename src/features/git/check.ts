import type {CommitRules, WorkTrees, Repository} from '../../ports/work-trees.js'
import {branchFinding} from './branch-names.js'
import {messageFindings} from './explain.js'
import type {GitFinding} from './finding.js'

interface CheckTools {
  readonly workTrees: WorkTrees
  readonly rules: CommitRules
}

export interface GitCheck {
  /** Null when no branch is checked out. */
  readonly branch: string | null
  /** Commits from here were not looked at; null when all were. */
  readonly from: string | null
  readonly to: string
  readonly commits: number
  readonly findings: readonly GitFinding[]
}

/** Branch name and messages of what a pull request would bring, or of the range named. */
export async function checkRange(
  repository: Repository,
  range: Range,
  {workTrees, rules}: CheckTools,
): Promise<GitCheck> {
  const branch = await workTrees.branch(repository)
  const named = branch === undefined ? undefined : branchFinding(branch)
  const {from, messages} = await messagesOf(repository, branch, range, workTrees)
  const findings = named === undefined ? [] : [named]
  for (const {sha, text} of messages) {
    findings.push(...messageFindings(text, await rules.broken(text), sha))
  }
  const [shownBranch, shownFrom] = [branch ?? null, from ?? null]
  const to = range.to ?? 'HEAD'
  return {branch: shownBranch, from: shownFrom, to, commits: messages.length, findings}
}

interface Range {
  readonly from: string | undefined
  readonly to: string | undefined
}

/** A repository without a commit has none to check, unless one was named. */
async function messagesOf(
  repository: Repository,
  branch: string | undefined,
  {from: given, to}: Range,
  workTrees: WorkTrees,
) {
  const isNamed = given !== undefined || to !== undefined
  if (!isNamed && !(await hasCommit(repository, workTrees))) return {from: given, messages: []}
  const from = given ?? (await baseOf(repository, branch, workTrees))
  return {from, messages: await workTrees.messages(repository, {from, to: to ?? 'HEAD'})}
}

async function hasCommit(repository: Repository, workTrees: WorkTrees): Promise<boolean> {
  return (await workTrees.firstCommit(repository, ['HEAD'])) !== undefined
}

/** Where a branch of the workflow came from: develop, else main; those two are compared with what was pushed. */
async function baseOf(
  repository: Repository,
  branch: string | undefined,
  workTrees: WorkTrees,
): Promise<string | undefined> {
  const shared = ['develop', 'main'].filter((name) => name !== branch)
  const others = shared.flatMap((name) => [`origin/${name}`, name])
  const isShared = branch === 'develop' || branch === 'main'
  const names = isShared ? [`${branch}@{upstream}`, `origin/${branch}`, ...others] : others
  return workTrees.firstCommit(repository, [...names, 'HEAD@{upstream}'])
}

/** The message that is being written, as its file holds it; an empty one is git's to refuse. */
export async function checkMessage(
  text: string,
  commentMark: string,
  rules: CommitRules,
): Promise<readonly GitFinding[]> {
  const message = withoutComments(text, commentMark)
  if (message.trim() === '') return []
  return messageFindings(message, await rules.broken(message), null)
}

/** Below the scissors is the diff of `git commit --verbose`; comments are not of the message. */
function withoutComments(text: string, mark: string): string {
  const lines = text.split(/\r?\n/)
  const scissors = lines.findIndex((line) => line.startsWith(`${mark} `) && />8 -{24}/.test(line))
  return lines
    .slice(0, scissors === -1 ? lines.length : scissors)
    .filter((line) => !line.startsWith(mark))
    .join('\n')
    .replace(/^\n+/, '')
    .trimEnd()
}

/**
 * What git tells a pre-push hook, a line for each ref: ours, its commit, theirs, its commit. The names
 * that others will see count; tags and what is deleted have none to check.
 */
export function checkPushed(lines: string): readonly GitFinding[] {
  return lines.split('\n').flatMap((line) => {
    const [, commit = '', theirs = ''] = line.trim().split(' ')
    const branch = /^refs\/heads\/(.+)$/.exec(theirs)?.[1]
    if (branch === undefined || /^0+$/.test(commit)) return []
    const finding = branchFinding(branch)
    return finding === undefined ? [] : [finding]
  })
}
