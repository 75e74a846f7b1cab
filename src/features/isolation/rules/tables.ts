import {literal} from '../../../ports/sql-text.js'
import type {CatalogRule} from '../finding.js'

const defaultOfTenant = 'shared_schema.current_tenant_id()'

/** Every table and every partition of a tenant is the migrator's and under forced row level security. */
export const tableRules: readonly CatalogRule[] = [
  {
    id: 'schema.owner',
    holds: 'mitra_migrator owns shared_schema and every tenant schema.',
    why: 'The owner of a schema may put anything into it and drop what is there.',
    sql: `SELECT g.name, quote_ident(n.nspname), format('%I owns it', pg_get_userbyid(n.nspowner)),
       format('ALTER SCHEMA %I OWNER TO mitra_migrator;', n.nspname)
  FROM pg_namespace n LEFT JOIN tenant g ON g.schema_oid = n.oid
 WHERE (g.schema_oid IS NOT NULL OR n.nspname = 'shared_schema')
   AND n.nspowner <> (SELECT oid FROM owner)`,
  },
  {
    id: 'table.owner',
    holds: 'mitra_migrator owns every table, view and sequence of a tenant.',
    why: 'A view or function runs with the rights of its owner; a superuser is above every policy.',
    sql: `SELECT tenant, format('%I.%I', schema, name), format('%I owns it', pg_get_userbyid(relowner)),
       format('ALTER %s %I.%I OWNER TO mitra_migrator;', CASE relkind WHEN 'v' THEN 'VIEW'
         WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE'
         ELSE 'TABLE' END, schema, name)
  FROM relation WHERE relowner <> (SELECT oid FROM owner)`,
  },
  {
    id: 'table.security-off',
    holds: 'Row level security is on for every table and every partition.',
    why: 'Without it every row is visible; the parent’s policies do not hold for a partition.',
    sql: `SELECT tenant, format('%I.%I', schema, name),
       CASE WHEN relispartition THEN 'row level security is off for this partition'
            ELSE 'row level security is off' END,
       format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY;', schema, name)
  FROM tenant_table WHERE NOT relrowsecurity`,
  },
  {
    id: 'table.security-not-forced',
    holds: 'Row level security binds the owner of every table and every partition too.',
    why: 'Migrations, triggers and functions of the owner would see and write all tenants’ rows.',
    sql: `SELECT tenant, format('%I.%I', schema, name), 'row level security does not bind its owner',
       format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY;', schema, name)
  FROM tenant_table WHERE NOT relforcerowsecurity`,
  },
  {
    id: 'table.tenant-column',
    holds: 'Every table has a column tenant_id uuid NOT NULL.',
    why: 'A row without a tenant is nobody’s: no policy can say who may see it.',
    sql: `SELECT tenant, format('%I.%I', schema, name),
       CASE WHEN tenant_attnum IS NULL THEN 'it has no column tenant_id'
            WHEN NOT attnotnull THEN 'tenant_id may be NULL' ELSE 'tenant_id is not a uuid' END,
       CASE WHEN tenant_attnum IS NULL
            THEN format('ALTER TABLE %I.%I ADD COLUMN tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id();', schema, name)
            WHEN NOT attnotnull THEN format('ALTER TABLE %I.%I ALTER COLUMN tenant_id SET NOT NULL;', schema, name)
            ELSE format('ALTER TABLE %I.%I ALTER COLUMN tenant_id TYPE uuid USING tenant_id::uuid;', schema, name) END
  FROM tenant_table
 WHERE tenant_attnum IS NULL OR NOT attnotnull OR atttypid <> 'uuid'::regtype`,
  },
  {
    id: 'table.tenant-default',
    holds: 'tenant_id is filled from the login and from nothing else.',
    why: 'A literal id, as a copied table has it, writes every row to the tenant that was copied.',
    sql: `SELECT d.tenant, d.object, format('tenant_id is filled with %s', e.expression),
       format('ALTER TABLE %s ALTER COLUMN tenant_id SET DEFAULT ${defaultOfTenant};', d.object)
  FROM (SELECT t.tenant, format('%I.%I', t.schema, t.name) AS object, a.oid,
               min(a.oid) OVER (PARTITION BY hashtextextended(a.adbin::text, 0)) AS same
          FROM tenant_table t
          JOIN pg_attrdef a ON a.adrelid = t.oid AND a.adnum = t.tenant_attnum
        OFFSET 0) d
  JOIN (SELECT a.oid, pg_get_expr(a.adbin, a.adrelid) AS expression
          FROM (SELECT min(a.oid) AS oid
                  FROM tenant_table t
                  JOIN pg_attrdef a ON a.adrelid = t.oid AND a.adnum = t.tenant_attnum
                 GROUP BY hashtextextended(a.adbin::text, 0)) s
          JOIN pg_attrdef a ON a.oid = s.oid OFFSET 0) e ON e.oid = d.same
 WHERE e.expression <> ${literal(defaultOfTenant)}`,
  },
  {
    id: 'table.inheritance',
    holds: 'A table’s parent and its partitions are in the same schema.',
    why: 'Rows written through the parent would lie in another tenant’s table, and be read from there.',
    sql: `SELECT r.tenant, format('%I.%I', r.schema, r.name), format('its parent is %s', i.inhparent::regclass),
       CASE WHEN r.relispartition THEN format('ALTER TABLE %s DETACH PARTITION %I.%I;', i.inhparent::regclass, r.schema, r.name)
            ELSE format('ALTER TABLE %I.%I NO INHERIT %s;', r.schema, r.name, i.inhparent::regclass) END
  FROM relation r JOIN pg_inherits i ON i.inhrelid = r.oid JOIN pg_class p ON p.oid = i.inhparent
 WHERE p.relnamespace <> r.schema_oid
UNION ALL
SELECT r.tenant, format('%I.%I', r.schema, r.name), format('%s outside the schema inherits from it', i.inhrelid::regclass),
       CASE WHEN c.relispartition THEN format('ALTER TABLE %I.%I DETACH PARTITION %s;', r.schema, r.name, i.inhrelid::regclass)
            ELSE format('ALTER TABLE %s NO INHERIT %I.%I;', i.inhrelid::regclass, r.schema, r.name) END
  FROM relation r JOIN pg_inherits i ON i.inhparent = r.oid JOIN pg_class c ON c.oid = i.inhrelid
 WHERE c.relnamespace <> r.schema_oid AND c.relnamespace NOT IN (SELECT schema_oid FROM tenant)`,
  },
  {
    id: 'table.foreign',
    holds: 'No tenant schema has a foreign table.',
    why: 'Its rows come from elsewhere, with the rights of a stored password; no policy can be put on it.',
    sql: `SELECT tenant, format('%I.%I', schema, name), 'it is a foreign table',
       format('DROP FOREIGN TABLE %I.%I;', schema, name)
  FROM relation WHERE relkind = 'f'`,
  },
  {
    id: 'table.rule',
    holds: 'No table of a tenant has a rewrite rule.',
    why: 'A rule sends a statement to another table, with the rights of the rule’s owner.',
    sql: `SELECT r.tenant, format('%I.%I', r.schema, r.name), format('the rule %I rewrites statements on it', w.rulename),
       format('DROP RULE %I ON %I.%I;', w.rulename, r.schema, r.name)
  FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid
 WHERE NOT (r.relkind IN ('v', 'm') AND w.rulename = '_RETURN')`,
  },
]
