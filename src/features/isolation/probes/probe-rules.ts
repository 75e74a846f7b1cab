import {identifier} from '../../../ports/sql-text.js'
import type {RuleText} from '../finding.js'

/** What is tried rather than read; a finding here is a leak that was seen. */
export const probeRules: readonly RuleText[] = [
  {
    id: 'probe.untried',
    holds: 'The login of each tenant lets itself be tried.',
    why: 'Nothing is known of what it can do but what the catalogues say.',
  },
  {
    id: 'probe.identity',
    holds: 'The login is the tenant that the registry says, whatever it sets.',
    why: 'It would be given the rows of another tenant, or of whichever it likes.',
  },
  {
    id: 'probe.becomes',
    holds: 'The login cannot become another role, by SET ROLE or SET SESSION AUTHORIZATION.',
    why: 'It would have the rights of that role.',
  },
  {
    id: 'probe.makes',
    holds: 'The login makes, changes and empties nothing, and reads nothing of the server.',
    why: 'What it makes could stand in for what others mean; what it changes could be the wall.',
  },
  {
    id: 'probe.opens',
    holds:
      'The login opens no table, partition or view of another tenant, by name or by search_path.',
    why: 'The first wall is down: what is behind it is kept by the policies alone.',
  },
  {
    id: 'probe.sees',
    holds: 'The login sees nothing of other tenants in what all of them reach.',
    why: 'Their names, their schemas, their statements.',
  },
  {
    id: 'probe.own-rows',
    holds: 'The tenant sees a row of its own in each of its tables.',
    why: 'It has lost its data, and that it sees no other row proves nothing.',
  },
  {
    id: 'probe.reads',
    holds: 'No table, partition, view, function or COPY of the tenant shows a row of another.',
    why: 'That is the leak itself.',
  },
  {
    id: 'probe.writes',
    holds: 'The tenant adds, changes, takes away and gives away no row of another.',
    why: 'That is the damage itself.',
  },
  {
    id: 'probe.owner',
    holds:
      'The owner of the tables sees no row until it says whose, and then those of that tenant.',
    why: 'A migration of one tenant would change the rows of all, or none and say nothing.',
  },
  {
    id: 'probe.auditor',
    holds: 'The auditor reads the evidence of every tenant, writes nothing and opens nothing else.',
    why: 'It is one login to all tenants: what it can do too much it can do to all of them.',
  },
  {
    id: 'probe.oracle',
    holds: 'No key of the tenant refuses or accepts a row because of what another tenant has.',
    why: 'By asking often enough, one learns who is insured where.',
  },
]

/** What to do at once; the cause is what the catalogue rules say of the same object. */
export function fixOf(
  rule: string,
  object: string,
  {name, login}: {readonly name: string; readonly login: string},
): string {
  const cause = `mitra tenant check ${name} --static`
  if (rule === 'probe.untried') {
    return 'Try it as the superuser, in the workspace whose .mitra/secrets.json has the password; or leave the attempts out: --static.'
  }
  if (rule === 'probe.reads' || rule === 'probe.writes' || rule === 'probe.oracle') {
    const kind = object.endsWith(')') ? 'FUNCTION ' : ''
    return `Close it until the cause is mended: REVOKE ALL ON ${kind}${object} FROM ${identifier(login)}; the cause: ${cause}`
  }
  if (rule === 'probe.own-rows' || rule === 'probe.owner') return `The cause: ${cause}`
  return `Close the login until the cause is mended: ALTER ROLE ${identifier(login)} NOLOGIN; the cause: ${cause}`
}
