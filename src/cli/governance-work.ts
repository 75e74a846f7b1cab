import type {TenantRecord} from '../features/migrations/state.js'
import {observeDatabase} from '../features/migrations/state.js'
import {noSuchTenant} from '../features/tenants/login.js'
import {asTenantName} from '../features/tenants/names.js'
import {refuseClosed} from './closed-tenants.js'
import {sharedPending} from './database-work.js'
import type {Tools} from './tools.js'

/** The tenants named, all of them where none is; one that is not there or half there is an error. */
export async function chosenTenants(
  tools: Tools,
  names: readonly string[],
): Promise<readonly TenantRecord[]> {
  const wanted = names.map((name) => asTenantName(name))
  await tools.workspace()
  const state = await observeDatabase(await tools.database())
  if (!state.isBootstrapped) throw sharedPending()
  if (wanted.length === 0) return state.tenants
  const known = new Map(state.tenants.map((tenant) => [tenant.name, tenant]))
  return wanted.map((name) => {
    refuseClosed(name, state)
    const tenant = known.get(name)
    if (tenant === undefined) throw noSuchTenant(name, [...known.keys()])
    return tenant
  })
}
