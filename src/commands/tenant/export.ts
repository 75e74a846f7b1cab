import {join, resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {planFlag} from '../../cli/flags.js'
import {oneTenant, personGiven} from '../../cli/governance-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {table} from '../../cli/table.js'
import {
  applyExport,
  planExport,
  type ExportedRows,
  type ExportPlan,
} from '../../features/governance/export-person.js'
import type {Step} from '../../ports/journal.js'

interface ExportResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly tenant: string
  /** The key of the person in the tenant's users. */
  readonly person: string
  /** The folder that was written, or would be. */
  readonly folder: string
  readonly tables: readonly ExportedRows[]
}

export default class TenantExport extends MitraCommand {
  static override summary = 'Write everything that a tenant keeps about one person.'
  static override description =
    'As JSON and CSV with a manifest, readable by you alone, from one snapshot of the database. Which rows are a person’s follows from the foreign keys and from retention.yml; rows about others that only name the person are listed by key. Password hashes and tokens are left out.'
  static override examples = [
    '<%= config.bin %> tenant export lic --person 6f1c0a52-0f0e-4c3b-9a51-0d6f8f6b2c11',
    '<%= config.bin %> tenant export lic --person asha@example.in --plan',
    'echo asha@example.in | <%= config.bin %> tenant export lic --person - --to ./asha',
  ]
  static override args = {name: Args.string({required: true, description: 'The tenant.'})}
  static override flags = {
    person: Flags.string({
      required: true,
      summary: 'Key, e-mail address or phone number; - reads it from standard input.',
    }),
    to: Flags.string({summary: 'The folder to write; it must not be there yet.'}),
    plan: planFlag,
  }

  async run(): Promise<ExportResult> {
    const {args, flags} = await this.parse(TenantExport)
    const tenant = await oneTenant(this.tools, args.name)
    const given = await personGiven(flags.person)
    const at = this.tools.clock().now()
    const folder = await this.folderFor(tenant.name, flags.to, at)
    const tools = {
      database: await this.tools.database(),
      rules: await this.tools.retentionRules(),
    }
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: `tenant export ${tenant.name}`,
      isPlanOnly: flags.plan,
      observe: () => planExport(tenant, given, tools),
      apply: async ({person}, {run, progress}) => {
        const step = `tenant.export.${tenant.name}`
        progress.started(step)
        const folders = await this.tools.privateFolders()
        await applyExport(tenant, {person, to: folder, at}, {...tools, folders})
        await run.done(step)
      },
    })
    const {person, tables, steps} = plan
    if (flags.plan) this.exitWithPlan(steps.length)
    this.log(exportText(plan, folder, applied))
    return {applied, plan: steps, tenant: tenant.name, person, folder, tables}
  }

  private async folderFor(tenant: string, to: string | undefined, at: Date): Promise<string> {
    if (to !== undefined) return resolve(to)
    const {layout} = await this.tools.workspace()
    const stamp = at.toISOString().replaceAll(/[-:]/g, '').slice(0, 15)
    return join(layout.state, 'exports', `${tenant}-${stamp}`)
  }
}

function exportText({tables, steps}: ExportPlan, folder: string, applied: boolean): string {
  const rows = tables.map((one) => [one.table, one.rows, one.purpose ?? ''])
  const end = applied ? `Written to ${folder}.` : `${planText(steps)}\nThe folder: ${folder}`
  return `${table(['Table', 'Rows', 'Purpose'], rows)}\n\n${end}`
}
