import {resolve} from 'node:path'
import {Flags} from '@oclif/core'
import {gitFindingsText} from '../../cli/git-text.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf} from '../../cli/plan-text.js'
import {readStdin} from '../../cli/stdin.js'
import {codeOf, MitraError} from '../../errors.js'
import {checkMessage, checkPushed, checkRange} from '../../features/git/check.js'
import type {GitFinding} from '../../features/git/finding.js'
import type {FoundFile, WorkTrees} from '../../ports/work-trees.js'

interface GitCheckResult {
  /** Null when none is checked out, and for a message or a push. */
  readonly branch: string | null
  readonly from: string | null
  readonly to: string | null
  readonly commits: number
  readonly findings: readonly GitFinding[]
}

export default class GitCheck extends MitraCommand {
  static override summary =
    'Check the branch name and the commit messages. Changes nothing; exits 1 for a finding.'
  static override description =
    'By the rules of commitlint that the repository has, else by those that mitra git init writes. Without flags it looks at what a pull request of this branch would bring: what is not in develop, else not in main. Merges, reverts, fixup! and squash! pass. The hooks call it with --message-file and --pushed.'
  static override examples = [
    '<%= config.bin %> git check',
    '<%= config.bin %> git check --from origin/develop --to HEAD --json',
  ]
  static override flags = {
    repository: Flags.string({summary: 'Instead of the one here.', helpValue: 'PATH'}),
    from: Flags.string({summary: 'Commits after this one.', helpValue: 'COMMIT'}),
    to: Flags.string({summary: 'Up to this one; HEAD without it.', helpValue: 'COMMIT'}),
    'message-file': Flags.string({
      summary: 'Only the message in this file, as a commit-msg hook gets it.',
      helpValue: 'FILE',
      exclusive: ['from', 'to', 'pushed'],
    }),
    pushed: Flags.boolean({
      summary: 'Only the branches on standard input, as a pre-push hook gets them.',
      exclusive: ['from', 'to'],
    }),
  }

  async run(): Promise<GitCheckResult> {
    const {flags} = await this.parse(GitCheck)
    const folder = resolve(flags.repository ?? '.')
    const file = flags['message-file']
    const nothing = {branch: null, from: null, to: null, commits: 0}
    if (file !== undefined) {
      const findings = await this.inMessage(folder, resolve(file))
      return this.told({...nothing, findings}, 'The message is as it should be.', true)
    }
    if (flags.pushed) {
      const findings = checkPushed(await readStdin())
      return this.told({...nothing, findings}, 'The branches are named as they should be.')
    }
    const workTrees = await this.tools.workTrees()
    const repository = await workTrees.around(folder)
    const rules = await this.tools.commitRules(repository.root)
    const range = {from: flags.from, to: flags.to}
    const check = await checkRange(repository, range, {workTrees, rules})
    const since = check.from === null ? '' : ` since ${check.from}`
    return this.told(check, `Nothing is wrong: ${countOf(check.commits, 'commit')}${since}.`)
  }

  private async inMessage(folder: string, path: string): Promise<readonly GitFinding[]> {
    const workTrees = await this.tools.workTrees()
    const [found, mark, rules] = await Promise.all([
      readMessage(workTrees, path),
      workTrees.commentMark(folder),
      this.tools.commitRules(folder),
    ])
    if (found === undefined) {
      throw new MitraError('usage', 'NO_MESSAGE', `There is no file ${path}.`)
    }
    return checkMessage(Buffer.from(found.base64, 'base64').toString('utf8'), mark, rules)
  }

  private told(result: GitCheckResult, good: string, isHook = false): GitCheckResult {
    const {findings} = result
    const isWrong = findings.some(({level}) => level === 'error')
    if (isWrong) this.exitWithFindings()
    if (findings.length > 0) this.log(gitFindingsText(findings))
    // A hook is quiet when all is well.
    else if (!isHook) this.log(good)
    if (isWrong && isHook) {
      const again = 'git commit --edit --file="$(git rev-parse --git-path COMMIT_EDITMSG)"'
      this.log(`Your message is kept, to be changed: ${again}`)
    }
    return result
  }
}

async function readMessage(workTrees: WorkTrees, path: string): Promise<FoundFile | undefined> {
  try {
    return await workTrees.read(path)
  } catch (cause) {
    if (codeOf(cause) !== 'EISDIR') throw cause
    throw new MitraError('usage', 'NO_MESSAGE', `${path} is a folder, not the file of a message.`, {
      hints: ['Name the file: --message-file .git/COMMIT_EDITMSG'],
      cause,
    })
  }
}
