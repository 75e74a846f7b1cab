import type {SqlGrant} from '../../../../ports/sql-reader.js'
import type {LintRule} from '../rule.js'

/** PUBLIC is every login of every tenant. */
export const grantToPublic: LintRule = {
  id: 'grant-to-public',
  isForBodies: true,
  look({act}) {
    if (act.is !== 'grant' || !act.isToPublic) return []
    return [
      {
        why: `PUBLIC is every tenant's login: all of them could use the ${act.on}.`,
        fix: 'Grant to mitra_tenant what all tenants need, or use shared_schema.grant_to_tenant.',
      },
    ]
  },
}

/** Policies do not hold for TRUNCATE. */
export const truncateGrant: LintRule = {
  id: 'truncate-grant',
  isForBodies: true,
  look({act, calls}) {
    const byTool = calls.flatMap(({name, arguments: given, offset}) => {
      const [, privileges] = given
      const isOpen = name === 'grant_to_tenant' && typeof privileges === 'string'
      return isOpen && holdsTruncate(privileges.split(',')) ? [{...truncate, offset}] : []
    })
    const isOpen = act.is === 'grant' && act.on === 'table' && isTruncate(act)
    return isOpen ? [...byTool, truncate] : byTool
  },
}

const truncate = {
  why: 'It grants TRUNCATE, for which policies do not hold: every row would go.',
  fix: 'Grant SELECT, INSERT, UPDATE, DELETE by name.',
}

function isTruncate({privileges}: SqlGrant): boolean {
  return privileges.length === 0 || holdsTruncate(privileges)
}

function holdsTruncate(privileges: readonly string[]): boolean {
  const words = privileges.map((word) => word.trim().toLowerCase())
  return words.some((word) => word === 'truncate' || word === 'all' || word === 'all privileges')
}

const openOptions = new Set(['superuser', 'bypassrls', 'isreplication'])

/** Such a role sees every tenant, whatever the policies say. */
export const roleBypassesRls: LintRule = {
  id: 'role-bypasses-rls',
  isForBodies: true,
  look({act}) {
    if (act.is !== 'role') return []
    const found = act.options.filter((option) => openOptions.has(option))
    return found.map((option) => ({
      why: `${act.role} would be ${option.toUpperCase()} and see the rows of every tenant.`,
      fix: 'Leave it out: no role of the platform may.',
    }))
  },
}
