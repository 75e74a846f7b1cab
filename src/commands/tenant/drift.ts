import {driftText} from '../../cli/drift-text.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {observeDrift, type DriftReport} from '../../features/migrations/drift/report.js'

export default class TenantDrift extends MitraCommand {
  static override summary = 'Find tenants whose schema differs from the others or from the ledger.'
  static override description =
    'The whole fleet in one statement: columns, defaults, indexes, constraints, row level security, policies, triggers, functions, types, grants, owners, partitions. Tenants that are equal are one cluster; the norm is what the ledger recorded, else the largest. Changes nothing; exits 1 when something differs. Tells the SQL that repairs it where no rows can be lost.'
  static override examples = [
    '<%= config.bin %> tenant drift',
    '<%= config.bin %> tenant drift --json',
  ]

  async run(): Promise<DriftReport> {
    await this.parse(TenantDrift)
    await this.tools.workspace()
    const report = await observeDrift(await this.tools.database())
    this.log(driftText(report))
    if (report.findings.length > 0) this.exitWithFindings()
    return report
  }
}
