import {citusManual, citusSource, type CitusRule} from './source.js'

const table = `format('%I.%I', t.schema, t.name)`
const schemaSharding = 'commands/schema_based_sharding.c'

/** What `citus_schema_distribute` or the first statement after it ends with an error for. */
export const refusedByCitus: readonly CitusRule[] = [
  {
    id: 'citus-refuses.policy-subquery',
    holds: 'No policy has a subquery.',
    why: 'A table with such a policy cannot be distributed.',
    source: citusSource('commands/policy.c', 464),
    sql: `SELECT t.tenant, ${table}, format('the policy %I has a subquery', p.polname),
       CASE WHEN p.polname = 'tenant_rows'
            THEN format('ALTER POLICY tenant_rows ON %s USING (tenant_id = shared_schema.current_tenant_id()) WITH CHECK (tenant_id = shared_schema.current_tenant_id());', ${table})
            ELSE format('Write the policy %I without a subquery.', p.polname) END
  FROM tenant_table t JOIN pg_policy p ON p.polrelid = t.oid
 WHERE concat(p.polqual::text, p.polwithcheck::text) ~ '\\{SUBLINK '`,
  },
  {
    id: 'citus-refuses.nested-query',
    holds: 'No function that a policy calls reads a table.',
    why: 'The policy is decided on the node of the tenant, inside a query on a shard; a query in it is an error there.',
    source: citusSource('executor/multi_executor.c', 971),
    sql: `SELECT NULL, r.signature, 'policies call it, and it reads a table',
       'Let it find the tenant without a query, or from a table that is on each node and not distributed.'
  FROM routine r
 WHERE r.is_text AND r.prosrc ~* '\\m(from|join)\\s+[a-z_]'
   AND EXISTS (SELECT FROM tenant_table t JOIN pg_policy p ON p.polrelid = t.oid
     JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid
      AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = r.oid)`,
  },
  {
    id: 'citus-refuses.foreign-table',
    holds: 'No tenant schema has a foreign table.',
    why: 'The schema cannot be distributed.',
    source: citusSource(schemaSharding, 158),
    sql: `SELECT r.tenant, format('%I.%I', r.schema, r.name), 'it is a foreign table',
       format('ALTER FOREIGN TABLE %I.%I SET SCHEMA public;', r.schema, r.name)
  FROM relation r WHERE r.relkind = 'f'`,
  },
  {
    id: 'citus-refuses.inheritance',
    holds: 'No table of a tenant inherits or is inherited, partitions left aside.',
    why: 'The schema cannot be distributed.',
    source: citusSource(schemaSharding, 158),
    sql: `SELECT t.tenant, ${table}, format('it inherits from %s', i.inhparent::regclass),
       format('ALTER TABLE %s NO INHERIT %s;', ${table}, i.inhparent::regclass)
  FROM tenant_table t JOIN pg_inherits i ON i.inhrelid = t.oid
 WHERE NOT t.relispartition`,
  },
  {
    id: 'citus-refuses.partition',
    holds: 'A partition lies in the schema of its parent and has no partitions itself.',
    why: 'The schema cannot be distributed.',
    source: citusSource(schemaSharding, 302),
    sql: `SELECT t.tenant, ${table},
       CASE WHEN c.relnamespace <> t.schema_oid THEN format('it is a partition of %s', i.inhparent::regclass)
            ELSE 'it is a partition and has partitions' END,
       format('ALTER TABLE %s DETACH PARTITION %s;', i.inhparent::regclass, ${table})
  FROM tenant_table t JOIN pg_inherits i ON i.inhrelid = t.oid JOIN pg_class c ON c.oid = i.inhparent
 WHERE t.relispartition AND (c.relnamespace <> t.schema_oid OR t.relkind = 'p')`,
  },
  {
    id: 'citus-refuses.key-from-outside',
    holds: 'No foreign key leads into a tenant schema from outside.',
    why: 'The schema cannot be distributed.',
    source: citusSource(schemaSharding, 196),
    sql: `SELECT t.tenant, ${table}, format('the foreign key %I of %s leads here', k.conname, k.conrelid::regclass),
       format('ALTER TABLE %s DROP CONSTRAINT %I;', k.conrelid::regclass, k.conname)
  FROM tenant_table t JOIN pg_constraint k ON k.confrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0
  JOIN pg_class c ON c.oid = k.conrelid
 WHERE c.relnamespace <> t.schema_oid`,
  },
  {
    id: 'citus-refuses.key-to-outside',
    holds: 'A foreign key that leaves a tenant schema leads to a reference table.',
    why: 'The schema cannot be distributed before that table is on every node.',
    source: citusSource(schemaSharding, 196),
    sql: `SELECT t.tenant, ${table}, format('the foreign key %I leads to %s', k.conname, k.confrelid::regclass),
       CASE WHEN n.nspname = 'shared_schema'
            THEN format('SELECT create_reference_table(%L);', k.confrelid::regclass)
            ELSE format('ALTER TABLE %s DROP CONSTRAINT %I;', ${table}, k.conname) END
  FROM tenant_table t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0
  JOIN pg_class c ON c.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relnamespace <> t.schema_oid`,
  },
  {
    id: 'citus-refuses.key-default',
    holds: 'No foreign key sets a column to the next number of a sequence.',
    why: 'The schema cannot be distributed.',
    source: citusSource('commands/foreign_constraint.c', 275),
    sql: `SELECT t.tenant, ${table}, format('the foreign key %I sets a column to its default, a sequence', k.conname),
       format('ALTER TABLE %s DROP CONSTRAINT %I;', ${table}, k.conname)
  FROM tenant_table t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
 WHERE 'd' IN (k.confdeltype, k.confupdtype)
   AND EXISTS (SELECT FROM pg_attrdef a WHERE a.adrelid = t.oid AND a.adnum = ANY (k.conkey)
     AND pg_get_expr(a.adbin, a.adrelid) LIKE '%nextval(%')`,
  },
  {
    id: 'citus-refuses.extension',
    holds: 'No extension owns a tenant schema or a table in it, or is installed there.',
    why: 'The schema cannot be distributed.',
    source: citusSource(schemaSharding, 392),
    sql: `SELECT t.name, quote_ident(t.schema_name), format('the extension %I is installed in it', e.extname),
       format('ALTER EXTENSION %I SET SCHEMA public;', e.extname)
  FROM tenant t JOIN pg_extension e ON e.extnamespace = t.schema_oid
UNION ALL
SELECT t.name, quote_ident(t.schema_name), format('the extension %I owns it', e.extname),
       format('ALTER EXTENSION %I DROP SCHEMA %I;', e.extname, t.schema_name)
  FROM tenant t JOIN pg_depend d ON d.classid = 'pg_namespace'::regclass AND d.objid = t.schema_oid
    AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid`,
  },
  {
    id: 'citus-refuses.owner',
    holds: 'One role, mitra_migrator, owns every table of a tenant.',
    why: 'Who distributes a schema must own all of its tables.',
    source: citusSource(schemaSharding, 433),
    sql: `SELECT t.tenant, ${table}, format('%I owns it', pg_get_userbyid(t.relowner)),
       format('ALTER TABLE %s OWNER TO mitra_migrator;', ${table})
  FROM tenant_table t WHERE t.relowner <> (SELECT oid FROM owner)`,
  },
  {
    id: 'citus-refuses.reference-trigger',
    holds: 'No table of shared_schema that tenants read has a trigger.',
    why: 'It cannot become a reference table.',
    source: citusSource('commands/trigger.c', 692),
    sql: `SELECT NULL, format('%I.%I', o.schema, o.name), format('it has the trigger %I', g.tgname),
       format('DROP TRIGGER %I ON %I.%I;', g.tgname, o.schema, o.name)
  FROM outside o JOIN pg_trigger g ON g.tgrelid = o.oid AND NOT g.tgisinternal
 WHERE o.relkind = 'r' AND EXISTS (SELECT FROM aclexplode(o.relacl) a
   WHERE a.grantee <> o.relowner AND a.grantee IN (SELECT oid FROM tenant_reach))`,
  },
  {
    id: 'citus-refuses.rule',
    holds: 'No table of a tenant has a rewrite rule.',
    why: 'Citus does not support the rule system.',
    source: citusManual,
    sql: `SELECT r.tenant, format('%I.%I', r.schema, r.name), format('it has the rule %I', w.rulename),
       format('DROP RULE %I ON %I.%I;', w.rulename, r.schema, r.name)
  FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid AND r.relkind IN ('r', 'p')`,
  },
]
