import {MitraError} from '../../errors.js'
import {catalogRules} from './all-rules.js'
import {citusRules} from './citus/citus-rules.js'
import type {CatalogRule, IsolationFinding, RuleText} from './finding.js'
import {findInCatalog} from './find-in-catalog.js'
import {probeFleet, type FleetTools} from './probes/probe-fleet.js'
import {probeRules} from './probes/probe-rules.js'
import type {Untried} from './probes/probe-tenant.js'
import {readRegistry, type RegisteredTenant} from './registry.js'

/** What was asked for: nothing chosen means everything. */
export interface ProofScope {
  readonly names: readonly string[]
  readonly rules: readonly string[]
  /** `static` reads the catalogues and tries nothing; `citus` looks for what stands in its way instead. */
  readonly look: 'full' | 'static' | 'citus'
}

export interface IsolationProof {
  /** How many were looked at. */
  readonly tenants: number
  readonly rules: number
  /** How many statements were tried. */
  readonly attempts: number
  readonly findings: readonly IsolationFinding[]
  readonly untried: readonly Untried[]
}

interface ProofTools extends FleetTools {
  /** The error for a name that the registry does not have. */
  readonly unknownTenant: (name: string, known: readonly string[]) => MitraError
}

/** Looks for what opens the wall between tenants, then tries to get over it. Changes nothing. */
export async function proveIsolation(
  scope: ProofScope,
  tools: ProofTools,
): Promise<IsolationProof> {
  const chosen = chosenRules(scope)
  const read = [...catalogRules, ...citusRules].filter(({id}) => chosen.has(id))
  const {all, tenants, found} = await readFleet(scope.names, read, tools)
  const isProbed = probeRules.some(({id}) => chosen.has(id))
  const tried = isProbed ? await probeFleet(tenants, all, tools) : nothingTried
  return {
    tenants: tenants.length,
    rules: chosen.size,
    attempts: tried.attempts,
    findings: [...found, ...tried.findings.filter(({rule}) => chosen.has(rule))],
    untried: tried.untried,
  }
}

const nothingTried = {attempts: 0, findings: [], untried: []}

async function readFleet(
  names: readonly string[],
  rules: readonly CatalogRule[],
  {database, unknownTenant}: ProofTools,
) {
  const session = await database.connect({role: 'admin'}, {applicationName: 'mitra tenant check'})
  try {
    const all = await readRegistry(session)
    const tenants = chosenTenants(all, names, unknownTenant)
    return {all, tenants, found: await findInCatalog(session, rules, names)}
  } finally {
    await session.close()
  }
}

const rulesOf = {
  full: [...catalogRules, ...probeRules],
  static: catalogRules,
  citus: citusRules,
} as const satisfies Record<ProofScope['look'], readonly RuleText[]>

function chosenRules({rules: wanted, look}: ProofScope): ReadonlySet<string> {
  const known = rulesOf[look].map(({id}) => id)
  const unknown = wanted.find((id) => !known.includes(id))
  if (unknown !== undefined) {
    throw new MitraError('usage', 'UNKNOWN_RULE', `No such rule: ${unknown}.`, {
      hints: [`The rules are ${known.join(', ')}.`],
    })
  }
  return new Set(wanted.length === 0 ? known : wanted)
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
