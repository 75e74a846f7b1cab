import {citusManual, citusSource, type CitusRule} from './source.js'

// Functions that a trigger, a policy or a default of a tenant's table leads to run on its node.
const onNode = `r.oid IN (SELECT oid FROM on_node)`
const ofPlatform = `(r.is_platform OR r.is_tenants)`

/** What goes on working and means something else. */
export const changedByCitus: readonly CitusRule[] = [
  {
    id: 'citus-changes.session-user',
    holds: 'No function that runs on the node of a tenant asks for session_user.',
    why: 'There it is the current_user of the coordinator: SET ROLE and functions with their owner’s rights change it.',
    source: citusSource('connection/connection_management.c', 299),
    sql: `SELECT r.tenant, r.signature, 'it asks for session_user, which on another node is current_user here',
       'Prove isolation on a cluster before it holds data: SET ROLE and SECURITY DEFINER must not lead to another tenant.'
  FROM routine r WHERE ${onNode} AND r.prosrc ~* '\\msession_user\\M'`,
  },
  {
    id: 'citus-changes.client-address',
    holds: 'No function that runs on the node of a tenant asks for the address of its client.',
    why: 'There the client is the coordinator.',
    source: citusSource('connection/connection_management.c', 299),
    sql: `SELECT r.tenant, r.signature, 'it asks for inet_client_addr(), which on another node is the coordinator’s',
       'Hand the address over as a setting, as app.user_id is.'
  FROM routine r WHERE ${onNode} AND r.prosrc ~* '\\minet_client_(addr|port)\\M'`,
  },
  {
    id: 'citus-changes.setting',
    holds: 'No function that runs on the node of a tenant reads a setting of the session.',
    why: 'Settings stay on the coordinator, unless SET LOCAL is used and handed on.',
    source: citusSource('shared_library_init.c', 2384),
    sql: `SELECT r.tenant, r.signature,
       format('it reads %s', (SELECT string_agg(DISTINCT w[1], ', ') FROM regexp_matches(r.prosrc, 'current_setting\\(''((?:app|mitra)\\.[a-z_]+)''', 'g') w)),
       'SET citus.propagate_set_commands = local, and SET LOCAL alone; mitra sets its own with set_config, which is not handed on.'
  FROM routine r WHERE ${onNode} AND r.prosrc ~ 'current_setting\\(''(app|mitra)\\.'`,
  },
  {
    id: 'citus-changes.table-name',
    holds: 'No trigger asks for the name or the number of its table.',
    why: 'On its node the table is a shard, and its name ends with the shard’s number.',
    source: citusSource('commands/trigger.c', 683),
    sql: `SELECT r.tenant, r.signature, 'it asks for the name of its table, which is that of a shard',
       'Give the name to the trigger as an argument.'
  FROM routine r WHERE ${onNode} AND r.prosrc ~* '\\mtg_(table_name|relname|relid)\\M'`,
  },
  {
    id: 'citus-changes.trigger-elsewhere',
    holds: 'A trigger of a tenant writes to no other schema.',
    why: 'Only what lies on the same node can be written from a trigger; another schema may lie elsewhere.',
    source: citusSource('executor/multi_executor.c', 971),
    sql: `SELECT r.tenant, r.signature, format('it writes to %s', w[2] || '.' || w[3]),
       'Write to a table of the tenant’s own schema.'
  FROM routine r
  CROSS JOIN LATERAL regexp_matches(r.prosrc, '\\m(insert\\s+into|update|delete\\s+from)\\s+([a-z_][a-z0-9_]*)\\.([a-z_][a-z0-9_]*)', 'gi') w
 WHERE ${onNode}`,
  },
  {
    id: 'citus-changes.definer',
    holds: 'No function runs with the rights of its owner.',
    why: 'What it sends to another node goes there as its owner, who is bound by other policies.',
    source: citusSource('connection/connection_management.c', 299),
    sql: `SELECT r.tenant, r.signature, 'it runs with the rights of its owner, and so do its queries on other nodes',
       'Keep it to what lies on the node that it runs on: triggers and policies do.'
  FROM routine r WHERE r.prosecdef AND ${ofPlatform}`,
  },
  {
    id: 'citus-changes.advisory-lock',
    holds: 'No function that runs on the node of a tenant takes an advisory lock.',
    why: 'The lock is one of that node; a session on the coordinator does not meet it.',
    source: citusSource('executor/multi_executor.c', 971),
    sql: `SELECT r.tenant, r.signature, 'its advisory lock is one of the node of the tenant',
       'Nothing, as long as only triggers of one tenant take it: they all run there.'
  FROM routine r WHERE ${onNode} AND r.prosrc ~* 'pg_(try_)?advisory'`,
  },
  {
    id: 'citus-changes.sequence',
    holds: 'No column of a tenant is numbered by a sequence smaller than bigint.',
    why: 'Numbers have gaps by node, and inserts from a node fail when the type is smaller.',
    source: citusManual,
    sql: `SELECT r.tenant, format('%I.%I', r.schema, r.name), format('it is a sequence of type %s', s.seqtypid::regtype),
       format('ALTER SEQUENCE %I.%I AS bigint;', r.schema, r.name)
  FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid WHERE s.seqtypid <> 'bigint'::regtype`,
  },
  {
    id: 'citus-changes.materialized-view',
    holds: 'No tenant schema has a materialised view.',
    why: 'It is kept on the coordinator, not with the tenant.',
    source: 'https://docs.citusdata.com/en/stable/develop/reference_sql.html',
    sql: `SELECT r.tenant, format('%I.%I', r.schema, r.name), 'it would stay on the coordinator',
       format('DROP MATERIALIZED VIEW %I.%I;', r.schema, r.name)
  FROM relation r WHERE r.relkind = 'm'`,
  },
]

