import type {Session} from '../../../ports/database.js'

export interface ColumnShape {
  readonly name: string
  /** Name and category of the type beneath a domain, as `pg_type` has them. */
  readonly type: string
  readonly category: string
  /** Most characters; 0 where there is no limit. */
  readonly length: number
  /** An enum's first label. */
  readonly label: string | null
  readonly isRequired: boolean
  readonly hasDefault: boolean
  /** Part of a unique key, of a foreign key or of the partition key. */
  readonly isKey: boolean
  /** A CHECK says which values it takes. */
  readonly isChecked: boolean
}

export interface RelationShape {
  readonly name: string
  readonly kind: 'table' | 'view'
  readonly isPartition: boolean
  readonly hasTenant: boolean
  readonly pages: number
  /** Those that a row can be written with; none for views and partitions. */
  readonly columns: readonly ColumnShape[]
}

export interface ForeignKeyShape {
  readonly name: string
  readonly table: string
  /** Columns that lead to another row of the same schema, tenant_id left out. */
  readonly columns: readonly string[]
}

/** What of a relation outside all tenants' schemas the login may read. */
export interface OutsideShape {
  readonly schema: string
  readonly name: string
  readonly columns: readonly string[]
}

export interface RoutineShape {
  readonly signature: string
  /** Schema and name, quoted. */
  readonly name: string
  /** Types of the arguments that must be given. */
  readonly required: readonly string[]
}

/** What of a schema can be tried, from the catalogues. */
export interface SchemaShape {
  readonly relations: readonly RelationShape[]
  readonly foreignKeys: readonly ForeignKeyShape[]
  readonly outside: readonly OutsideShape[]
  /** Functions that the login may call: its schema's and those outside all tenants' schemas. */
  readonly routines: readonly RoutineShape[]
}

/** One round trip. The schema and the login are a tenant's. */
export async function readShape(
  session: Session,
  {schema, login}: {readonly schema: string; readonly login: string},
): Promise<SchemaShape> {
  const {rows} = await session.query(shapeSql, [schema, login])
  const shape: SchemaShape = JSON.parse(String(rows[0]?.[0]))
  return shape
}

const columnSql = `SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', coalesce(b.typname, t.typname),
    'category', coalesce(b.typcategory, t.typcategory),
    'length', CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 ELSE 0 END,
    'label', (SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = coalesce(b.oid, t.oid)
               ORDER BY e.enumsortorder LIMIT 1),
    'isRequired', a.attnotnull, 'hasDefault', a.atthasdef OR a.attidentity <> '',
    'isKey', EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique
               AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
      OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey))
      OR EXISTS (SELECT FROM pg_partitioned_table p WHERE p.partrelid = c.oid AND a.attnum = ANY (p.partattrs::int2[])),
    'isChecked', t.typtype = 'd'
      OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND a.attnum = ANY (k.conkey))
  ) ORDER BY a.attnum)
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
   AND a.attidentity <> 'a' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`

const shapeSql = `SELECT jsonb_build_object(
'relations', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', c.relname,
    'kind', CASE WHEN c.relkind IN ('r', 'p') THEN 'table' ELSE 'view' END,
    'isPartition', c.relispartition, 'pages', c.relpages,
    'hasTenant', EXISTS (SELECT FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped),
    'columns', coalesce((${columnSql}), '[]')) ORDER BY c.relname), '[]')
  FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')),
'foreignKeys', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', k.conname, 'table', c.relname,
    'columns', (SELECT jsonb_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
      WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attname <> 'tenant_id'))
    ORDER BY c.relname, k.conname), '[]')
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
 WHERE k.contype = 'f' AND k.conparentid = 0 AND NOT c.relispartition
   AND c.relnamespace = $1::regnamespace
   AND EXISTS (SELECT FROM pg_attribute a
     WHERE a.attrelid = f.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)),
'outside', (SELECT coalesce(jsonb_agg(jsonb_build_object('schema', n.nspname, 'name', c.relname,
    'columns', x.names)), '[]')
  FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm')
  CROSS JOIN LATERAL (SELECT jsonb_agg(a.attname ORDER BY a.attnum) AS names FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND has_column_privilege($2, c.oid, a.attnum, 'SELECT')) x
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND n.nspname NOT IN (SELECT schema_name FROM shared_schema.tenants)
   AND has_schema_privilege($2, n.oid, 'USAGE') AND x.names IS NOT NULL),
'routines', (SELECT coalesce(jsonb_agg(jsonb_build_object('signature', p.oid::regprocedure,
    'name', format('%I.%I', n.nspname, p.proname),
    'required', (SELECT coalesce(jsonb_agg(t.typname ORDER BY u.place), '[]')
      FROM unnest(p.proargtypes[0:p.pronargs - p.pronargdefaults - 1]) WITH ORDINALITY u (type, place)
      JOIN pg_type t ON t.oid = u.type)) ORDER BY n.nspname, p.proname), '[]')
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prokind = 'f'
   AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
   AND has_schema_privilege($2, n.oid, 'USAGE') AND has_function_privilege($2, p.oid, 'EXECUTE')))`
