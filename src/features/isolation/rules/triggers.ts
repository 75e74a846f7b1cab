import type {CatalogRule} from '../finding.js'

// A record of events itself: evidence of each event would be the event twice.
const unrecorded = `'customer_analytics'`

/** Every change of a row that people make leaves evidence. */
export const triggerRules: readonly CatalogRule[] = [
  {
    id: 'trigger.audit-missing',
    holds: 'Every table that a tenant may change records each insert, update and delete of a row.',
    why: 'Who changed another’s data could not be found.',
    sql: `SELECT t.tenant, format('%I.%I', t.schema, t.name), 'changes of its rows leave no evidence',
       format('CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON %I.%I FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change(%L, %L);',
         t.schema, t.name, coalesce((SELECT a.attname FROM pg_index i JOIN pg_attribute a
           ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.indnkeyatts - 1]
           WHERE i.indrelid = t.oid AND i.indisprimary), 'id'), t.name)
  FROM tenant_table t
 WHERE NOT t.relispartition AND t.name NOT IN (${unrecorded}) AND t.name !~ '^audit_'
   AND t.oid IN (SELECT oid FROM granted WHERE is_own AND privilege IN ('INSERT', 'UPDATE', 'DELETE'))
   AND NOT EXISTS (
     SELECT FROM pg_trigger g
      WHERE g.tgrelid = t.oid AND g.tgfoid = to_regprocedure('shared_schema.record_change()')
        AND g.tgtype & 1 = 1 AND g.tgtype & 66 = 0 AND g.tgtype & 28 = 28 AND g.tgqual IS NULL
        AND g.tgattr = ''::int2vector)`,
  },
  {
    id: 'trigger.evidence',
    holds: 'Rows of evidence can be added, not changed or taken away, by their owner neither.',
    why: 'Who can change evidence can hide what was done.',
    sql: `SELECT t.tenant, format('%I.%I', t.schema, t.name), 'its rows can be changed and taken away',
       format('CREATE TRIGGER keep_evidence BEFORE UPDATE OR DELETE ON %I.%I FOR EACH ROW EXECUTE FUNCTION shared_schema.%I();',
         t.schema, t.name, k.proname)
  FROM tenant_table t
  JOIN pg_proc k ON k.pronamespace = 'shared_schema'::regnamespace
    AND k.proname = CASE t.name WHEN 'audit_links' THEN 'keep_audit_link' ELSE 'keep_audit_log' END
 WHERE t.name ~ '^audit_' AND NOT t.relispartition
   AND NOT EXISTS (
     SELECT FROM pg_trigger g
      WHERE g.tgrelid = t.oid AND g.tgfoid = k.oid AND g.tgtype & 1 = 1 AND g.tgtype & 2 = 2
        AND g.tgtype & 24 = 24 AND g.tgqual IS NULL AND g.tgattr = ''::int2vector)`,
  },
  {
    id: 'trigger.disabled',
    holds: 'No trigger of a tenant table is switched off.',
    why: 'Evidence is not written, or a foreign key is not checked.',
    sql: `SELECT t.tenant, format('%I.%I', t.schema, t.name),
       format('the trigger %I is switched off', g.tgname),
       CASE WHEN g.tgisinternal THEN format('ALTER TABLE %I.%I ENABLE TRIGGER ALL;', t.schema, t.name)
            ELSE format('ALTER TABLE %I.%I ENABLE TRIGGER %I;', t.schema, t.name, g.tgname) END
  FROM tenant_table t JOIN pg_trigger g ON g.tgrelid = t.oid
 WHERE g.tgenabled NOT IN ('O', 'A')`,
  },
  {
    id: 'trigger.function',
    holds: 'A trigger calls a function of its own schema, of shared_schema or of Postgres.',
    why: 'A trigger sees every row that is written.',
    sql: `SELECT t.tenant, format('%I.%I', t.schema, t.name),
       format('the trigger %I calls %s', g.tgname, g.tgfoid::regprocedure),
       format('DROP TRIGGER %I ON %I.%I;', g.tgname, t.schema, t.name)
  FROM tenant_table t JOIN pg_trigger g ON g.tgrelid = t.oid JOIN pg_proc p ON p.oid = g.tgfoid
 WHERE g.tgparentid = 0 AND p.pronamespace <> t.schema_oid
   AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'shared_schema'::regnamespace)`,
  },
]
