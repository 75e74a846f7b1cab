import {createHash} from 'node:crypto'

/**
 * The one definition of what a schema is: rows (key, kind, object, fact, place), one for each thing that
 * two equal tenants share. `targets` is a SELECT of (key, schema_name, login, tenant), all text.
 *
 * Left out or made the same, so that equal tenants have equal facts: the tenant's schema (`~`), login
 * (`~login`) and id (`~tenant`), oids, the order of grants, column numbers, what only follows from the
 * date of creation or from data (which months and providers have a partition: partitions of one parent
 * are one object, and only what differs between them shows; `place` is the real name of one), columns and
 * inherited constraints and indexes of partitions, which Postgres keeps as the parent's. Comments and
 * rows are no facts.
 *
 * Two rules keep it at a few milliseconds. Relations are found through pg_depend, which has an index
 * by schema, while pg_class has none. And hardly any expression is printed by the relation it is of: that
 * makes the server load the whole relation. Defaults name no column; equal policies are printed once;
 * plain indexes are put together from their columns.
 */
export function schemaFactsSql(targets: string): string {
  return `WITH ${targetsSql(targets)},
${relationsSql},
${variantsSql},
${policiesSql},
fact AS (
${[...relationFacts, ...columnFacts, ...indexFacts, ...otherFacts].join('\nUNION ALL\n')}
)
SELECT kind, object, fact, key, min(place) AS place
  FROM (SELECT t.key, f.kind COLLATE "C" AS kind, f.object COLLATE "C" AS object, f.place,
          (${normalisedSql}) COLLATE "C" AS fact
          FROM fact f JOIN target t USING (namespace)) named
 GROUP BY 1, 2, 3, 4`
}

// A name inside a longer one is not the name: tenant `red` must not be found in `shared_schema`, the one
// other schema that every tenant names.
function targetsSql(targets: string): string {
  return `given AS (${targets}
), target AS MATERIALIZED (
  SELECT g.key, n.oid AS namespace, n.nspname::text AS nspname, n.nspowner, n.nspacl, g.login, g.tenant,
    quote_ident(n.nspname) || '.' AS prefix, quote_literal(n.nspname) AS schema_text,
    CASE WHEN g.login = '' THEN '' ELSE quote_literal(g.login) END AS login_text,
    -- An empty text is found at 1, nothing at 0.
    (g.login = '')::int + (g.tenant = '')::int AS without,
    CASE WHEN n.nspname <> 'shared_schema' AND right('shared_schema', length(n.nspname)) = n.nspname
         THEN '\\m' || n.nspname || '\\.' END AS pattern
    FROM given g JOIN pg_namespace n ON n.nspname = g.schema_name
)`
}

const normalisedSql = `CASE
    WHEN strpos(f.fact, t.nspname) + strpos(f.fact, t.login) + strpos(f.fact, t.tenant) = t.without THEN f.fact
    ELSE replace(replace(replace(
        CASE WHEN t.pattern IS NULL THEN replace(f.fact, t.prefix, '~.')
             ELSE regexp_replace(f.fact, t.pattern, '~.', 'g') END,
      t.schema_text, '''~'''), t.login_text, '''~login'''), t.tenant, '~tenant') END`

// What mitra itself puts into shared_schema is no part of anybody's migrations.
const ownFunctions = ['schema_facts', 'schema_digest', 'schema_fingerprint'].concat(
  ['begins', 'runs', 'ends', 'undone', 'rests'].map((verb) => `migration_${verb}`),
)

const relationsSql = `rel AS MATERIALIZED (
  SELECT t.namespace, t.login, c.oid, c.relkind, c.relispartition, c.relowner, c.relam,
    coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)) AS acl,
    c.relrowsecurity, c.relforcerowsecurity, c.relpersistence, c.reloptions, c.relreplident,
    c.reltablespace, c.relhastriggers, c.relhasrules, c.reloftype,
    c.relname::text AS place,
    CASE WHEN c.relispartition THEN (
        SELECT p.relname || ' (partition)' FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent
         WHERE h.inhrelid = c.oid)
      ELSE c.relname::text END AS object
    FROM target t
    JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = t.namespace
     AND d.classid = 'pg_class'::regclass
    JOIN pg_class c ON c.oid = d.objid
   WHERE NOT (t.nspname = 'shared_schema' AND starts_with(c.relname::text, 'schema_migrations'))
)`

