import {engineFlag, objectStoreFlag, planFlag, yesFlag} from '../cli/flags.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {planText} from '../cli/plan-text.js'
import {runPlan} from '../cli/run-plan.js'
import {servicesTable} from '../cli/services-table.js'
import {applySetup, planSetup, type SetupPlan} from '../cli/setup-plan.js'
import {observeDatabase} from '../features/migrations/state.js'
import {serviceViews, type ServiceView} from '../features/stack/status.js'
import type {Step} from '../ports/journal.js'

interface SetupResult {
  readonly workspace: string
  readonly engine: 'docker' | 'native'
  readonly why: string
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly later: readonly string[]
  readonly services: readonly ServiceView[]
  readonly tenants: readonly string[] | null
  readonly urls: Readonly<Record<string, string>>
}

export default class Setup extends MitraCommand {
  static override summary = 'From nothing to a working platform: services, database, tenants.'
  static override description =
    'Finds what the machine has, gets what is missing, makes the workspace, starts the services, migrates the database and fills the demo tenants. Run again it goes on where it stopped, and changes nothing when all is there.'
  static override examples = [
    '<%= config.bin %> setup --yes',
    '<%= config.bin %> setup --plan',
    '<%= config.bin %> setup --engine native --object-store minio',
  ]
  static override flags = {
    plan: planFlag,
    yes: yesFlag,
    engine: engineFlag,
    'object-store': objectStoreFlag,
  }

  async run(): Promise<SetupResult> {
    const {flags} = await this.parse(Setup)
    this.tools.override({engine: flags.engine, 'objectStore.provider': flags['object-store']})
    const {engine, why} = await this.tools.engine()
    const {steps, plan, applied} = await this.inTwoPlans(flags)

    const services = serviceViews(await (await this.tools.stack(plan.start.ports)).states())
    const tenants = flags.plan ? null : await this.tenantNames(plan)
    const urls = Object.fromEntries(services.map(({name, url}) => [name, url]))
    const {layout} = await this.tools.prospect()
    if (flags.plan) this.exitWithPlan(steps.length)
    this.log(
      flags.plan
        ? [planText(steps), ...plan.later.map((part) => `Planned later: ${part}.`)].join('\n')
        : setupText({applied, services, tenants: tenants ?? [], root: layout.root, engine, why}),
    )
    const later = flags.plan ? plan.later : []
    return {
      workspace: layout.root,
      engine,
      why,
      applied,
      plan: steps,
      later,
      services,
      tenants,
      urls,
    }
  }

  /** A stopped database is started by a first plan and then asked by a second. */
  private async inTwoPlans(flags: {plan: boolean; yes: boolean}) {
    const first = await this.onePlan(flags)
    if (flags.plan || first.plan.later.length === 0) return {...first, steps: first.plan.steps}
    const second = await this.onePlan(flags)
    return {
      plan: second.plan,
      applied: first.applied || second.applied,
      steps: [...first.plan.steps, ...second.plan.steps],
    }
  }

  private onePlan(flags: {plan: boolean; yes: boolean}) {
    return runPlan<SetupPlan>({
      tools: this.tools,
      command: 'setup',
      isPlanOnly: flags.plan,
      confirm: {question: 'Do this?', yes: flags.yes},
      observe: () => planSetup(this.tools),
      apply: (plan, applying) => applySetup(this.tools, plan, applying),
    })
  }

  private async tenantNames({start}: SetupPlan): Promise<readonly string[]> {
    const state = await observeDatabase(await this.tools.database(start.ports))
    return state.tenants.map((tenant) => tenant.name)
  }
}

interface SetupView {
  readonly applied: boolean
  readonly services: readonly ServiceView[]
  readonly tenants: readonly string[]
  readonly root: string
  readonly engine: string
  readonly why: string
}

function setupText({applied, services, tenants, root, engine, why}: SetupView): string {
  const first = applied ? 'Done.' : 'Nothing to do: all of it was there.'
  const [tenant = 'lic'] = tenants
  return [
    servicesTable(services),
    '',
    `${first} Workspace ${root}; engine ${engine} (${why}).`,
    `Tenants: ${tenants.join(', ')}. Passwords are in .mitra/secrets.json.`,
    '',
    'Next:',
    `  mitra db query "select count(*) from users" --tenant ${tenant}`,
    '  mitra tenant create bajaj',
    '  mitra status',
  ].join('\n')
}
