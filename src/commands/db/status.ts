import {Flags} from '@oclif/core'
import {workspaceMigrations} from '../../cli/database-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {table} from '../../cli/table.js'
import {
  fleetStatus,
  tenantStatus,
  type FleetStatus,
  type TenantVersion,
  type VersionStatus,
} from '../../features/migrations/status.js'

interface DbStatusResult extends FleetStatus {
  /** With --tenant: file by file. */
  readonly tenant: {readonly name: string; readonly versions: readonly TenantVersion[]} | null
}

export default class DbStatus extends MitraCommand {
  static override summary = 'Show which migrations ran, and in how many tenants.'
  static override examples = [
    '<%= config.bin %> db status',
    '<%= config.bin %> db status --tenant lic',
    '<%= config.bin %> db status --check',
  ]
  static override flags = {
    check: Flags.boolean({summary: 'Exit 1 when something is pending.'}),
    tenant: Flags.string({char: 't', summary: 'One tenant, file by file.'}),
  }

  async run(): Promise<DbStatusResult> {
    const {flags} = await this.parse(DbStatus)
    await this.tools.workspace()
    const database = await this.tools.database()
    const migrations = await workspaceMigrations(this.tools)
    const fleet = await fleetStatus(database, migrations)
    const name = flags.tenant
    const tenant =
      name === undefined ? null : {name, versions: await tenantStatus(database, migrations, name)}
    const pending =
      tenant === null
        ? fleet.pendingMigrations
        : tenant.versions.filter(({state}) => state !== 'done').length
    this.log(tenant === null ? fleetText(fleet) : tenantText(tenant.versions))
    this.log(pending === 0 ? '\nNothing is pending.' : '\nNext: mitra db migrate --plan')
    if (flags.check && pending > 0) this.exitWithFindings()
    return {...fleet, tenant}
  }
}

function fleetText({versions, tenants}: FleetStatus): string {
  const rows = versions.map((one) => [
    one.scope === 'shared' ? 'shared_schema' : 'tenants',
    `${one.version}_${one.name}`,
    one.phase ?? '',
    one.scope === 'shared' ? yesOrNo(one) : `${figure(one.applied)} of ${figure(tenants)}`,
    missingText(one),
  ])
  return table(['Where', 'Migration', 'Phase', 'Applied', 'Missing in'], rows)
}

function yesOrNo({applied}: VersionStatus): string {
  return applied > 0 ? 'yes' : 'no'
}

function missingText({scope, missing, unfinished, examples}: VersionStatus): string {
  const half = unfinished > 0 ? `${figure(unfinished)} begun and not through` : ''
  if (scope === 'shared' || missing === 0) return half
  const more = missing - examples.length - unfinished
  const names = more > 0 ? `${examples.join(', ')} and ${figure(more)} more` : examples.join(', ')
  return [names, half].filter((text) => text !== '').join('; ')
}

function tenantText(versions: readonly TenantVersion[]): string {
  const rows = versions.map(({version, name, state, appliedAt, milliseconds}) => [
    `${version}_${name}`,
    state,
    appliedAt?.slice(0, 19) ?? '',
    milliseconds === null ? '' : `${milliseconds.toFixed(1)} ms`,
  ])
  return table(['Migration', 'State', 'At', 'Took'], rows)
}

function figure(count: number): string {
  return count.toLocaleString('en')
}
