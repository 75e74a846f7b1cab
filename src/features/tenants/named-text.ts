import type {Session} from '../../ports/database.js'
import {identifier} from '../../ports/sql-text.js'

/**
 * Objects that hold a name of the schema or its login as text: bodies and settings of functions,
 * arguments of triggers, constants of expressions. Postgres follows a rename everywhere else; these
 * would go on naming what is no longer there. Empty when a rename is safe.
 */
export async function objectsNaming(
  session: Session,
  {schema, login}: {readonly schema: string; readonly login: string},
): Promise<readonly string[]> {
  // With the schema on the path its own objects are written without it: what is left is text.
  const path = `SELECT set_config('search_path', '${identifier(schema)}, shared_schema', true)`
  await session.script(`BEGIN; ${path}`)
  try {
    // Names are a-z, 0-9 and _: nothing in them means anything to a regular expression.
    const words = String.raw`\m(${schema}|${login})\M`
    const {rows} = await session.query(namingSql, [schema, words])
    return rows.map(([object]) => String(object))
  } finally {
    await session.script('ROLLBACK')
  }
}

const namingSql = `
WITH own AS (SELECT oid, oid::regclass AS name FROM pg_class WHERE relnamespace = $1::regnamespace),
texts (object, body) AS (
  SELECT 'function ' || p.oid::regprocedure,
         concat_ws(' ', p.prosrc, array_to_string(p.proconfig, ' '),
                   pg_get_expr(p.proargdefaults, 0))
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prokind <> 'a'
  UNION ALL
  SELECT format('default of %s.%s', own.name, a.attname), pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attrdef d JOIN own ON own.oid = d.adrelid
    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  UNION ALL
  SELECT format('constraint %s of %s', c.conname, own.name), pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN own ON own.oid = c.conrelid WHERE c.contype IN ('c', 'x')
  UNION ALL
  SELECT format('policy %s of %s', p.polname, own.name),
         concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p JOIN own ON own.oid = p.polrelid
  UNION ALL
  SELECT format('trigger %s of %s', t.tgname, own.name),
         concat_ws(' ', encode(t.tgargs, 'escape'), pg_get_triggerdef(t.oid, true))
    FROM pg_trigger t JOIN own ON own.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgparentid = 0
  UNION ALL
  SELECT format('index %s', i.indexrelid::regclass),
         concat_ws(' ', pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid))
    FROM pg_index i JOIN own ON own.oid = i.indrelid
   WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
  UNION ALL
  SELECT format('view %s', c.oid::regclass), pg_get_viewdef(c.oid)
    FROM pg_class c JOIN own ON own.oid = c.oid WHERE c.relkind IN ('v', 'm')
)
SELECT object FROM texts WHERE body ~ $2 ORDER BY object`