// Partitions that are alike are looked at once; grants that are alike are sorted and named once.
const variantsSql = `variant AS MATERIALIZED (
  SELECT namespace, login, object, relkind, relispartition, relowner, relam, acl, relrowsecurity,
    relforcerowsecurity, relpersistence, reloptions, relreplident, reltablespace, reloftype,
    CASE WHEN relispartition AND relkind = 'r' THEN 0 ELSE oid END AS oid, min(place) AS place
    FROM rel GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
), granted AS MATERIALIZED (
  SELECT namespace, acl, ${grantsSql('acl', 'login')} AS grants
    FROM (SELECT DISTINCT namespace, login, acl FROM variant) one
)`

// Printed once for all tables that have the same one: the same tree, apart from places in the source,
// over columns of the same numbers and names.
const policiesSql = `policy AS MATERIALIZED (
  SELECT r.namespace, r.login, r.object, r.place, p.oid, p.polname, p.polcmd, p.polpermissive, p.polroles,
    p.polrelid, concat(p.polqual, '|', p.polwithcheck) AS raw, p.polqual, p.polwithcheck,
    ARRAY(SELECT concat(d.refobjid = p.polrelid, d.refobjsubid, a.attname)
       FROM pg_depend d
       LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0) AS columns
    FROM rel r JOIN pg_policy p ON p.polrelid = r.oid
), tree AS MATERIALIZED (
  SELECT raw, array_to_string(ARRAY(
      SELECT ltrim(part, '-0123456789') FROM unnest(string_to_array(raw, ':location ')) part), '') AS tree
    FROM (SELECT DISTINCT raw FROM policy) one
), printed AS MATERIALIZED (
  SELECT namespace, tree, columns,
    concat_ws(' ', 'using ' || pg_get_expr(polqual, polrelid),
      'with check ' || pg_get_expr(polwithcheck, polrelid)) AS text
    FROM (SELECT DISTINCT ON (namespace, tree, columns) *
            FROM policy JOIN tree USING (raw) ORDER BY namespace, tree, columns, oid) one
)`

function grantsSql(acl: string, login: string): string {
  return `(
    SELECT coalesce(string_agg(item, ', ' ORDER BY item COLLATE "C"), 'none') FROM (
      SELECT CASE WHEN starts_with(one::text, ${login} || '=')
                  THEN '~login' || substr(one::text, length(${login}) + 1) ELSE one::text END
        FROM unnest(${acl}) one) granted (item))`
}

function ownerSql(owner: string, login: string): string {
  return `coalesce(nullif(pg_get_userbyid(${owner})::text, ${login}), '~login')`
}

const relationFacts = [
  `SELECT namespace, 'schema' AS kind, '~' AS object,
    concat('owner ', ${ownerSql('nspowner', 'login')}, '; grants ',
      ${grantsSql("coalesce(nspacl, acldefault('n', nspowner))", 'login')}) AS fact, '~' AS place
    FROM target`,
  `SELECT namespace, CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
      WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table'
      ELSE 'composite type' END, object,
    concat_ws('; ', CASE
        WHEN relkind = 'p' THEN (
          SELECT concat('partitioned by ',
              CASE partstrat WHEN 'l' THEN 'list' WHEN 'r' THEN 'range' ELSE 'hash' END, ' ',
              CASE WHEN partexprs IS NULL THEN (
                  SELECT string_agg(attname, ', ') FROM unnest(partattrs::int2[]) attnum
                    JOIN pg_attribute USING (attnum) WHERE attrelid = partrelid)
                ELSE pg_get_partkeydef(partrelid) END,
              CASE WHEN partdefid <> 0 THEN ', with a default partition' END)
            FROM pg_partitioned_table WHERE partrelid = variant.oid)
        WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid)
        WHEN relkind = 'S' THEN (
          SELECT concat_ws(' ', format_type(seqtypid, NULL), 'start', seqstart, 'by', seqincrement,
            'from', seqmin, 'to', seqmax, 'cache', seqcache, CASE WHEN seqcycle THEN 'cycle' END)
            FROM pg_sequence WHERE seqrelid = variant.oid) END,
      CASE relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END,
      CASE WHEN relreplident <> 'd' THEN 'replica identity ' || relreplident::text END,
      CASE WHEN relam NOT IN (0, 2) THEN 'using ' || (SELECT amname FROM pg_am WHERE oid = relam) END,
      CASE WHEN reltablespace <> 0 THEN
        'tablespace ' || (SELECT spcname FROM pg_tablespace WHERE oid = reltablespace) END,
      CASE WHEN NOT relispartition THEN
        'inherits ' || (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno)
          FROM pg_inherits WHERE inhrelid = variant.oid) END,
      CASE WHEN reloftype <> 0 THEN 'of ' || reloftype::regtype::text END,
      'with ' || array_to_string(reloptions, ', ')), place
    FROM variant`,
  `SELECT namespace, 'row security', object, CASE
      WHEN relrowsecurity AND relforcerowsecurity THEN 'forced'
      WHEN relrowsecurity THEN 'enabled, not forced'
      WHEN relforcerowsecurity THEN 'off, though forced' ELSE 'off' END, place
    FROM variant WHERE relkind IN ('r', 'p')`,
  `SELECT namespace, 'owner', object, ${ownerSql('relowner', 'login')}, place FROM variant`,
  `SELECT r.namespace, 'grants', r.object, g.grants, r.place
    FROM variant r JOIN granted g USING (namespace, acl) WHERE r.relkind <> 'c'`,
  `SELECT p.namespace, 'policy', p.object || '.' || p.polname, concat_ws(' ',
      CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END, 'for',
      CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
        WHEN 'd' THEN 'delete' ELSE 'all' END, 'to',
      CASE WHEN p.polroles = '{0}' THEN 'public' ELSE (
        SELECT string_agg(name, ', ' ORDER BY name COLLATE "C") FROM (
          SELECT ${ownerSql('role', 'p.login')} FROM unnest(p.polroles) role) named (name)) END,
      printed.text), p.place
    FROM policy p
    JOIN tree USING (raw)
    JOIN printed USING (namespace, tree, columns)`,
]

