import type {CatalogRule} from './finding.js'
import {auditorRules} from './rules/auditor.js'
import {functionRules} from './rules/functions.js'
import {grantRules} from './rules/grants.js'
import {keyRules} from './rules/keys.js'
import {outwardRules} from './rules/outward.js'
import {platformRules} from './rules/platform.js'
import {policyRules} from './rules/policies.js'
import {registryRules} from './rules/registry.js'
import {roleRules} from './rules/roles.js'
import {tableRules} from './rules/tables.js'
import {triggerRules} from './rules/triggers.js'
import {viewRules} from './rules/views.js'

/** All that is decided from the catalogues, in the order in which findings are shown. */
export const catalogRules: readonly CatalogRule[] = [
  ...registryRules,
  ...roleRules,
  ...tableRules,
  ...policyRules,
  ...keyRules,
  ...grantRules,
  ...auditorRules,
  ...functionRules,
  ...triggerRules,
  ...viewRules,
  ...platformRules,
  ...outwardRules,
]
