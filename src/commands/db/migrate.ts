import {Flags} from '@oclif/core'
import {planFlag} from '../../cli/flags.js'
import {migrateFlags, plannedText, sqlOfPlan} from '../../cli/migrate-plan.js'
import {applyWhole, planWhole} from '../../cli/migrate-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import type {StepSql} from '../../features/migrations/plan-sql.js'
import type {Step} from '../../ports/journal.js'

interface MigrateResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** The exact SQL by step; only with --plan. */
  readonly sql: readonly StepSql[]
}

export default class DbMigrate extends MitraCommand {
  static override summary = 'Run the migrations that are missing: shared_schema, then every tenant.'
  static override description =
    "Each target gets its files and their records in one transaction; a file that says transaction:false runs statement by statement and goes on where it was cut off. A tenant that fails does not stop the others; run again, only what is missing runs. The backend's own migrations follow, when mitra.yml names their command. --plan prints the SQL."
  static override examples = [
    '<%= config.bin %> db migrate --plan',
    '<%= config.bin %> db migrate --canary 5 --max-failures 3',
    '<%= config.bin %> db migrate --phase expand',
  ]
  static override flags = {
    plan: planFlag,
    ...migrateFlags,
    'max-failures': Flags.integer({
      min: 1,
      summary: 'Begin no other tenant after so many have failed.',
    }),
  }

  async run(): Promise<MigrateResult> {
    const {flags} = await this.parse(DbMigrate)
    const {phase, canary, lint} = flags
    await this.tools.workspace()
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: phase === undefined ? 'db migrate' : `db migrate --phase ${phase}`,
      isPlanOnly: flags.plan,
      observe: () => planWhole(this.tools, {lint, phase, canary}),
      apply: (planned, applying) =>
        applyWhole(planned, this.tools, {applying, maxFailures: flags['max-failures']}),
    })

    const sql = flags.plan ? await sqlOfPlan(this.tools, plan) : []
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? plannedText(plan.steps, sql) : migrateText(plan.steps.length))
    return {applied, plan: plan.steps, sql}
  }
}

function migrateText(count: number): string {
  return count === 0
    ? 'Nothing to do: every tenant has every migration.'
    : `${countOf(count, 'step')} done.`
}