const columnFacts = [
  `SELECT r.namespace, 'column', r.object || '.' || a.attname, concat_ws(' ',
      format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attcollation NOT IN (0, 100) THEN 'collate ' || a.attcollation::regcollation::text END,
      CASE WHEN a.attnotnull THEN 'not null' END,
      CASE WHEN a.atthasdef THEN (
        SELECT CASE WHEN a.attgenerated = '' THEN 'default ' || pg_get_expr(adbin, 0)
                    ELSE 'generated always as ' || pg_get_expr(adbin, adrelid) END
          FROM pg_attrdef WHERE adrelid = a.attrelid AND adnum = a.attnum) END,
      CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
      CASE WHEN a.attlen = -1 AND a.attstorage <> 'x' THEN 'storage ' || a.attstorage::text END,
      CASE WHEN a.attcompression <> '' THEN 'compression ' || a.attcompression::text END,
      'with ' || array_to_string(a.attoptions, ', '),
      'grants ' || CASE WHEN a.attacl IS NOT NULL THEN ${grantsSql('a.attacl', 'r.login')} END), r.place
    FROM rel r
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
   WHERE (NOT r.relispartition OR a.attacl IS NOT NULL) AND r.relkind <> 'S'`,
  `SELECT r.namespace, 'column order', r.object, (
      SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
       WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped), r.place
    FROM rel r WHERE NOT r.relispartition AND r.relkind <> 'S'`,
]

// The index of a key is the key's; that of a partition its parent's. Both are told when they are invalid.
const indexFacts = [
  `SELECT r.namespace, 'index', CASE WHEN r.relispartition THEN r.object || '.*' ELSE c.relname::text END,
    concat_ws(' ',
      CASE WHEN i.indisunique THEN 'unique' END,
      CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL THEN concat('on ', r.object, ' using ', m.amname, ' (', (
          SELECT string_agg((
              SELECT concat_ws(' ', a.attname,
                  CASE WHEN i.indcollation[nth] NOT IN (0, a.attcollation)
                    THEN 'collate ' || i.indcollation[nth]::regcollation::text END,
                  (SELECT opcname FROM pg_opclass WHERE oid = i.indclass[nth] AND NOT opcdefault),
                  CASE i.indoption[nth] WHEN 1 THEN 'desc nulls last' WHEN 2 THEN 'nulls first' WHEN 3 THEN 'desc' END,
                  CASE WHEN nth >= i.indnkeyatts THEN 'included' END)
                FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[nth]), ', ')
            FROM generate_series(0, i.indnatts - 1) nth), ')',
          ' with ' || array_to_string(c.reloptions, ', '))
        WHEN r.relispartition THEN
          replace(replace(pg_get_indexdef(i.indexrelid), c.relname, '*'), r.place, r.object)
        ELSE pg_get_indexdef(i.indexrelid) END,
      CASE WHEN i.indnullsnotdistinct THEN 'nulls not distinct' END,
      CASE WHEN i.indisclustered THEN 'clustered' END,
      CASE WHEN i.indisreplident THEN 'replica identity' END,
      CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indislive) THEN 'INVALID' END), r.place
    FROM rel r
    JOIN pg_index i ON i.indrelid = r.oid
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_am m ON m.oid = c.relam
   WHERE NOT i.indisvalid OR NOT c.relispartition AND NOT i.indisprimary AND NOT (
     (i.indisunique OR i.indisexclusion) AND EXISTS (
       SELECT FROM pg_constraint k WHERE k.conrelid = r.oid AND k.conindid = i.indexrelid
          AND k.contype IN ('u', 'x')))`,
  `SELECT r.namespace, 'constraint', r.object || '.' || c.conname, pg_get_constraintdef(c.oid), r.place
    FROM rel r JOIN pg_constraint c ON c.conrelid = r.oid
   WHERE c.contype NOT IN ('n', 't') AND c.conparentid = 0
     AND (NOT r.relispartition OR c.conislocal AND c.coninhcount = 0 OR NOT c.convalidated)`,
]

