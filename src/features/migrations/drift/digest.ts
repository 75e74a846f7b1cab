/**
 * A cheap 64-bit digest of every schema of the fleet: schemas of the same digest have the same facts. It
 * reads what is in the catalogs as it lies there, each catalog once or twice, and prints next to nothing.
 * The other way round it may differ for schemas that are equal, for a column number for example: facts
 * decide then. It has to see whatever `schemaFactsSql` sees.
 *
 * `targets` is a SELECT of (key, schema_name, login, tenant), all text. Rows: (key, digest).
 */
export function schemaDigestsSql(targets: string): string {
  const items = [...relationItems, ...columnItems, ...keyItems, ...typeItems, ...rareItems]
  return `WITH ${targetSql(targets)},
${relSql},
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
const own = (role: string) => `CASE WHEN ${role} = t.role THEN 0::oid ELSE ${role} END`
const named = (acl: string) =>
  `CASE WHEN ${acl} IS NOT NULL THEN replace(${acl}::text, t.login_mark, '~login=') END`
const placed = (text: string) => `replace(${text}, t.prefix, '~.')`

function targetSql(targets: string): string {
  return `given AS (${targets}
), target AS MATERIALIZED (
  SELECT g.key, n.oid AS namespace, n.nspowner, n.nspacl, quote_ident(n.nspname) || '.' AS prefix,
    coalesce(r.oid, 0::oid) AS role, quote_ident(r.rolname) || '=' AS login_mark
    FROM given g JOIN pg_namespace n ON n.nspname = g.schema_name
    LEFT JOIN pg_roles r ON r.rolname = nullif(g.login, '')
)`
}

/** Everything that is no index; a partition under the name of its parent. */
const relSql = `rel AS MATERIALIZED (
  SELECT t.namespace, c.oid, c.relkind, c.relispartition, coalesce(parent.relname, c.relname) AS relname,
    ${hash('c.relispartition', 'coalesce(parent.relname, c.relname)', 'c.relkind', 'c.relpersistence', 'c.relreplident', 'c.relam', 'c.reltablespace', 'c.reloptions', 'c.relrowsecurity', 'c.relforcerowsecurity', own('c.relowner'), named('c.relacl'), 'c.reloftype')} AS h
    FROM target t JOIN pg_class c ON c.relnamespace = t.namespace
    LEFT JOIN (SELECT h.inhrelid, p.relname FROM pg_inherits h
                 JOIN pg_class k ON k.oid = h.inhrelid AND k.relispartition AND k.relkind NOT IN ('i', 'I')
                 JOIN pg_class p ON p.oid = h.inhparent) parent
      ON parent.inhrelid = c.oid
   WHERE c.relkind NOT IN ('i', 'I')
)`

const rel = 'rel r JOIN target t USING (namespace)'

const relationItems = [
  `SELECT t.namespace, ${hash("'schema'", own('t.nspowner'), named('t.nspacl'))} AS h FROM target t`,
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
  SELECT p.oid, coalesce(hashtextextended(p.polqual::text, 1), 0) # coalesce(hashtextextended(p.polwithcheck::text, 2), 0) AS tree
    FROM pg_policy p
), plain AS MATERIALIZED (
  SELECT one.tree, hashtextextended(array_to_string(ARRAY(
      SELECT ltrim(part, '-0123456789')
        FROM unnest(string_to_array(concat(p.polqual, '|', p.polwithcheck), ':location ')) part), ''), 0) AS h
    FROM (SELECT tree, min(oid) AS oid FROM hashed GROUP BY 1) one JOIN pg_policy p USING (oid)
)`

/** All partitions of one parent are one thing, however many there are. */
const tableItems = [
  'SELECT namespace, h FROM rel WHERE relispartition',
  `SELECT r.namespace, ${hash("'policy'", 'r.relispartition', 'r.relname', 'p.polname', 'p.polcmd', 'p.polpermissive', `CASE WHEN p.polroles <> '{0}' THEN ARRAY(SELECT ${own('role')} FROM unnest(p.polroles) role) END`, 'plain.h')}
    FROM ${rel} JOIN pg_policy p ON p.polrelid = r.oid
    LEFT JOIN hashed ON hashed.oid = p.oid LEFT JOIN plain ON plain.tree = hashed.tree`,
  `SELECT r.namespace, ${hash(
    "'trigger'",
    'r.relispartition',
    'r.relname',
    'CASE WHEN NOT g.tgisinternal THEN g.tgname END',
    'g.tgenabled',
    'g.tgtype',
    'CASE WHEN p.oid IS NULL THEN g.tgfoid END',
    'p.proname',
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
    LEFT JOIN pg_proc p ON p.oid = g.tgfoid AND p.pronamespace = r.namespace
   WHERE g.tgenabled <> 'O' OR NOT g.tgisinternal AND g.tgparentid = 0`,
]

const typeItems = [
  `SELECT t.namespace, ${hash(
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
  )}
    FROM target t JOIN pg_type y ON y.typnamespace = t.namespace
   WHERE y.typtype IN ('e', 'd', 'r', 'm') OR y.typtype = 'b' AND y.typelem = 0`,
  `SELECT t.namespace, ${hash("'enum'", 'y.typname', 'e.enumlabel', 'e.enumsortorder')}
    FROM target t JOIN pg_type y ON y.typnamespace = t.namespace JOIN pg_enum e ON e.enumtypid = y.oid`,
]

/** Other things that a schema can hold: catalog, column of its namespace, how it is printed. */
const otherCatalogs = [
  ['pg_statistic_ext', 'stxnamespace', 'pg_get_statisticsobjdef(o.oid)'],
  ['pg_operator', 'oprnamespace', "''"],
  ['pg_opclass', 'opcnamespace', "''"],
  ['pg_opfamily', 'opfnamespace', "''"],
  ['pg_collation', 'collnamespace', "''"],
  ['pg_conversion', 'connamespace', "''"],
  ['pg_ts_config', 'cfgnamespace', "''"],
  ['pg_ts_dict', 'dictnamespace', "''"],
  ['pg_ts_parser', 'prsnamespace', "''"],
  ['pg_ts_template', 'tmplnamespace', "''"],
] as const

const rareItems = [
  `SELECT t.namespace, ${hash(
    "'function'",
    `CASE WHEN p.prokind = 'a' THEN ${placed('p.oid::regprocedure::text')}
        ELSE ${placed('pg_get_functiondef(p.oid)')} END`,
    own('p.proowner'),
    named('p.proacl'),
  )}
    FROM target t JOIN pg_proc p ON p.pronamespace = t.namespace`,
  `SELECT t.namespace, ${hash("'default grants'", 'a.defaclobjtype', own('a.defaclrole'), named('a.defaclacl'))}
    FROM target t JOIN pg_default_acl a ON a.defaclnamespace = t.namespace`,
  ...otherCatalogs.map(
    ([catalog, namespace, text]) => `SELECT t.namespace, ${hash(
      `'${catalog}'`,
      placed(`(
        SELECT identity FROM pg_identify_object('${catalog}'::regclass, o.oid, 0))`),
      placed(text),
    )}
    FROM target t JOIN ${catalog} o ON o.${namespace} = t.namespace`,
  ),
]
