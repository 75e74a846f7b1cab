import {changedByCitus, neededByCitus} from './changed.js'
import {refusedByCitus} from './refused.js'
import type {CitusRule} from './source.js'

/**
 * What stands between the schemas as they are and Citus schema-based sharding, from the catalogues of
 * plain Postgres: no Citus is needed, and none is asked.
 */
export const citusRules: readonly CitusRule[] = [
  ...refusedByCitus,
  ...changedByCitus,
  ...neededByCitus,
]
