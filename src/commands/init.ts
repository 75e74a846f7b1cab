import {Flags} from '@oclif/core'
import {planFlag} from '../cli/flags.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {countOf, planText} from '../cli/plan-text.js'
import {runPlan} from '../cli/run-plan.js'
import {
  applyWorkspaceFiles,
  planWorkspaceFiles,
  wantedBackendFiles,
  wantedFiles,
} from '../features/workspace/init.js'
import type {Step} from '../ports/journal.js'

interface InitResult {
  readonly workspace: string
  readonly applied: boolean
  readonly plan: readonly Step[]
}

export default class Init extends MitraCommand {
  static override summary = 'Write the files of a workspace: mitra.yml and the migrations.'
  static override description =
    'Writes what is missing into this folder (inside the checkout of mitra itself: into workspace/, which git ignores) and leaves what is there alone. `mitra setup` does this too.'
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --with-backend --plan',
  ]
  static override flags = {
    plan: planFlag,
    'with-backend': Flags.boolean({
      summary:
        'Write python-backend/ too: FastAPI on Postgres, Redis and S3, with tests and Dockerfile.',
    }),
  }

  async run(): Promise<InitResult> {
    const {flags} = await this.parse(Init)
    const {layout} = await this.tools.prospect()
    const [files, templates] = await Promise.all([this.tools.files(), this.tools.templates()])
    const wanted = async () => [
      ...(await wantedFiles(templates, layout)),
      ...(flags['with-backend'] ? await wantedBackendFiles(templates, layout, files) : []),
    ]
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'init',
      isPlanOnly: flags.plan,
      observe: async () => planWorkspaceFiles(await wanted(), layout, files),
      apply: (written, {run}) => applyWorkspaceFiles(written, {layout, files, run}),
    })

    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : initText(layout.root, plan.files.length))
    return {workspace: layout.root, applied, plan: plan.steps}
  }
}

function initText(root: string, written: number): string {
  if (written === 0) return `The workspace in ${root} is complete.`
  return `${countOf(written, 'file')} written to ${root}. Next: mitra setup`
}
