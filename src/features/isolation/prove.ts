import {MitraError} from '../../errors.js'
import type {Database} from '../../ports/database.js'
import {catalogRules} from './all-rules.js'
import type {IsolationFinding} from './finding.js'
import {findInCatalog} from './find-in-catalog.js'
import {readRegistry, type RegisteredTenant} from './registry.js'

/** What was asked for: nothing chosen means everything. */
export interface ProofScope {
  readonly names: readonly string[]
  readonly rules: readonly string[]
}

export interface IsolationProof {
  /** How many were looked at. */
  readonly tenants: number
  readonly rules: number
  readonly findings: readonly IsolationFinding[]
}

interface ProofTools {
  readonly database: Database
  /** The error for a name that the registry does not have. */
  readonly unknownTenant: (name: string, known: readonly string[]) => MitraError
}

/** Looks for what opens the wall between tenants. Changes nothing. */
export async function proveIsolation(
  {names, rules: wanted}: ProofScope,
  {database, unknownTenant}: ProofTools,
): Promise<IsolationProof> {
  const rules = chosenRules(wanted)
  const session = await database.connect({role: 'admin'}, {applicationName: 'mitra tenant check'})
  try {
    const tenants = chosenTenants(await readRegistry(session), names, unknownTenant)
    const findings = await findInCatalog(session, rules, names)
    return {tenants: tenants.length, rules: rules.length, findings}
  } finally {
    await session.close()
  }
}

function chosenRules(wanted: readonly string[]) {
  const known = catalogRules.map(({id}) => id)
  const unknown = wanted.find((id) => !known.includes(id))
  if (unknown !== undefined) {
    throw new MitraError('usage', 'UNKNOWN_RULE', `No such rule: ${unknown}.`, {
      hints: [`The rules are ${known.join(', ')}.`],
    })
  }
  return wanted.length === 0 ? catalogRules : catalogRules.filter(({id}) => wanted.includes(id))
}

function chosenTenants(
  registered: readonly RegisteredTenant[],
  names: readonly string[],
  unknownTenant: ProofTools['unknownTenant'],
): readonly RegisteredTenant[] {
  const known = registered.map(({name}) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw unknownTenant(unknown, known)
  return names.length === 0 ? registered : registered.filter(({name}) => names.includes(name))
}
