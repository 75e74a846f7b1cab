import {Flags} from '@oclif/core'
import {workspaceMigrations} from '../../cli/database-work.js'
import {planFlag} from '../../cli/flags.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf, planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {applyBootstrap} from '../../features/migrations/bootstrap.js'
import {applyMigrations} from '../../features/migrations/apply.js'
import {pendingFiles, planMigrations, type MigrationPlan} from '../../features/migrations/plan.js'
import {migrationScript} from '../../features/migrations/sql.js'
import {observeDatabase} from '../../features/migrations/state.js'
import type {Step} from '../../ports/journal.js'

interface MigrateResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** The exact SQL by step; only with --plan. */
  readonly sql: Readonly<Record<string, string>>
}

export default class DbMigrate extends MitraCommand {
  static override summary = 'Run the migrations that are missing: shared_schema, then every tenant.'
  static override description =
    'Each target gets its files and their records in one transaction. A tenant that fails does not stop the others; run again, only what is missing runs. --plan prints the SQL.'
  static override examples = ['<%= config.bin %> db migrate --plan', '<%= config.bin %> db migrate']
  static override flags = {
    plan: planFlag,
    lint: Flags.boolean({
      default: true,
      allowNo: true,
      summary: 'Look at what is pending first and refuse what is unsafe.',
    }),
  }

  async run(): Promise<MigrateResult> {
    const {flags} = await this.parse(DbMigrate)
    const {config} = await this.tools.workspace()
    const [database, secrets] = [await this.tools.database(), await this.tools.secrets()]
    const migrations = await workspaceMigrations(this.tools)
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'db migrate',
      isPlanOnly: flags.plan,
      observe: async () => {
        const found = planMigrations(migrations, await observeDatabase(database))
        if (flags.lint && found.steps.length > 0) {
          const {refuseUnsafeMigrations} = await import('../../cli/migration-lint.js')
          await refuseUnsafeMigrations(this.tools, migrations, pendingFiles(found))
        }
        return found
      },
      apply: async (planned, applying) => {
        const {scramVerifier: verifierOf} = await import('../../adapters/scram/verifier.js')
        if (planned.needsBootstrap) {
          await applyBootstrap({database, secrets, verifierOf, run: applying.run})
        }
        const connections = config.values['database.connections']
        const parts = {database, clock: this.tools.clock(), toolVersion: this.tools.version}
        await applyMigrations(planned, {...parts, ...applying, connections})
      },
    })

    const sql = flags.plan ? sqlOf(plan, this.tools.version) : {}
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planWithSql(plan, sql) : migrateText(plan.steps.length))
    return {applied, plan: plan.steps, sql}
  }
}

function sqlOf(plan: MigrationPlan, toolVersion: string): Readonly<Record<string, string>> {
  const marks = {runId: '(the id of the run)', toolVersion}
  const shared = plan.shared.map((file) => [
    `db.shared.${file.version}`,
    migrationScript([file], undefined, marks).sql,
  ])
  const tenants = plan.tenants.map(({tenant, pending}) => [
    `db.tenant.${tenant.name}`,
    migrationScript(pending, tenant, marks).sql,
  ])
  return Object.fromEntries([...shared, ...tenants])
}

function planWithSql(plan: MigrationPlan, sql: Readonly<Record<string, string>>): string {
  const scripts = Object.entries(sql).map(([step, text]) => `\n-- ${step}\n${text}`)
  return [planText(plan.steps), ...scripts].join('\n')
}

function migrateText(count: number): string {
  return count === 0
    ? 'Nothing to do: every tenant has every migration.'
    : `${countOf(count, 'step')} done.`
}