const otherFacts = [
  `SELECT r.namespace, 'trigger',
    r.object || CASE WHEN g.tgisinternal THEN ' (foreign keys)' ELSE '.' || g.tgname END, concat_ws(' ',
      CASE WHEN g.tgisinternal THEN NULL
           WHEN r.relispartition THEN replace(pg_get_triggerdef(g.oid), r.place, r.object)
           ELSE pg_get_triggerdef(g.oid) END,
      CASE g.tgenabled WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' END), r.place
    FROM rel r JOIN pg_trigger g ON g.tgrelid = r.oid
   WHERE r.relhastriggers AND (g.tgenabled <> 'O' OR NOT g.tgisinternal AND g.tgparentid = 0)`,
  `SELECT r.namespace, 'rule', r.object || '.' || w.rulename, pg_get_ruledef(w.oid)
      || CASE WHEN w.ev_enabled <> 'O' THEN ' ' || w.ev_enabled::text ELSE '' END, r.place
    FROM rel r JOIN pg_rewrite w ON w.ev_class = r.oid
   WHERE r.relhasrules AND w.rulename <> '_RETURN'`,
  `SELECT t.namespace, CASE y.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END,
    y.typname::text, concat_ws(' ',
      (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
         FROM pg_enum WHERE enumtypid = y.oid),
      CASE WHEN y.typtype = 'd' THEN concat_ws(' ', format_type(y.typbasetype, y.typtypmod),
        CASE WHEN y.typnotnull THEN 'not null' END, 'default ' || y.typdefault,
        (SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), ' ' ORDER BY conname)
           FROM pg_constraint WHERE contypid = y.oid)) END,
      (SELECT 'range of ' || format_type(rngsubtype, NULL) FROM pg_range WHERE rngtypid = y.oid),
      'owner', ${ownerSql('y.typowner', 't.login')},
      'grants', ${grantsSql("coalesce(y.typacl, acldefault('T', y.typowner))", 't.login')}), y.typname::text
    FROM target t
    JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = t.namespace
     AND d.classid = 'pg_type'::regclass
    JOIN pg_type y ON y.oid = d.objid`,
  `SELECT t.namespace, 'function', concat(p.proname, '(', replace(pg_get_function_identity_arguments(p.oid), t.prefix, '~.'), ')'),
    concat_ws(' ', CASE WHEN p.prokind = 'a' THEN 'aggregate' ELSE pg_get_functiondef(p.oid) END,
      'owner', ${ownerSql('p.proowner', 't.login')},
      'grants', ${grantsSql("coalesce(p.proacl, acldefault('f', p.proowner))", 't.login')}), p.proname::text
    FROM target t
    JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = t.namespace
     AND d.classid = 'pg_proc'::regclass
    JOIN pg_proc p ON p.oid = d.objid
   WHERE NOT (t.nspname = 'shared_schema'
     AND p.proname IN (${ownFunctions.map((name) => `'${name}'`).join(', ')}))`,
  `SELECT t.namespace, 'default grants', a.defaclobjtype::text || ' by '
      || ${ownerSql('a.defaclrole', 't.login')}, ${grantsSql('a.defaclacl', 't.login')}, '~'
    FROM target t JOIN pg_default_acl a ON a.defaclnamespace = t.namespace`,
  `SELECT t.namespace, o.type, replace(o.identity, t.prefix, '~.'),
    coalesce(CASE WHEN d.classid = 'pg_statistic_ext'::regclass
      THEN pg_get_statisticsobjdef(d.objid) END, 'there'), o.identity
    FROM target t
    JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = t.namespace
     AND d.classid NOT IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass,
       'pg_default_acl'::regclass)
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) o`,
]

/** Changes with the definition: fingerprints with another one cannot be compared. */
export const factsDefinition = createHash('sha256')
  .update(schemaFactsSql(''))
  .digest('hex')
  .slice(0, 8)
