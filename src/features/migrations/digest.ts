/** How objects are found: each catalog read once for a fleet, or by the index of what a schema holds. */
type Way = 'fleet' | 'one'

/**
 * A cheap 64-bit digest of schemas: of those that have the same, facts are the same. It reads what is in
 * the catalogs as it lies there and prints next to nothing. The other way round it may differ for schemas
 * that are equal, for a column number for example: facts decide then. It has to see whatever
 * `schemaFactsSql` sees, by name.
 *
 * `targets` is a SELECT of (key, schema_name, login), all text. Rows: (key, digest). Both ways give the
 * same.
 */
export function schemaDigestsSql(targets: string, way: Way): string {
  const items = [...relationItems, ...columnItems, ...keyItems, ...heldItems(way)]
  return `WITH ${targetSql(targets)},
${relSql(way)},
${policyTreesSql},
item AS (
${items.join('\nUNION ALL\n')}
UNION ALL
SELECT DISTINCT namespace, h FROM (
${tableItems.join('\nUNION ALL\n')}
) part
)
SELECT t.key, s.digest
  FROM (SELECT namespace, bit_xor(h) AS digest FROM item GROUP BY 1) s JOIN target t USING (namespace)`
}

function hash(...values: readonly string[]): string {
  // A text that is written out has no type yet, and none has no hash.
  const typed = values.map((value) => (value.startsWith("'") ? `${value}::text` : value))
  return `hash_record_extended(ROW(${typed.join(', ')}), 0)`
}

/** What is the schema's own gets one name in all of them. */
const own = (role: string) =>
  `CASE WHEN ${role} = t.role THEN '~login' ELSE pg_get_userbyid(${role})::text END`
const named = (acl: string) =>
  `CASE WHEN ${acl} IS NOT NULL THEN replace(${acl}::text, t.login_mark, '~login=') END`
const placed = (text: string) => `replace(${text}, t.prefix, '~.')`

function targetSql(targets: string): string {
  return `given AS (${targets}
), target AS MATERIALIZED (
  SELECT g.key, n.oid AS namespace, n.nspowner, n.nspacl, quote_ident(n.nspname) || '.' AS prefix,
    coalesce(r.oid, 0::oid) AS role, quote_ident(r.rolname) || '=' AS login_mark,
    n.nspname = 'shared_schema' AS is_shared
    FROM given g JOIN pg_namespace n ON n.nspname = g.schema_name
    LEFT JOIN pg_roles r ON r.rolname = nullif(g.login, '')
)`
}

/** Everything that is no index; a partition under the name of its parent. */
function relSql(way: Way): string {
  const found = {
    fleet: `target t JOIN pg_class c ON c.relnamespace = t.namespace
    LEFT JOIN (SELECT h.inhrelid, p.relname FROM pg_inherits h
                 JOIN pg_class k ON k.oid = h.inhrelid AND k.relispartition AND k.relkind NOT IN ('i', 'I')
                 JOIN pg_class p ON p.oid = h.inhparent) parent
      ON parent.inhrelid = c.oid`,
    one: `${held('pg_class', 'c')}
    LEFT JOIN pg_inherits h ON c.relispartition AND h.inhrelid = c.oid
    LEFT JOIN pg_class parent ON parent.oid = h.inhparent`,
  }
  return `rel AS MATERIALIZED (
  SELECT t.namespace, c.oid, c.relkind, c.relispartition, coalesce(parent.relname, c.relname) AS relname,
    ${hash('c.relispartition', 'coalesce(parent.relname, c.relname)', 'c.relkind', 'c.relpersistence', 'c.relreplident', 'c.relam', 'c.reltablespace', 'c.reloptions', 'c.relrowsecurity', 'c.relforcerowsecurity', own('c.relowner'), named('c.relacl'), 'c.reloftype')} AS h
    FROM ${found[way]}
   WHERE c.relkind NOT IN ('i', 'I', 'c')
     AND NOT (t.is_shared AND starts_with(c.relname::text, 'schema_migrations'))
)`
}

