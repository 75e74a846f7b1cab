import {createHash} from 'node:crypto'
import {userInfo} from 'node:os'
import {MitraError} from '../errors.js'
import type {EraseRequest} from '../features/governance/erase-apply.js'
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

const requestPattern = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/

/** Who asks for an erasure, when and under which rules. */
export async function eraseRequest(
  tools: Tools,
  request: string | undefined,
): Promise<EraseRequest> {
  if (request !== undefined && !requestPattern.test(request)) {
    throw new MitraError('usage', 'REQUEST_NUMBER', 'That is no number of a request.', {
      hints: ['Letters, digits and . _ / - only: the certificate must not name anybody.'],
    })
  }
  const {file} = await tools.retentionRules()
  const rules = (await (await tools.files()).read(file)) ?? ''
  return {
    by: userInfo().username,
    request: request ?? null,
    at: tools.clock().now(),
    toolVersion: tools.version,
    rulesDigest: createHash('sha256').update(rules).digest('hex'),
  }
}

/** For what changes the world: the names, or `--all`, never all by leaving something out. */
export function namesOrAll(names: readonly string[], isAll: boolean): readonly string[] {
  if (names.length > 0 ? !isAll : isAll) return names
  const message = isAll ? 'Either names or --all, not both.' : 'Which tenants? None is named.'
  throw new MitraError('usage', 'WHICH_TENANTS', message, {
    hints: ['Name them, or say --all.', 'mitra tenant list'],
  })
}
