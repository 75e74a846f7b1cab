import {Flags} from '@oclif/core'
import {workspaceMigrations} from '../../cli/database-work.js'
import {planFlag, yesFlag} from '../../cli/flags.js'
import {migrateParts} from '../../cli/migrate-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf, planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {stepSqlText, type StepSql} from '../../features/migrations/plan-sql.js'
import {applyRollback, planRollback, rollbackSql} from '../../features/migrations/rollback.js'
import {observeDatabase} from '../../features/migrations/state.js'
import type {Step} from '../../ports/journal.js'

interface RollbackResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** The exact SQL by step; only with --plan. */
  readonly sql: readonly StepSql[]
}

export default class DbRollback extends MitraCommand {
  static override summary = 'Take the newest migration back in every tenant that has it.'
  static override description =
    "Runs what stands under `-- migrate:down`, with the removal of its record, in one transaction for each tenant. Rows that only the migration's tables hold are gone."
  static override examples = [
    '<%= config.bin %> db rollback --plan',
    '<%= config.bin %> db rollback --steps 2 --yes',
    '<%= config.bin %> db rollback --to 20260101000700',
  ]
  static override flags = {
    plan: planFlag,
    yes: yesFlag,
    steps: Flags.integer({
      min: 1,
      summary: 'So many versions, the newest first.',
      exclusive: ['to'],
    }),
    to: Flags.string({summary: 'All versions after this one.'}),
    shared: Flags.boolean({summary: 'In shared_schema instead of the tenants.'}),
  }

  async run(): Promise<RollbackResult> {
    const {flags} = await this.parse(DbRollback)
    await this.tools.workspace()
    const database = await this.tools.database()
    const migrations = await workspaceMigrations(this.tools)
    const {shared: isShared, to, steps} = flags
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'db rollback',
      isPlanOnly: flags.plan,
      confirm: {question: 'Take this back?', yes: flags.yes},
      observe: async () =>
        planRollback(migrations, await observeDatabase(database), {isShared, to, steps}),
      apply: async (planned, applying) =>
        applyRollback(planned, {...(await migrateParts(this.tools)), ...applying}),
    })

    const sql = flags.plan ? rollbackSql(plan) : []
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(
      flags.plan
        ? [planText(plan.steps), ...sql.map(stepSqlText)].join('\n\n')
        : rollbackText(plan.steps.length),
    )
    return {applied, plan: plan.steps, sql}
  }
}

function rollbackText(count: number): string {
  return count === 0
    ? 'Nothing to take back.'
    : `${countOf(count, 'step')} done.\nNext: mitra db status`
}
