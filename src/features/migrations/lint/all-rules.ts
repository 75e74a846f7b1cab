import type {LintRule} from './rule.js'
import {definerSearchPath, stringBodiedFunction, unreadableBody} from './rules/functions.js'
import {grantToPublic, roleBypassesRls, truncateGrant} from './rules/grants.js'
import {
  foreignKeyWithoutTenant,
  uniqueWithoutPartitionKey,
  uniqueWithoutTenant,
} from './rules/keys.js'
import {literalTenantSchema, sharedNameUnqualified} from './rules/names.js'
import {policyOpen, rlsMissing, rlsWeakened, tenantIdMissing} from './rules/tables.js'
import {concurrentlyInTransaction, sessionSetting} from './rules/transactions.js'
import {materializedView, viewSecurityInvoker} from './rules/views.js'

/** Rules of our own, in the order in which they are told. */
export const lintRules: readonly LintRule[] = [
  tenantIdMissing,
  rlsMissing,
  rlsWeakened,
  policyOpen,
  uniqueWithoutTenant,
  uniqueWithoutPartitionKey,
  foreignKeyWithoutTenant,
  concurrentlyInTransaction,
  sessionSetting,
  literalTenantSchema,
  sharedNameUnqualified,
  stringBodiedFunction,
  definerSearchPath,
  unreadableBody,
  grantToPublic,
  truncateGrant,
  roleBypassesRls,
  viewSecurityInvoker,
  materializedView,
]

/** Rules of squawk that are not asked, and why. */
export const squawkExcluded: Readonly<Record<string, string>> = {
  'require-lock-timeout': 'the runner sets lock_timeout for every file and tries again',
  'require-statement-timeout': 'the runner sets statement_timeout for every file',
  'require-timeout-settings': 'the runner sets both',
  'prefer-robust-stmts': 'a file is applied whole or not at all',
  'prefer-text-field': "a length is the schema's business, not a danger",
  'prefer-bigint-over-int': 'the same',
  'prefer-bigint-over-smallint': 'the same',
  'prefer-identity': 'the same',
  'ban-char-field': 'the same',
  'ban-concurrent-index-creation-in-transaction': 'concurrently-in-transaction says it',
  'ban-uncommitted-transaction': 'files hold no BEGIN and no COMMIT',
  'transaction-nesting': 'the same',
}
