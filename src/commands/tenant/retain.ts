import {join} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {planFlag, yesFlag} from '../../cli/flags.js'
import {chosenTenants, namesOrAll} from '../../cli/governance-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf, planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {applyRetain} from '../../features/governance/retain-apply.js'
import {
  planRetain,
  retainFailure,
  type RetainFinding,
  type RetainPlan,
} from '../../features/governance/retain-plan.js'
import type {Step} from '../../ports/journal.js'

interface RetainResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly tenants: number
  readonly findings: readonly RetainFinding[]
}

export default class TenantRetain extends MitraCommand {
  static override summary =
    'Keep data as the rules say: partitions ahead, evidence sealed, what is past its time gone.'
  static override description =
    'For cron: mitra tenant retain --all --yes. Makes the monthly and provider partitions that will be needed and moves rows out of the default partitions; seals the evidence, and the journal remembers the seal; deletes, empties, archives or drops what retention.yml says is past its time. Each step is safe against being cut off; the next run goes on. Exits 1 when rows lie where no partition can be made for them.'
  static override examples = [
    '<%= config.bin %> tenant retain --all --plan',
    '<%= config.bin %> tenant retain lic hdfc --yes',
  ]
  static override strict = false
  static override args = {name: Args.string({description: 'Only these tenants. Repeatable.'})}
  static override flags = {
    all: Flags.boolean({summary: 'Every tenant.'}),
    plan: planFlag,
    yes: yesFlag,
  }

  async run(): Promise<RetainResult> {
    const {argv, flags} = await this.parse(TenantRetain)
    const names = namesOrAll(argv.map(String), flags.all)
    const chosen = await chosenTenants(this.tools, names)
    const {config, layout} = await this.tools.workspace()
    const parts = {
      database: await this.tools.database(),
      rules: await this.tools.retentionRules(),
      now: this.tools.clock().now(),
      connections: config.values['database.connections'],
    }
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: ['tenant retain', ...(flags.all ? ['--all'] : names)].join(' '),
      isPlanOnly: flags.plan,
      confirm: {question: 'Do all of this?', yes: flags.yes},
      observe: () => planRetain(chosen, parts),
      apply: async (planned, applying) => {
        const archives = await this.tools.archives()
        const files = await this.tools.files()
        const folder = join(layout.state, 'retired')
        const clock = this.tools.clock()
        await applyRetain(planned, {...parts, ...applying, archives, files, folder, clock})
      },
    })
    const unseen = retainFailure(plan.unseen, chosen.length)
    if (unseen !== undefined) throw unseen
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    else if (plan.findings.length > 0) this.exitWithFindings()
    this.log(retainText(plan, {tenants: chosen.length, isPlan: flags.plan}))
    return {applied, plan: plan.steps, tenants: chosen.length, findings: plan.findings}
  }
}

function retainText(
  {steps, findings}: RetainPlan,
  {tenants, isPlan}: {readonly tenants: number; readonly isPlan: boolean},
): string {
  const looked = countOf(tenants, 'tenant')
  const done =
    steps.length === 0
      ? `Nothing to do: ${looked} as the rules say.`
      : `${countOf(steps.length, 'step')} done: ${looked}.`
  const found = findings.map(({message}) => message)
  return [isPlan ? planText(steps) : done, ...found].join('\n')
}
