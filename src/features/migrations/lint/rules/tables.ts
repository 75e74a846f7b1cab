import type {CreateTable, SqlName, SqlStatement} from '../../../../ports/sql-reader.js'
import {createdTable, tableKey} from '../known-tables.js'
import type {LintRule, RuleContext, Violation} from '../rule.js'

/** Every row of a tenant says whose it is: row level security has nothing else to go by. */
export const tenantIdMissing: LintRule = {
  id: 'tenant-id-missing',
  look({act}, context) {
    if (context.scope !== 'tenant') return []
    if (act.is === 'alter-table') {
      return act.changes.flatMap((change) => lostTenantId(act.table, change))
    }
    if (act.is === 'create-table-as' && !act.isTemporary) return [fromQuery(act.table)]
    return act.is === 'create-table' && !act.isTemporary ? withoutTenantId(act, context) : []
  },
}

function fromQuery({name}: SqlName): Violation {
  return {
    why: `${name} is made from a query: whether it has tenant_id cannot be seen, and it is born without keys.`,
    fix: 'CREATE TABLE with tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(), then INSERT ... SELECT.',
  }
}

function withoutTenantId(act: CreateTable, {known, scope}: RuleContext): readonly Violation[] {
  const {columns, notNull} = createdTable(act, known, scope)
  // What a parent of another file brings may be unknown here; the parent was looked at there.
  if (columns.size === 0 && act.partitionOf !== undefined) return []
  const isThere = columns.has('tenant_id')
  if (isThere && notNull.has('tenant_id')) return []
  const has = isThere ? 'may have rows without tenant_id' : 'has no tenant_id'
  return [
    {
      why: `${act.table.name} ${has}.`,
      fix: 'Add: tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id().',
    },
  ]
}

function lostTenantId(
  table: SqlName,
  change: {readonly is: string; readonly column?: unknown},
): readonly Violation[] {
  if (change.column !== 'tenant_id') return []
  if (change.is !== 'drop-column' && change.is !== 'drop-not-null') return []
  const fix = 'Leave tenant_id as it is: the policy tenant_rows goes by it.'
  return [{why: `${table.name} would lose tenant_id or have rows without it.`, fix}]
}

/** A table or partition is protected in the file that makes it, before anyone can see it. */
export const rlsMissing: LintRule = {
  id: 'rls-missing',
  look(statement, context) {
    const made = newTable(statement, context)
    if (made === undefined) return []
    if (context.protected.has(tableKey(made.table, context.scope))) return []
    const {name} = made.table
    const own = made.isPartition ? ' A partition does not inherit the security of its parent.' : ''
    return [
      {
        why: `${name} has no forced row level security when this file is done.${own}`,
        fix: `SELECT shared_schema.protect_table('${name}'::regclass);`,
      },
    ]
  },
}

interface NewTable {
  readonly table: SqlName
  readonly isPartition: boolean
}

/** In shared_schema only what holds rows of tenants wants protection. */
function newTable({act}: SqlStatement, {scope}: RuleContext): NewTable | undefined {
  if (act.is === 'create-table-as') {
    return act.isTemporary || scope === 'shared'
      ? undefined
      : {table: act.table, isPartition: false}
  }
  if (act.is !== 'create-table' || act.isTemporary) return undefined
  const isTenants = scope === 'tenant' || act.columns.some(({name}) => name === 'tenant_id')
  const isPartition = act.partitionOf !== undefined
  return isTenants ? {table: act.table, isPartition} : undefined
}

/** What takes the protection of a table away or opens it. */
export const rlsWeakened: LintRule = {
  id: 'rls-weakened',
  look({act}) {
    if (act.is === 'alter-table') {
      return act.changes
        .filter(({is}) => is === 'disable-rls' || is === 'no-force-rls')
        .map(() => weakened(`${act.table.name} would be open to its owner or to every tenant.`))
    }
    if (act.is === 'drop' && act.what === 'policy') {
      return [weakened(`Policy ${act.names[0]?.name ?? ''} would be gone.`)]
    }
    return []
  },
}

function weakened(why: string): Violation {
  return {
    why,
    fix: 'Leave row level security enabled and forced; data migrations SET LOCAL row_security = on.',
  }
}

/** Roles of mitra that no tenant has: the auditor reads the evidence of all of them. */
function isOwnWork(roles: readonly string[]): boolean {
  const isOwn = (role: string) => role.startsWith('mitra_') && role !== 'mitra_tenant'
  return roles.length > 0 && roles.every(isOwn)
}

/** A policy that does not ask whose row it is lets everyone see it: permissive policies are joined by OR. */
export const policyOpen: LintRule = {
  id: 'policy-open',
  look({act}, {scope}) {
    if (act.is !== 'policy' || scope !== 'tenant' || !act.isPermissive) return []
    if (isOwnWork(act.roles)) return []
    const open = act.conditions.filter(({columns}) => !columns.includes('tenant_id'))
    if (act.conditions.length > 0 && open.length === 0) return []
    return [
      {
        why: `Policy ${act.name} of ${act.table.name} has a condition that does not look at tenant_id.`,
        fix: 'Compare tenant_id with (SELECT shared_schema.current_tenant_id()), or make it AS RESTRICTIVE.',
      },
    ]
  },
}
