import {codeOf, MitraError} from '../../errors.js'
import type {Session} from '../../ports/database.js'
import {literal} from '../../ports/sql-text.js'
import {catalogSql} from './catalog.js'
import type {CatalogRule, IsolationFinding} from './finding.js'

/**
 * Looks at the whole fleet, or at the tenants named, in one statement that writes nothing. What belongs
 * to no tenant (roles, the registry, the database) is looked at in any case.
 */
export async function findInCatalog(
  session: Session,
  rules: readonly CatalogRule[],
  names: readonly string[],
): Promise<readonly IsolationFinding[]> {
  if (rules.length === 0) return []
  const found = await session.script(catalogStatement(rules, names)).catch(asLocked)
  const sources = new Map(rules.map(({id, source}) => [id, source]))
  return found.rows.map(([rule, tenant, object, what, fix]) => ({
    ...(typeof tenant === 'string' ? {tenant} : {}),
    rule: String(rule),
    object: String(object),
    what: String(what),
    fix: String(fix),
    ...sourceOf(sources.get(String(rule))),
  }))
}

function sourceOf(source: string | undefined) {
  return source === undefined ? {} : {source}
}

/** Printing an expression opens its table, which a migration may hold. */
function asLocked(error: unknown): never {
  if (codeOf(error) !== '55P03') throw error
  const message = 'A table is held by something else, most likely a migration.'
  const hints = ['Wait for it, then run the command again.', 'mitra db status']
  throw new MitraError('locked', 'CATALOG_LOCKED', message, {hints, cause: error})
}

/**
 * Names are printed with their schema because none is on the search path; the planner cannot know how
 * many tenants there are, and a nested loop over 300,000 relations would never end.
 */
function catalogStatement(rules: readonly CatalogRule[], names: readonly string[]): string {
  const parts = rules.map(
    ({id, sql}) => `SELECT ${literal(id)}::text, f.* FROM (${sql}) f (tenant, object, what, fix)`,
  )
  return `BEGIN TRANSACTION READ ONLY;
SET LOCAL search_path = pg_catalog;
SET LOCAL statement_timeout = '120s';
SET LOCAL lock_timeout = '5s';
SET LOCAL jit = off;
SET LOCAL work_mem = '64MB';
SET LOCAL enable_nestloop = ${names.length > 0};
WITH ${catalogSql(names)}
SELECT * FROM (
${parts.join('\nUNION ALL\n')}
) found (rule, tenant, object, what, fix)
ORDER BY 1, 2, 3, 4;
COMMIT;`
}
