import {MitraError} from '../../../errors.js'
import type {Database, Session} from '../../../ports/database.js'
import type {IsolationFinding} from '../finding.js'
import type {RegisteredTenant} from '../registry.js'
import {probePair} from './pair.js'
import {probeAuditor} from './probe-auditor.js'
import {probeTenant, type ProbeOutcome, type ProbeTools} from './probe-tenant.js'

export interface FleetTools extends Pick<ProbeTools, 'loginOf'> {
  readonly database: Database
  /** After each tenant. */
  readonly onTried?: (done: number, of: number) => void
}

const connections = 2
// A backend keeps about a megabyte of catalogue per tenant it has touched.
const tenantsPerConnection = 100

/**
 * Each active tenant chosen tries to reach the next one of all: the catalogue rules look at every pair,
 * and a wall that is missing towards one is missing towards all.
 */
export async function probeFleet(
  chosen: readonly RegisteredTenant[],
  all: readonly RegisteredTenant[],
  tools: FleetTools,
): Promise<ProbeOutcome> {
  const active = all.filter(({isActive}) => isActive)
  const waiting = chosen.filter(({isActive}) => isActive)
  const total = waiting.length
  const roles = await withAdmin(tools, otherRoles)
  const asAuditor = await probeAuditor([...waiting], {database: tools.database, roles})
  const outcomes: ProbeOutcome[] = []
  const worker = async () => {
    while (waiting.length > 0) {
      const batch = waiting.splice(
        0,
        Math.min(tenantsPerConnection, Math.ceil(total / connections)),
      )
      await probeBatch(batch, active, {...tools, roles}, (outcome) => {
        outcomes.push(outcome)
        tools.onTried?.(outcomes.length, total)
      })
    }
  }
  await Promise.all(Array.from({length: Math.min(connections, total)}, worker))
  return {
    attempts: outcomes.reduce((sum, {attempts}) => sum + attempts, asAuditor.attempts + 1),
    findings: [
      ...(await probeMigrator(tools.database)),
      ...asAuditor.findings,
      ...outcomes.flatMap(({findings}) => findings),
    ],
    untried: outcomes.flatMap(({untried}) => untried),
  }
}

async function probeBatch(
  batch: readonly RegisteredTenant[],
  active: readonly RegisteredTenant[],
  tools: FleetTools & Pick<ProbeTools, 'roles'>,
  onOutcome: (outcome: ProbeOutcome) => void,
): Promise<void> {
  await withAdmin(tools, async (admin) => {
    for (const own of batch) {
      const place = active.findIndex(({id}) => id === own.id)
      const next = active[(place + 1) % active.length]
      const other = next?.id === own.id ? undefined : next
      onOutcome(await probeTenant(probePair(own, other), {...tools, admin}))
    }
  })
}

async function withAdmin<T>(
  {database}: Pick<FleetTools, 'database'>,
  work: (admin: Session) => Promise<T>,
): Promise<T> {
  const admin = await database.connect({role: 'admin'}, {applicationName: 'mitra tenant check'})
  try {
    return await work(admin)
  } finally {
    await admin.close()
  }
}

/** The migrator's own session must not begin as a tenant: it would change that one's rows unasked. */
async function probeMigrator(database: Database): Promise<readonly IsolationFinding[]> {
  const object = 'mitra_migrator'
  try {
    const id = await tenantOfMigrator(database)
    if (id === undefined) return []
    const fix = `ALTER ROLE ${object} RESET ALL;`
    return [{rule: 'probe.owner', object, what: `its session begins as the tenant ${id}`, fix}]
  } catch (error) {
    if (!(error instanceof MitraError)) throw error
    const fix = error.hints[0] ?? 'mitra db migrate'
    return [{rule: 'probe.untried', object, what: error.message, fix}]
  }
}

async function tenantOfMigrator(database: Database): Promise<string | undefined> {
  const options = {applicationName: 'mitra tenant check'}
  const session = await database.connect({role: 'migrator'}, options)
  try {
    const {rows} = await session.query('SELECT shared_schema.current_tenant_id()')
    const id = rows[0]?.[0]
    return typeof id === 'string' ? id : undefined
  } finally {
    await session.close()
  }
}

/** Every role that is nobody's login, the administrator among them; a cluster has few. */
async function otherRoles(admin: Session): Promise<readonly string[]> {
  const {rows} = await admin.query(
    "SELECT rolname FROM pg_roles WHERE rolname <> 'mitra_tenant'" +
      ' AND rolname NOT IN (SELECT login_name FROM shared_schema.tenants) ORDER BY rolname LIMIT 60',
  )
  return rows.map(([name]) => String(name))
}
