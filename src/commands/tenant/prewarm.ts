import {Flags} from '@oclif/core'
import {schemaBuilder, sharedPending, workspaceMigrations} from '../../cli/database-work.js'
import {planFlag} from '../../cli/flags.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf, planText} from '../../cli/plan-text.js'
import {runPlan, type Applying} from '../../cli/run-plan.js'
import {planMigrations} from '../../features/migrations/plan.js'
import {observeDatabase} from '../../features/migrations/state.js'
import {
  applySpares,
  observeSpares,
  planSpares,
  type SparesPlan,
} from '../../features/tenants/spares.js'
import {MitraError} from '../../errors.js'
import type {Step} from '../../ports/journal.js'

interface PrewarmResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** Spares that are ready when the plan is done. */
  readonly spares: number
}

export default class TenantPrewarm extends MitraCommand {
  static override summary = 'Make schemas ahead, so that the next tenants are there at once.'
  static override description =
    'A spare is a whole schema without a name of its own; `tenant create` renames it in a few milliseconds. Spares are migrated with the tenants and shown nowhere as such. `tenant create` fills them up again in the background, to as many as `tenants.spares` says; 0 turns that off.'
  static override examples = [
    '<%= config.bin %> tenant prewarm --count 5',
    '<%= config.bin %> tenant prewarm --count 0',
  ]
  static override flags = {
    plan: planFlag,
    count: Flags.integer({
      summary: 'How many there are to be; without it the setting tenants.spares.',
      min: 0,
      max: 100,
    }),
    background: Flags.boolean({
      summary: 'Without a journal and its lock: what `tenant create` starts.',
      hidden: true,
    }),
  }

  async run(): Promise<PrewarmResult> {
    const {flags} = await this.parse(TenantPrewarm)
    const {config} = await this.tools.workspace()
    const count = flags.count ?? config.values['tenants.spares']
    const observe = () => this.planTo(count)
    if (flags.background) return this.inBackground(await observe(), count)

    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'tenant prewarm',
      isPlanOnly: flags.plan,
      observe,
      apply: async (planned, applying) => {
        if (!(await this.make(planned, applying))) throw busy()
      },
    })
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : `${countOf(count, 'spare')} ready.`)
    return {applied, plan: plan.steps, spares: count}
  }

  private async planTo(count: number): Promise<SparesPlan> {
    const database = await this.tools.database()
    const pending = planMigrations(
      await workspaceMigrations(this.tools),
      await observeDatabase(database),
    )
    if (pending.needsBootstrap || pending.shared.length > 0) throw sharedPending()
    return planSpares(await observeSpares(database), count)
  }

  /**
   * A spare is a cache: nobody needs to know of it or to undo it, and each is one transaction. So the
   * background holds no lock that the next command would wait for.
   */
  private async inBackground(plan: SparesPlan, count: number): Promise<PrewarmResult> {
    const nothing = async () => undefined
    const run = {id: `background-${Date.now()}`, done: nothing, failed: nothing, end: nothing}
    const silent = () => undefined
    const progress = {started: silent, note: silent, finished: silent, failed: silent}
    const applied = plan.steps.length > 0 && (await this.make(plan, {run, progress}))
    return {applied, plan: plan.steps, spares: count}
  }

  private async make(plan: SparesPlan, applying: Applying): Promise<boolean> {
    const migrations = await workspaceMigrations(this.tools)
    const buildSchema = schemaBuilder(migrations, this.tools.version)
    return applySpares(plan, {...applying, database: await this.tools.database(), buildSchema})
  }
}

function busy(): MitraError {
  return new MitraError('locked', 'SPARES_BUSY', 'Another mitra makes spares of this database.', {
    hints: ['Wait until it has finished, then run the command again.'],
  })
}
