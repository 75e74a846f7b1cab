import {MitraCommand} from '../../cli/mitra-command.js'
import {table} from '../../cli/table.js'
import {observeDatabase, type TenantRecord} from '../../features/migrations/state.js'

export default class TenantList extends MitraCommand {
  static override summary = 'List the tenants.'
  static override examples = ['<%= config.bin %> tenant list']

  async run(): Promise<{tenants: readonly TenantRecord[]}> {
    await this.parse(TenantList)
    await this.tools.workspace()
    const state = await observeDatabase(await this.tools.database())
    const tenants = [...state.tenants, ...state.closed].toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    )
    const rows = tenants.map(({name, displayName, schema, login, state: of}) => [
      name,
      displayName,
      schema,
      login,
      of === 'active' ? '' : of,
    ])
    this.log(table(['Tenant', 'Name', 'Schema', 'Login', ''], rows))
    return {tenants}
  }
}
