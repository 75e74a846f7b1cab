import {Flags} from '@oclif/core'
import {planFlag} from '../../cli/flags.js'
import {applyWhole, planWhole} from '../../cli/migrate-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf, planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {planSql, stepSqlText, type StepSql} from '../../features/migrations/plan-sql.js'
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
    lint: Flags.boolean({
      default: true,
      allowNo: true,
      summary: 'Look at what is pending first and refuse what is unsafe.',
    }),
    phase: Flags.option({
      options: ['expand', 'contract'] as const,
      summary: 'Only files of this phase of a deploy; a file without a mark is of expand.',
    })(),
    canary: Flags.integer({
      min: 1,
      summary: 'So many tenants first; the others only when all of these went well.',
    }),
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

    const database = (await this.tools.database()).name
    const toolVersion = this.tools.version
    const sql = flags.plan ? planSql(plan, {database, toolVersion}) : []
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(
      flags.plan
        ? [planText(plan.steps), ...sql.map(stepSqlText)].join('\n\n')
        : migrateText(plan.steps.length),
    )
    return {applied, plan: plan.steps, sql}
  }
}

function migrateText(count: number): string {
  return count === 0
    ? 'Nothing to do: every tenant has every migration.'
    : `${countOf(count, 'step')} done.`
}
