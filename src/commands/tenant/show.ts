import {Args} from '@oclif/core'
import {MitraCommand} from '../../cli/mitra-command.js'
import {table} from '../../cli/table.js'
import {observeDatabase, type TenantState} from '../../features/migrations/state.js'
import {noSuchTenant, tenantLogin} from '../../features/tenants/login.js'
import {asTenantName} from '../../features/tenants/names.js'
import {countTables, type TableCount} from '../../features/tenants/show.js'

interface ShowResult {
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly schema: string
  readonly login: string
  readonly createdAt: string
  readonly state: TenantState
  readonly migrations: number
  /** Without the password: that is in .mitra/secrets.json under `tenant.<name>`. */
  readonly url: string
  readonly tables: readonly TableCount[]
}

export default class TenantShow extends MitraCommand {
  static override summary = 'Show one tenant: its schema, its login, its tables.'
  static override examples = ['<%= config.bin %> tenant show lic']
  static override args = {name: Args.string({required: true, description: 'The tenant.'})}

  async run(): Promise<ShowResult> {
    const {args} = await this.parse(TenantShow)
    const name = asTenantName(args.name)
    await this.tools.workspace()
    const database = await this.tools.database()
    const state = await observeDatabase(database)
    const tenant = state.tenants.find((one) => one.name === name)
    if (tenant === undefined)
      throw noSuchTenant(
        name,
        state.tenants.map((one) => one.name),
      )
    const login = await tenantLogin(name, {database, secrets: await this.tools.secrets()})
    const tables = await countTables(database, login)
    const {postgres} = await this.tools.ports()
    const url = `postgresql://${tenant.login}@127.0.0.1:${postgres}/${database.name}`
    const result = {...tenant, migrations: state.byTenant.get(tenant.id)?.size ?? 0, url, tables}
    this.log(showText(result))
    return result
  }
}

function showText({displayName, schema, login, url, name, tables}: ShowResult): string {
  const rows = tables.map((entry) => [entry.table, entry.rows])
  return [
    `${displayName}: schema ${schema}, login ${login}`,
    `${url} (password: tenant.${name} in .mitra/secrets.json)`,
    '',
    table(['Table', 'Rows'], rows),
  ].join('\n')
}
