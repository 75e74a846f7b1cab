import {Flags} from '@oclif/core'
import {workspaceMigrations} from '../../cli/database-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {table} from '../../cli/table.js'
import {countPending, planMigrations} from '../../features/migrations/plan.js'
import {observeDatabase} from '../../features/migrations/state.js'

interface TargetStatus {
  readonly target: string
  readonly applied: number
  readonly pending: readonly string[]
}

interface DbStatusResult {
  readonly pendingMigrations: number
  readonly targets: readonly TargetStatus[]
}

export default class DbStatus extends MitraCommand {
  static override summary = 'Show which migrations shared_schema and each tenant have.'
  static override examples = ['<%= config.bin %> db status', '<%= config.bin %> db status --check']
  static override flags = {check: Flags.boolean({summary: 'Exit 1 when something is pending.'})}

  async run(): Promise<DbStatusResult> {
    const {flags} = await this.parse(DbStatus)
    await this.tools.workspace()
    const state = await observeDatabase(await this.tools.database())
    const plan = planMigrations(await workspaceMigrations(this.tools), state)
    const pendingOf = new Map(plan.tenants.map(({tenant, pending}) => [tenant.id, pending]))
    const names = (files: readonly {version: string; name: string}[] = []) =>
      files.map(({version, name}) => `${version}_${name}`)
    const targets = [
      {target: 'shared_schema', applied: state.shared.size, pending: names(plan.shared)},
      ...state.tenants.map(({id, name}) => ({
        target: name,
        applied: state.byTenant.get(id)?.size ?? 0,
        pending: names(pendingOf.get(id)),
      })),
    ]
    const pendingMigrations = countPending(plan)
    const rows = targets.map(({target, applied, pending}) => [target, applied, pending.join(', ')])
    this.log(table(['Target', 'Applied', 'Pending'], rows))
    this.log(pendingMigrations === 0 ? '\nNothing is pending.' : '\nNext: mitra db migrate')
    if (flags.check && pendingMigrations > 0) this.exitWithFindings()
    return {pendingMigrations, targets}
  }
}