/** What has to be done once, before the first schema moves. */
export const neededByCitus: readonly CitusRule[] = [
  {
    id: 'citus-needs.reference-table',
    holds: 'What tenants read of shared_schema is on every node.',
    why: 'A table of the coordinator cannot be joined with those of a tenant.',
    source: 'https://docs.citusdata.com/en/stable/develop/api_udf.html#create-reference-table',
    sql: `SELECT NULL, format('%I.%I', o.schema, o.name), 'tenants read it, and it is on one node',
       format('SELECT create_reference_table(%L);', format('%I.%I', o.schema, o.name))
  FROM outside o
 WHERE o.relkind = 'r' AND o.name <> 'tenants' AND EXISTS (SELECT FROM aclexplode(o.relacl) a
   WHERE a.grantee <> o.relowner AND a.privilege_type = 'SELECT' AND a.grantee IN (SELECT oid FROM tenant_reach))`,
  },
  {
    id: 'citus-needs.function',
    holds: 'What a trigger or a policy calls by its name is on every node.',
    why: 'Citus takes along what a table depends on; a name in the text of a function is no dependency.',
    source: citusSource('commands/function.c', 129),
    sql: `SELECT r.tenant, r.signature, 'it is called by name from what runs on the node of a tenant',
       format('SELECT create_distributed_function(%L);', r.oid::regprocedure)
  FROM routine r WHERE ${onNode} AND r.oid NOT IN (SELECT oid FROM named_by_table)`,
  },
  {
    id: 'citus-needs.default-privileges',
    holds: 'Default privileges are the same on every node.',
    why: 'Citus hands GRANT and REVOKE on, ALTER DEFAULT PRIVILEGES it does not: functions would be open to PUBLIC there.',
    source: citusSource('commands/distribute_object_ops.c', 1),
    sql: `SELECT NULL, format('default privileges of %I', pg_get_userbyid(d.defaclrole)), 'they are set on one node',
       'SELECT run_command_on_workers($$ALTER DEFAULT PRIVILEGES FOR ROLE mitra_migrator REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC$$);'
  FROM pg_default_acl d WHERE d.defaclrole = (SELECT oid FROM owner)`,
  },
]
