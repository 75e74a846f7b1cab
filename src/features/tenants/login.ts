import {closest, distance} from 'fastest-levenshtein'
import {MitraError} from '../../errors.js'
import type {Database, Login} from '../../ports/database.js'
import type {Secrets} from '../../ports/secrets.js'
import {asTenantName, loginOf, secretOf} from './names.js'

/** The login of a tenant, with its password from this workspace. */
export async function tenantLogin(
  text: string,
  {database, secrets}: {readonly database: Database; readonly secrets: Secrets},
): Promise<Login> {
  const name = asTenantName(text)
  const password = await secrets.get(secretOf(name))
  if (password !== undefined) return {role: 'tenant', user: loginOf(name), password}
  throw noSuchTenant(name, await tenantNames(database))
}

export function noSuchTenant(name: string, known: readonly string[]): MitraError {
  const near = known.length === 0 ? undefined : closest(name, [...known])
  const isNear = near !== undefined && distance(name, near) <= 2
  return new MitraError('usage', 'NO_TENANT', `No such tenant: ${name}.`, {
    hints: [
      ...(isNear ? [`Did you mean ${near}?`] : []),
      known.length === 0 ? 'There are no tenants yet.' : `The tenants are ${known.join(', ')}.`,
      `mitra tenant create ${name}`,
    ],
  })
}

async function tenantNames(database: Database): Promise<readonly string[]> {
  const session = await database.connect({role: 'migrator'})
  try {
    const {rows} = await session.query('SELECT name FROM shared_schema.tenants ORDER BY name')
    return rows.map(([name]) => String(name))
  } finally {
    await session.close()
  }
}