/** What a schema holds, by the index on who depends on it: other catalogs have none by schema. */
function held(catalog: string, alias: string): string {
  return `target t JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass
     AND d.refobjid = t.namespace AND d.classid = '${catalog}'::regclass
    JOIN ${catalog} ${alias} ON ${alias}.oid = d.objid`
}

const rel = 'rel r JOIN target t USING (namespace)'

const relationItems = [
  // A name that is an oid in a parse tree is told by what it is called in shared_schema.
  `SELECT t.namespace, ${hash(
    "'schema'",
    own('t.nspowner'),
    named('t.nspacl'),
    `(
      SELECT bit_xor(hash_record_extended(ROW(p.oid, p.proname), 0))
        FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid
       WHERE d.refclassid = 'pg_namespace'::regclass AND d.classid = 'pg_proc'::regclass
         AND d.refobjid = to_regnamespace('shared_schema'))`,
  )} AS h FROM target t`,
  'SELECT namespace, h FROM rel WHERE NOT relispartition',
  `SELECT r.namespace, ${hash("'partitioned'", 'r.relname', 'p.partstrat', 'p.partattrs::int2[]', 'p.partdefid <> 0', 'p.partclass', 'p.partcollation', 'p.partexprs::text')}
    FROM rel r JOIN pg_partitioned_table p ON p.partrelid = r.oid`,
  `SELECT r.namespace, ${hash("'view'", 'r.relname', placed('pg_get_viewdef(r.oid)'))}
    FROM ${rel} WHERE r.relkind IN ('v', 'm')`,
  `SELECT r.namespace, ${hash("'sequence'", 'r.relname', 's.seqtypid', 's.seqstart', 's.seqincrement', 's.seqmin', 's.seqmax', 's.seqcache', 's.seqcycle')}
    FROM rel r JOIN pg_sequence s ON s.seqrelid = r.oid`,
  `SELECT r.namespace, ${hash("'inherits'", 'r.relname', placed('h.inhparent::regclass::text'), 'h.inhseqno')}
    FROM ${rel} JOIN pg_inherits h ON h.inhrelid = r.oid WHERE NOT r.relispartition`,
]

// Of partitions only what is theirs is looked at: the rest is the parent's, and Postgres keeps it so.
const columnItems = [
  `SELECT r.namespace, ${hash('r.relname', 'CASE WHEN r.relispartition THEN a.attrelid END', 'a.attname', 'a.attnum', 'CASE WHEN y.oid IS NULL THEN a.atttypid END', 'y.typname', 'y.typnamespace = r.namespace', 'a.atttypmod', 'a.attcollation', 'a.attnotnull', 'a.attidentity', 'a.attgenerated', 'a.attstorage', 'a.attcompression', 'a.attoptions', 'a.attacl::text')}
    FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid
    LEFT JOIN pg_type y ON y.oid = a.atttypid AND y.oid >= 16384
   WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind <> 'S'
     AND (NOT r.relispartition OR a.attacl IS NOT NULL)`,
  `SELECT r.namespace, ${hash("'default'", 'r.relname', 'd.adnum', placed("pg_get_expr(d.adbin, CASE WHEN strpos(d.adbin::text, '{VAR ') > 0 THEN d.adrelid ELSE 0 END)"))}
    FROM ${rel} JOIN pg_attrdef d ON d.adrelid = r.oid WHERE NOT r.relispartition`,
]

