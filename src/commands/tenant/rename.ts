import {Args, Flags} from '@oclif/core'
import {planFlag} from '../../cli/flags.js'
import {usableTenant} from '../../cli/lifecycle-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {observeDatabase} from '../../features/migrations/state.js'
import {asTenantName, loginOf, schemaOf} from '../../features/tenants/names.js'
import {
  applyRename,
  planRename,
  planRenamed,
  renamingTo,
  type RenamePlan,
} from '../../features/tenants/rename.js'
import type {Step} from '../../ports/journal.js'

interface RenameResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly from: string
  readonly to: string
}

export default class TenantRename extends MitraCommand {
  static override summary = 'Give a tenant another name: schema, login and password follow.'
  static override description =
    'Rows, evidence and history stay: they know the tenant by its id. Open sessions of its login are ended. Refused where the body of a function would go on naming the old schema.'
  static override examples = ['<%= config.bin %> tenant rename bajaj bajaj_life --plan']
  static override args = {
    from: Args.string({required: true, description: 'The tenant.', ignoreStdin: true}),
    to: Args.string({required: true, description: 'Its new name.', ignoreStdin: true}),
  }
  static override flags = {
    plan: planFlag,
    'display-name': Flags.string({summary: 'How people call it; stays when not given.'}),
  }

  async run(): Promise<RenameResult> {
    const {args, flags} = await this.parse(TenantRename)
    const [from, to] = [asTenantName(args.from), asTenantName(args.to)]
    await this.tools.workspace()
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: `tenant rename ${from} ${to}`,
      isPlanOnly: flags.plan,
      observe: () => this.planOne(from, to, flags['display-name']),
      apply: async (planned, applying) => {
        const [database, secrets] = [await this.tools.database(), await this.tools.secrets()]
        await applyRename(planned, {database, secrets, ...applying})
      },
    })

    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : `Tenant ${from} is ${to} now.`)
    return {applied, plan: plan.steps, from, to}
  }

  private async planOne(
    from: ReturnType<typeof asTenantName>,
    to: ReturnType<typeof asTenantName>,
    displayName: string | undefined,
  ): Promise<RenamePlan> {
    const database = await this.tools.database()
    const state = await observeDatabase(database)
    const renamed = state.tenants.find(({name}) => name === to)
    const isThere = state.tenants.some(({name}) => name === from)
    if (renamed !== undefined && !isThere && (await this.wasCutOff(from, to))) {
      const old = {...renamed, name: from, schema: schemaOf(from), login: loginOf(from)}
      return planRenamed(renamingTo(old, to))
    }
    return planRename(database, renamingTo(usableTenant(from, state), to, displayName))
  }

  /** The newest run of this very renaming has not said that it is through. */
  private async wasCutOff(from: string, to: string): Promise<boolean> {
    const runs = await (await this.tools.journal()).runs()
    const run = runs.findLast(({command}) => command === `tenant rename ${from} ${to}`)
    return run !== undefined && run.outcome !== 'done'
  }
}
