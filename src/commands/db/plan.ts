import {migrateFlags, plannedText, sqlOfPlan} from '../../cli/migrate-plan.js'
import {planWhole} from '../../cli/migrate-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import type {StepSql} from '../../features/migrations/plan-sql.js'
import type {Step} from '../../ports/journal.js'

interface PlanResult {
  readonly plan: readonly Step[]
  /** The exact SQL by step. */
  readonly sql: readonly StepSql[]
}

export default class DbPlan extends MitraCommand {
  static override summary = 'Show what db migrate would do, and the exact SQL. Changes nothing.'
  static override description =
    'The same as db migrate --plan. Exits 2 when there is something to do.'
  static override examples = [
    '<%= config.bin %> db plan',
    '<%= config.bin %> db plan --phase contract --json',
  ]
  static override flags = migrateFlags

  async run(): Promise<PlanResult> {
    const {flags} = await this.parse(DbPlan)
    await this.tools.workspace()
    const plan = await planWhole(this.tools, flags)
    const sql = await sqlOfPlan(this.tools, plan)
    this.exitWithPlan(plan.steps.length)
    this.log(plannedText(plan.steps, sql))
    return {plan: plan.steps, sql}
  }
}
