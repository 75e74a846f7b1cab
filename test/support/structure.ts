import {queryAs, type Platform} from './platform.js'

/**
 * All that the catalogue says of a tenant's schema, names of schema and login taken out: tables,
 * columns, indexes, constraints, policies, triggers, grants, types, functions, sequences. It shares
 * nothing with what mitra itself compares by.
 */
export async function structureOf(platform: Platform, tenant: string): Promise<readonly string[]> {
  const {rows} = await queryAs(platform, 'admin', structureSql(tenant))
  return rows.map(([line]) => String(line)).toSorted()
}

function structureSql(tenant: string): string {
  const schema = `${tenant}_schema`
  const relations = `SELECT oid, relname, relkind, relrowsecurity, relforcerowsecurity, relispartition,
    relacl, relowner, relpersistence, reloptions, pg_get_expr(relpartbound, oid) AS bound
    FROM pg_class WHERE relnamespace = '${schema}'::regnamespace`
  return `
WITH own AS (${relations}), lines (line) AS (
  SELECT concat_ws('|', 'relation', relname, relkind, relrowsecurity, relforcerowsecurity,
    relispartition, relacl, relowner::regrole, relpersistence, reloptions, bound) FROM own
  UNION ALL SELECT concat_ws('|', 'column', relname, attname, attnum, format_type(atttypid, atttypmod),
    attnotnull, attidentity, attgenerated, attacl, attstorage, attcollation::regcollation,
    pg_get_expr(adbin, adrelid))
    FROM own JOIN pg_attribute ON attrelid = own.oid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
   WHERE attnum > 0 AND NOT attisdropped
  UNION ALL SELECT concat_ws('|', 'index', relname, pg_get_indexdef(indexrelid), indisvalid,
    indisprimary, indisreplident) FROM own JOIN pg_index ON indexrelid = own.oid
  UNION ALL SELECT concat_ws('|', 'constraint', conrelid::regclass, conname, contype,
    pg_get_constraintdef(c.oid), convalidated, condeferrable) FROM pg_constraint c
   WHERE connamespace = '${schema}'::regnamespace
  UNION ALL SELECT concat_ws('|', 'policy', relname, polname, polcmd, polpermissive,
    polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    FROM own JOIN pg_policy ON polrelid = own.oid
  UNION ALL SELECT concat_ws('|', 'trigger', relname, tgname, tgenabled, pg_get_triggerdef(t.oid))
    FROM own JOIN pg_trigger t ON tgrelid = own.oid WHERE NOT tgisinternal
  UNION ALL SELECT concat_ws('|', 'type', typname, typtype, typacl,
    (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
    FROM pg_type t WHERE typnamespace = '${schema}'::regnamespace
  UNION ALL SELECT concat_ws('|', 'function', pg_get_functiondef(p.oid), proacl, proowner::regrole)
    FROM pg_proc p WHERE pronamespace = '${schema}'::regnamespace
  UNION ALL SELECT concat_ws('|', 'sequence', relname, seqtypid::regtype, seqstart, seqincrement,
    seqmax, seqmin, seqcache, seqcycle) FROM own JOIN pg_sequence ON seqrelid = own.oid
  UNION ALL SELECT concat_ws('|', 'inherits', inhrelid::regclass, inhparent::regclass)
    FROM own JOIN pg_inherits ON inhrelid = own.oid
  UNION ALL SELECT concat_ws('|', 'comment', objsubid, description)
    FROM own JOIN pg_description ON objoid = own.oid
  UNION ALL SELECT concat_ws('|', 'schema', nspacl, nspowner::regrole)
    FROM pg_namespace WHERE nspname = '${schema}'
  UNION ALL SELECT concat_ws('|', 'login', rolcanlogin, rolsuper, rolbypassrls, rolcreaterole,
    rolcreatedb, rolinherit, rolconnlimit, (SELECT setconfig FROM pg_db_role_setting
    WHERE setrole = r.oid), pg_has_role(r.oid, 'mitra_tenant', 'MEMBER'))
    FROM pg_roles r WHERE rolname = '${tenant}_login'
)
SELECT replace(replace(line, '${schema}', '<schema>'), '${tenant}_login', '<login>') FROM lines`
}
