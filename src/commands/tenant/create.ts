import {Args, Flags} from '@oclif/core'
import {sharedPending, tenantTools, workspaceMigrations} from '../../cli/database-work.js'
import {refuseClosed} from '../../cli/closed-tenants.js'
import {planFlag} from '../../cli/flags.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {MitraError} from '../../errors.js'
import {planMigrations} from '../../features/migrations/plan.js'
import {observeDatabase} from '../../features/migrations/state.js'
import {applyCreate, planTenants} from '../../features/tenants/create.js'
import {applyFill, fillStep} from '../../features/tenants/demo.js'
import {asTenantName, type TenantName} from '../../features/tenants/names.js'
import type {Step} from '../../ports/journal.js'

interface CreateResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly tenant: string
  readonly schema: string
  readonly login: string
}

export default class TenantCreate extends MitraCommand {
  static override summary = 'Create a tenant: a schema, all its tables and a login of its own.'
  static override description =
    'All of it in one transaction: the tenant is there whole or not at all. The login sees its own rows and nothing else; its password is kept in .mitra/secrets.json.'
  static override examples = [
    '<%= config.bin %> tenant create bajaj --display-name "Bajaj Allianz"',
    '<%= config.bin %> tenant create sbi --demo',
  ]
  static override args = {name: Args.string({required: true, description: 'a-z, 0-9 and _.'})}
  static override flags = {
    plan: planFlag,
    'display-name': Flags.string({summary: 'The name for people.'}),
    demo: Flags.boolean({summary: 'Fill it with sample rows.'}),
  }

  async run(): Promise<CreateResult> {
    const {args, flags} = await this.parse(TenantCreate)
    const name = asTenantName(args.name)
    await this.tools.workspace()
    const migrations = await workspaceMigrations(this.tools)
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: `tenant create ${name}`,
      isPlanOnly: flags.plan,
      observe: () => this.planOne({name, displayName: flags['display-name'], demo: flags.demo}),
      apply: async ({create, steps}, applying) => {
        const parts = await tenantTools(this.tools, migrations, applying)
        await applyCreate(create, parts)
        const isFilled = steps.some((step) => step.id.startsWith('tenant.fill.'))
        if (isFilled) await Promise.all(create.map((tenant) => applyFill(tenant, parts)))
      },
    })

    if (applied) await this.refill(plan.spares - 1)
    const [tenant] = plan.create
    const {schema = '', login = ''} = tenant ?? {}
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : createText(name, schema, login))
    return {applied, plan: plan.steps, tenant: name, schema, login}
  }

  /** What was taken is made anew when the command has long ended. */
  private async refill(left: number): Promise<void> {
    const {config} = await this.tools.workspace()
    const wanted = config.values['tenants.spares']
    if (wanted === 0 || left >= wanted) return
    await (await this.tools.background()).start(['tenant', 'prewarm', '--background'])
  }

  private async planOne(wish: {name: TenantName; displayName: string | undefined; demo: boolean}) {
    const {name, displayName, demo} = wish
    const state = await observeDatabase(await this.tools.database())
    const existing = new Set(state.tenants.map((tenant) => tenant.name))
    if (existing.has(name)) throw exists(name)
    refuseClosed(name, state)
    const pending = planMigrations(await workspaceMigrations(this.tools), state)
    if (pending.needsBootstrap || pending.shared.length > 0) throw sharedPending()
    const behind = new Set(pending.tenants.map(({tenant}) => tenant.id))
    const spares = state.spares.filter(({id}) => !behind.has(id))
    const {create, steps} = planTenants([{name, displayName}], existing, spares)
    return {create, steps: demo ? [...steps, fillStep(name)] : steps, spares: spares.length}
  }
}

function exists(name: string): MitraError {
  return new MitraError('usage', 'TENANT_EXISTS', `Tenant ${name} is there already.`, {
    hints: [`mitra tenant show ${name}`],
  })
}

function createText(name: string, schema: string, login: string): string {
  return [
    `Tenant ${name} is there: schema ${schema}, login ${login}.`,
    `Next: mitra db query "select count(*) from users" --tenant ${name}`,
  ].join('\n')
}
