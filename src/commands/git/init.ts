import {Flags} from '@oclif/core'
import {planFlag, yesFlag} from '../../cli/flags.js'
import {gitTargets, planGit} from '../../cli/git-work.js'
import {mitraProgram} from '../../cli/mitra-program.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {applyGitWorkflow} from '../../features/git/plan.js'
import type {KeptGitFile} from '../../features/git/plan-files.js'
import type {Step} from '../../ports/journal.js'

interface GitInitResult {
  /** Their roots. */
  readonly repositories: readonly string[]
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** Files that stay as a person made them. */
  readonly kept: readonly KeptGitFile[]
}

export default class GitInit extends MitraCommand {
  static override summary = 'Write and install the Git workflow: hooks, rules, checks in CI.'
  static override description =
    'Writes lefthook.yml, the rules of commitlint, a pull request template and a workflow for GitHub Actions into the repositories of the workspace, and installs the hooks commit-msg and pre-push in this clone. What is there stays: commands are added to an existing lefthook.yml, other files are named and left. Everyone who clones a repository runs it once; mitra undo takes it back.'
  static override examples = [
    '<%= config.bin %> git init --plan',
    '<%= config.bin %> git init --repository python-backend',
  ]
  static override flags = {
    plan: planFlag,
    yes: yesFlag,
    repository: Flags.string({
      summary: 'Only this repository, also outside of the workspace.',
      helpValue: 'PATH',
    }),
    replace: Flags.boolean({
      summary:
        'Write ours instead of files and hooks that a person made; mitra undo brings theirs back.',
    }),
  }

  async run(): Promise<GitInitResult> {
    const {flags} = await this.parse(GitInit)
    await this.tools.workspace()
    const targets = await gitTargets(this.tools, flags.repository)
    const program = mitraProgram(this.config.root)
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'git init',
      isPlanOnly: flags.plan,
      observe: () => planGit(this.tools, targets, {program, isReplacing: flags.replace}),
      apply: async (planned, {run}) =>
        applyGitWorkflow(planned, {workTrees: await this.tools.workTrees(), run}),
    })

    if (flags.plan) this.exitWithPlan(plan.steps.length)
    const kept = plan.kept.map(({path, why, fix}) => `Stays: ${path}, ${why}. ${fix}`)
    const done = doneText(targets.length, applied)
    this.log([flags.plan ? planText(plan.steps) : done, ...kept].join('\n'))
    const repositories = targets.map(({repository}) => repository.root)
    return {repositories, applied, plan: plan.steps, kept: plan.kept}
  }
}

function doneText(repositories: number, applied: boolean): string {
  if (!applied) return 'Nothing to do: the Git workflow is there.'
  const has = repositories === 1 ? 'The repository has' : `${repositories} repositories have`
  return `${has} the Git workflow. Commit the files; everyone who clones runs mitra git init once.`
}
