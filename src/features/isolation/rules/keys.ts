import type {CatalogRule} from '../finding.js'

/** Keys work beneath row level security: what they refuse or accept tells what is there. */
export const keyRules: readonly CatalogRule[] = [
  {
    id: 'key.unique',
    holds: 'Every unique key holds tenant_id.',
    why: 'A refused value tells that another tenant has it: an email, a policy number.',
    sql: `SELECT t.tenant, format('%I.%I', t.schema, c.relname),
       format('it is unique on %I without tenant_id', t.name),
       CASE WHEN k.oid IS NULL THEN format('DROP INDEX %I.%I;', t.schema, c.relname)
            ELSE format('ALTER TABLE %I.%I DROP CONSTRAINT %I;', t.schema, t.name, k.conname) END
  FROM tenant_table t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class c ON c.oid = i.indexrelid
  LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = t.oid AND k.contype IN ('p', 'u')
 WHERE i.indisunique
   AND (t.tenant_attnum IS NULL
     OR array_position((i.indkey::int2[])[0:i.indnkeyatts - 1], t.tenant_attnum) IS NULL)`,
  },
  {
    id: 'key.exclusion',
    holds: 'Every exclusion constraint holds tenant_id WITH =.',
    why: 'A refused row tells that another tenant has one that overlaps.',
    sql: `SELECT t.tenant, format('%I.%I', t.schema, t.name), format('%I excludes rows of other tenants', k.conname),
       format('ALTER TABLE %I.%I DROP CONSTRAINT %I;', t.schema, t.name, k.conname)
  FROM tenant_table t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'x'
 WHERE NOT EXISTS (SELECT FROM unnest(k.conkey, k.conexclop) e (attnum, operator)
                     JOIN pg_operator o ON o.oid = e.operator
                    WHERE e.attnum = t.tenant_attnum AND o.oprname = '=')`,
  },
  {
    id: 'key.foreign',
    holds: 'Every foreign key between tables of a tenant holds tenant_id on both sides.',
    why: 'The check runs past row level security: it accepts, and so reveals, a row of another tenant.',
    sql: `SELECT t.tenant, format('%I.%I', t.schema, t.name), format('the foreign key %I leaves tenant_id out', k.conname),
       format('ALTER TABLE %I.%I DROP CONSTRAINT %I;', t.schema, t.name, k.conname)
  FROM tenant_table t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
  JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attname = 'tenant_id' AND NOT a.attisdropped
 WHERE k.conparentid = 0
   AND NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) c (own, other)
                    WHERE c.own = t.tenant_attnum AND c.other = a.attnum)`,
  },
  {
    id: 'key.foreign-other-schema',
    holds: 'A foreign key stays in its schema, or leads to reference data in shared_schema.',
    why: 'It ties one tenant’s rows to another’s: the one tells of the other, and stops its deletes.',
    sql: `SELECT coalesce(o.tenant, r.tenant), k.conrelid::regclass::text,
       format('the foreign key %I leads from %s to %s', k.conname, k.conrelid::regclass, k.confrelid::regclass),
       format('ALTER TABLE %s DROP CONSTRAINT %I;', k.conrelid::regclass, k.conname)
  FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = f.relnamespace
  LEFT JOIN relation o ON o.oid = k.conrelid LEFT JOIN relation r ON r.oid = k.confrelid
 WHERE k.contype = 'f' AND k.conparentid = 0 AND f.relnamespace <> c.relnamespace
   AND (r.oid IS NOT NULL OR o.oid IS NOT NULL
     AND (n.nspname <> 'shared_schema' OR EXISTS (SELECT FROM pg_attribute a
           WHERE a.attrelid = f.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)))`,
  },
  {
    id: 'key.sequence',
    holds: 'No column of a tenant is numbered by a sequence outside its schema.',
    why: 'The gaps in one tenant’s numbers count the rows of the others.',
    sql: `SELECT t.tenant, format('%I.%I', t.schema, t.name),
       format('a column is numbered by %s', d.refobjid::regclass),
       format('ALTER TABLE %I.%I ALTER COLUMN %I DROP DEFAULT;', t.schema, t.name, c.attname)
  FROM tenant_table t JOIN pg_attrdef a ON a.adrelid = t.oid
  JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid
    AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S' AND s.relnamespace <> t.schema_oid
  JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = a.adnum`,
  },
]
