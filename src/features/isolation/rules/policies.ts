import type {CatalogRule} from '../finding.js'

const object = `format('%I.%I', schema, table_name)`
const anew = `format('DROP POLICY %I ON %I.%I; SELECT shared_schema.protect_table(%L);', name, schema,
         table_name, format('%I.%I', schema, table_name))`
const away = `format('DROP POLICY %I ON %I.%I;', name, schema, table_name)`
const uuidText = '[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}'

/** Exactly one policy opens a table to tenants, and it compares the row's tenant with the login's. */
export const policyRules: readonly CatalogRule[] = [
  {
    id: 'policy.missing',
    holds: 'Every table and every partition has the policy tenant_rows.',
    why: 'Without a policy nobody sees a row; the policy that is then made in haste shows them all.',
    sql: `SELECT t.tenant, format('%I.%I', t.schema, t.name), 'no policy lets its tenant see its rows',
       format('SELECT shared_schema.protect_table(%L);', format('%I.%I', t.schema, t.name))
  FROM tenant_table t
 WHERE NOT EXISTS (SELECT FROM policy p WHERE p.polrelid = t.oid
                     AND p.opens_to_tenants)`,
  },
  {
    id: 'policy.literal',
    holds: 'No policy names a tenant by its id.',
    why: 'A table copied from another tenant shows its rows to that one, not to its own.',
    sql: `SELECT tenant, ${object}, format('the policy %I names a tenant: %s', name, coalesce(qual, with_check)),
       ${anew}
  FROM policy WHERE polpermissive AND concat(qual, with_check) ~ '${uuidText}'`,
  },
  {
    id: 'policy.second',
    holds: 'Beside tenant_rows no permissive policy is weaker than it.',
    why: 'Permissive policies are joined by OR: the weakest one decides.',
    sql: `SELECT tenant, ${object},
       format('the policy %I shows rows beside tenant_rows: %s', name, coalesce(qual, with_check)), ${away}
  FROM policy
 WHERE opens_to_tenants AND NOT (confines_reads AND confines_writes) AND is_beside
   AND concat(qual, with_check) !~ '${uuidText}'`,
  },
  {
    id: 'policy.expression',
    holds: 'The policy compares tenant_id with shared_schema.current_tenant_id() and nothing else.',
    why: 'A setting, a name or a function of another kind can be chosen by whoever runs SQL.',
    sql: `SELECT tenant, ${object}, format('the policy %I shows rows where %s', name, qual), ${anew}
  FROM policy
 WHERE opens_to_tenants AND NOT confines_reads AND NOT is_beside
   AND concat(qual, with_check) !~ '${uuidText}'`,
  },
  {
    id: 'policy.check',
    holds: 'The policy checks rows that are written as it checks those that are read.',
    why: 'Rows could be written for another tenant; without WITH CHECK the next change of USING decides.',
    sql: `SELECT tenant, ${object},
       coalesce(format('the policy %I lets rows be written where %s', name, with_check),
         format('the policy %I has no WITH CHECK', name)), ${anew}
  FROM policy
 WHERE opens_to_tenants AND confines_reads AND polcmd IN ('*', 'w', 'a')
   AND (with_check IS NULL OR NOT confines_writes) AND NOT (NOT confines_writes AND is_beside)
   AND concat(qual, with_check) !~ '${uuidText}'`,
  },
  {
    id: 'policy.command',
    holds: 'The policy is for every command.',
    why: 'Other commands have no policy of their own, and the next one is made without a look at this.',
    sql: `SELECT tenant, ${object}, format('the policy %I is for %s alone', name, CASE polcmd WHEN 'r' THEN 'SELECT'
         WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END), ${anew}
  FROM policy
 WHERE opens_to_tenants AND polcmd <> '*' AND confines_reads AND confines_writes
   AND NOT is_beside`,
  },
  {
    id: 'policy.roles',
    holds:
      'The policy of a table binds every role; a policy for one role is for the auditor, who reads evidence.',
    why: 'A role that the policy leaves out, the owner above all, is bound by another or by none.',
    sql: `SELECT tenant, ${object}, format('the policy %I is for %s: %s', name,
         (SELECT string_agg(coalesce(quote_ident(r.rolname), 'PUBLIC'), ', ' ORDER BY r.rolname)
            FROM unnest(polroles) role LEFT JOIN pg_roles r ON r.oid = role),
         coalesce(qual, with_check, 'true')),
       CASE WHEN opens_to_tenants THEN ${anew} ELSE ${away} END
  FROM policy
 WHERE polpermissive AND polroles <> '{0}'
   AND (CASE WHEN opens_to_tenants THEN confines_reads AND confines_writes AND NOT is_beside
        ELSE polcmd <> 'r' OR table_name !~ '^audit_'
          OR polroles IS DISTINCT FROM ARRAY[to_regrole('mitra_auditor')::oid] END)`,
  },
]
