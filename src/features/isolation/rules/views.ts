import type {CatalogRule} from '../finding.js'

/** A view runs with its owner's rights unless told otherwise; a materialised one knows no policy. */
export const viewRules: readonly CatalogRule[] = [
  {
    id: 'view.invoker',
    holds: 'Every view of a tenant reads with the rights of who asks.',
    why: 'A view of the owner’s shows what the owner may see, in every schema.',
    sql: `SELECT tenant, format('%I.%I', schema, name), format('it reads with the rights of %I', pg_get_userbyid(relowner)),
       format('ALTER VIEW %I.%I SET (security_invoker = true);', schema, name)
  FROM relation
 WHERE relkind = 'v' AND NOT coalesce((SELECT option_value::boolean FROM pg_options_to_table(reloptions)
   WHERE option_name = 'security_invoker'), false)`,
  },
  {
    id: 'view.materialized',
    holds: 'No tenant schema has a materialised view.',
    why: 'It keeps what its owner saw; no policy can be put on it.',
    sql: `SELECT tenant, format('%I.%I', schema, name), 'a materialised view knows no policy',
       format('DROP MATERIALIZED VIEW %I.%I;', schema, name)
  FROM relation WHERE relkind = 'm'`,
  },
  {
    id: 'view.other-schema',
    holds: 'A view reads its own schema and shared_schema.',
    why: 'A view over another tenant’s tables needs grants there to work, and works as soon as they are.',
    sql: `SELECT r.tenant, format('%I.%I', r.schema, r.name),
       format('it reads %s', string_agg(DISTINCT format('%I.%I', n.nspname, c.relname), ', ')),
       format('DROP %s %I.%I;', CASE r.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, r.schema, r.name)
  FROM relation r
  CROSS JOIN LATERAL (SELECT d.refobjid FROM pg_rewrite w
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
     AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.oid
   WHERE w.ev_class = r.oid AND r.relkind IN ('v', 'm') OFFSET 0) d
  JOIN pg_class c ON c.oid = d.refobjid AND c.relnamespace <> r.schema_oid
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('shared_schema', 'pg_catalog', 'information_schema')
 WHERE r.relkind IN ('v', 'm') GROUP BY r.tenant, r.schema, r.name, r.relkind`,
  },
]
