import {Args, Flags} from '@oclif/core'
import {planFlag} from '../../cli/flags.js'
import {absolutePath} from '../../cli/lifecycle-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {planText} from '../../cli/plan-text.js'
import {applyRestoreOf, planRestoreOf} from '../../cli/restore-work.js'
import {runPlan} from '../../cli/run-plan.js'
import type {Step} from '../../ports/journal.js'

interface RestoreResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly tenant: string
  readonly rows: number
  /** When the archive was made: what was written later is not in it. */
  readonly madeAt: string
}

export default class TenantRestore extends MitraCommand {
  static override summary = 'Bring a tenant back from its archive, whole or not at all.'
  static override description =
    'Every checksum is compared before anything is changed, and rows, sequences, partitions, grants and policies afterwards. Until the last step nobody can use the tenant. It writes over nothing: a tenant that is there is refused. Newer migrations follow with mitra db migrate.'
  static override examples = [
    '<%= config.bin %> tenant restore .mitra/archives/lic-20261124T101502123Z.tar.gz',
    '<%= config.bin %> tenant restore /backup/lic.tar.gz --as lic_2025 --plan',
  ]
  static override args = {
    file: Args.string({required: true, description: 'The archive.', ignoreStdin: true}),
  }
  static override flags = {
    plan: planFlag,
    as: Flags.string({summary: 'Another name than the archived one.', helpValue: 'NAME'}),
    foreign: Flags.boolean({summary: 'The archive is of another database, and that is meant.'}),
  }

  async run(): Promise<RestoreResult> {
    const {args, flags} = await this.parse(TenantRestore)
    await this.tools.workspace()
    const from = {path: absolutePath(args.file), as: flags.as, isForeignMeant: flags.foreign}
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: `tenant restore ${args.file}`,
      isPlanOnly: flags.plan,
      observe: () => planRestoreOf(this.tools, from),
      apply: (planned, applying) => applyRestoreOf(this.tools, planned, applying),
    })

    const {tenant, archive} = plan
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(
      flags.plan
        ? planText(plan.steps)
        : [
            `Tenant ${tenant.name} is back: ${archive.rows} rows as of ${archive.manifest.madeAt}.`,
            'Next: mitra db migrate, mitra tenant check ' + tenant.name,
          ].join('\n'),
    )
    const {madeAt} = archive.manifest
    return {applied, plan: plan.steps, tenant: tenant.name, rows: archive.rows, madeAt}
  }
}
