import {MitraError} from '../errors.js'
import type {TenantRecord} from '../features/migrations/state.js'
import {observeDatabase} from '../features/migrations/state.js'
import {noSuchTenant} from '../features/tenants/login.js'
import {asTenantName} from '../features/tenants/names.js'
import {refuseClosed} from './closed-tenants.js'
import {sharedPending} from './database-work.js'
import {readStdin} from './stdin.js'
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

export async function oneTenant(tools: Tools, name: string): Promise<TenantRecord> {
  const [tenant] = await chosenTenants(tools, [name])
  if (tenant === undefined) throw noSuchTenant(name, [])
  return tenant
}

/** Who is meant, from the flag or, for `-`, from standard input: arguments are seen by everybody. */
export async function personGiven(flag: string): Promise<string> {
  const given = (flag === '-' ? await readStdin() : flag).trim()
  if (given !== '') return given
  throw new MitraError('usage', 'NO_PERSON_GIVEN', 'Nobody was named.', {
    hints: ['--person takes a key, an e-mail address or a phone number.'],
  })
}