const keyItems = [
  `SELECT r.namespace, ${hash(
    'r.relname',
    'c.relname',
    'c.relam',
    'c.reloptions',
    'i.indkey::int2[]',
    'i.indclass',
    'i.indcollation',
    'i.indoption::int2[]',
    'i.indnkeyatts',
    'i.indisunique',
    'i.indisprimary',
    'i.indisexclusion',
    'i.indnullsnotdistinct',
    'i.indisclustered',
    'i.indisreplident',
    'i.indisvalid',
    'i.indisready',
    'i.indislive',
    `CASE
        WHEN i.indexprs IS NOT NULL OR i.indpred IS NOT NULL THEN ${placed('pg_get_indexdef(i.indexrelid)')} END`,
  )}
    FROM ${rel} JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
   WHERE NOT r.relispartition OR NOT (c.relispartition AND i.indisvalid AND i.indisready AND i.indislive)`,
  `SELECT r.namespace, ${hash(
    'r.relname',
    'CASE WHEN r.relispartition THEN c.conrelid END',
    'c.conname',
    'c.contype',
    'c.condeferrable',
    'c.condeferred',
    'c.convalidated',
    'c.connoinherit',
    'c.conkey',
    'f.relname',
    'f.namespace = r.namespace',
    'c.confkey',
    'c.confupdtype',
    'c.confdeltype',
    'c.confmatchtype',
    'c.confdelsetcols',
    'c.conexclop',
    `CASE
        WHEN c.contype = 'c' OR f.oid IS NULL AND c.confrelid <> 0 THEN ${placed('pg_get_constraintdef(c.oid)')} END`,
  )}
    FROM ${rel} JOIN pg_constraint c ON c.conrelid = r.oid
    LEFT JOIN rel f ON f.oid = c.confrelid
   WHERE c.contype <> 't' AND (NOT r.relispartition OR c.contype <> 'n' AND c.conparentid = 0
     AND (c.conislocal AND c.coninhcount = 0 OR NOT c.convalidated))`,
  `SELECT r.namespace, ${hash("'rule'", 'r.relname', 'w.rulename', 'w.ev_enabled', placed('pg_get_ruledef(w.oid)'))}
    FROM ${rel} JOIN pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'`,
]

/** Parse trees without the places in the source that they came from; each different one is read once. */
const policyTreesSql = `hashed AS MATERIALIZED (
  SELECT r.namespace, p.oid, ${hash("'policy'", 'r.relispartition', 'r.relname', 'p.polname', 'p.polcmd', 'p.polpermissive', `CASE WHEN p.polroles <> '{0}' THEN ARRAY(SELECT ${own('role')} FROM unnest(p.polroles) role) END`)} AS h,
    coalesce(hashtextextended(p.polqual::text, 1), 0) # coalesce(hashtextextended(p.polwithcheck::text, 2), 0) AS tree
    FROM rel r JOIN target t USING (namespace) JOIN pg_policy p ON p.polrelid = r.oid
), plain AS MATERIALIZED (
  SELECT one.tree, hashtextextended(array_to_string(ARRAY(
      SELECT ltrim(part, '-0123456789')
        FROM unnest(string_to_array(concat(p.polqual, '|', p.polwithcheck), ':location ')) part), ''), 0) AS h
    FROM (SELECT tree, min(oid) AS oid FROM hashed GROUP BY 1) one JOIN pg_policy p USING (oid)
)`

/** All partitions of one parent are one thing, however many there are. */
const tableItems = [
  'SELECT namespace, h FROM rel WHERE relispartition',
  `SELECT h.namespace, ${hash("'policy'", 'h.h', 'plain.h')}
    FROM hashed h JOIN plain USING (tree)`,
  `SELECT r.namespace, ${hash(
    "'trigger'",
    'r.relispartition',
    'r.relname',
    'CASE WHEN NOT g.tgisinternal THEN g.tgname END',
    'g.tgenabled',
    'g.tgtype',
    'p.proname',
    'p.pronamespace = r.namespace',
    'g.tgattr::int2[]',
    'g.tgargs',
    'g.tgdeferrable',
    'g.tginitdeferred',
    'g.tgoldtable',
    'g.tgnewtable',
    `CASE WHEN g.tgqual IS NOT NULL THEN
        regexp_replace(${placed('pg_get_triggerdef(g.oid)')}, ' ON .* FOR EACH ', ' FOR EACH ') END`,
  )}
    FROM ${rel} JOIN pg_trigger g ON g.tgrelid = r.oid
    JOIN pg_proc p ON p.oid = g.tgfoid
   WHERE g.tgenabled <> 'O' OR NOT g.tgisinternal AND g.tgparentid = 0`,
]

const typeHash = hash(
  "'type'",
  'y.typname',
  'y.typtype',
  own('y.typowner'),
  named('y.typacl'),
  `CASE WHEN y.typtype = 'd' THEN
        ${placed(`concat_ws(' ', format_type(y.typbasetype, y.typtypmod), y.typnotnull, y.typdefault, (
          SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), ' ' ORDER BY conname)
            FROM pg_constraint WHERE contypid = y.oid))`)}
        WHEN y.typtype = 'r' THEN (SELECT format_type(rngsubtype, NULL) FROM pg_range WHERE rngtypid = y.oid) END`,
)

const functionHash = hash(
  "'function'",
  `CASE WHEN p.prokind = 'a' THEN ${placed('p.oid::regprocedure::text')}
        ELSE ${placed('pg_get_functiondef(p.oid)')} END`,
  own('p.proowner'),
  named('p.proacl'),
)

/** Other things that a schema can hold: catalog and column of its namespace. */
const otherCatalogs = [
  ['pg_statistic_ext', 'stxnamespace'],
  ['pg_operator', 'oprnamespace'],
  ['pg_opclass', 'opcnamespace'],
  ['pg_opfamily', 'opfnamespace'],
  ['pg_collation', 'collnamespace'],
  ['pg_conversion', 'connamespace'],
  ['pg_ts_config', 'cfgnamespace'],
  ['pg_ts_dict', 'dictnamespace'],
  ['pg_ts_parser', 'prsnamespace'],
  ['pg_ts_template', 'tmplnamespace'],
] as const

/** Hashed with what it is called and, for statistics, what they are of. */
function otherHash(catalog: string, oid: string): string {
  const definition = `CASE WHEN ${catalog} = 'pg_statistic_ext'::regclass THEN pg_get_statisticsobjdef(${oid}) END`
  const identity = `(SELECT identity FROM pg_identify_object(${catalog}, ${oid}, 0))`
  return hash(`${catalog}::text`, placed(identity), placed(definition))
}

/** Types, functions and what is rare: what is not of a relation. */
function heldItems(way: Way): readonly string[] {
  const whose = {
    fleet: {
      types: `target t JOIN pg_type y ON y.typnamespace = t.namespace
     AND (y.typtype IN ('e', 'd', 'r', 'm') OR y.typtype = 'b' AND y.typelem = 0)`,
      composites: `target t JOIN pg_class k ON k.relnamespace = t.namespace AND k.relkind = 'c'
    JOIN pg_type y ON y.oid = k.reltype`,
      functions: 'target t JOIN pg_proc p ON p.pronamespace = t.namespace',
    },
    one: {
      types: `${held('pg_type', 'y')}`,
      composites: undefined,
      functions: held('pg_proc', 'p'),
    },
  }[way]
  const {types, composites, functions} = whose
  return [
    `SELECT t.namespace, ${typeHash} FROM ${types}`,
    ...(composites === undefined ? [] : [`SELECT t.namespace, ${typeHash} FROM ${composites}`]),
    `SELECT t.namespace, ${hash("'enum'", 'y.typname', 'e.enumlabel', 'e.enumsortorder')}
    FROM ${types} JOIN pg_enum e ON e.enumtypid = y.oid`,
    `SELECT t.namespace, ${functionHash} FROM ${functions}`,
    `SELECT t.namespace, ${hash("'default grants'", 'a.defaclobjtype', own('a.defaclrole'), named('a.defaclacl'))}
    FROM target t JOIN pg_default_acl a ON a.defaclnamespace = t.namespace`,
    ...otherItems[way],
  ]
}

const otherItems: Readonly<Record<Way, readonly string[]>> = {
  fleet: otherCatalogs.map(
    ([catalog, namespace]) => `SELECT t.namespace, ${otherHash(`'${catalog}'::regclass`, 'o.oid')}
    FROM target t JOIN ${catalog} o ON o.${namespace} = t.namespace`,
  ),
  one: [
    `SELECT t.namespace, ${otherHash('d.classid::regclass', 'd.objid')}
    FROM target t JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass
     AND d.refobjid = t.namespace
     AND d.classid IN (${otherCatalogs.map(([catalog]) => `'${catalog}'::regclass`).join(', ')})`,
  ],
}
