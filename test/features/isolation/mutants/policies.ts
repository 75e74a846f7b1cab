import {ownerReads, seesPlanted, type Mutant} from './mutant.js'

const ownerSeesPlanted = {...seesPlanted, as: 'migrator'} as const
const policy = (how: string) =>
  `DROP POLICY tenant_rows ON lic_schema.users; CREATE POLICY tenant_rows ON lic_schema.users ${how}`
const compares = '(tenant_id = (SELECT shared_schema.current_tenant_id()))'
// The trigger that records changes would refuse it in other tables: its own rows are bound too.
const otherRow = "INSERT INTO customer_analytics (tenant_id, event_type) VALUES ('@hdfc', 'seen')"

export const policyMutants: readonly Mutant[] = [
  {
    name: 'a table has no policy',
    sql: 'DROP POLICY tenant_rows ON lic_schema.users',
    found: ['policy.missing lic_schema.users'],
    tried: ['probe.own-rows', 'probe.owner'],
    shows: {as: 'lic', sql: 'SELECT count(*) > 0 FROM users', sound: 't', broken: 'f'},
  },
  {
    name: 'a second policy shows everything',
    sql: 'CREATE POLICY support ON lic_schema.users USING (true)',
    found: ['policy.second lic_schema.users'],
    tried: ['probe.owner', 'probe.reads', 'probe.writes'],
    shows: seesPlanted,
  },
  {
    name: 'a second policy shows everything to all tenants, for reading alone',
    sql: 'CREATE POLICY support ON lic_schema.users FOR SELECT TO mitra_tenant USING (true)',
    found: ['policy.second lic_schema.users'],
    tried: ['probe.reads'],
    shows: seesPlanted,
  },
  {
    name: 'a second policy lets anything be inserted',
    sql: 'CREATE POLICY import ON lic_schema.customer_analytics FOR INSERT WITH CHECK (true)',
    found: ['policy.second lic_schema.customer_analytics'],
    tried: ['probe.writes'],
    shows: {as: 'lic', sql: otherRow, sound: '42501', broken: 'done'},
  },
  {
    name: 'a policy that was copied names the tenant that it was copied from',
    sql: policy("USING (tenant_id = '@hdfc') WITH CHECK (tenant_id = '@hdfc')"),
    found: ['policy.literal lic_schema.users'],
    tried: ['probe.own-rows', 'probe.owner', 'probe.reads', 'probe.writes'],
    shows: seesPlanted,
  },
  {
    name: 'a policy believes a setting',
    sql: policy(
      "USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)",
    ),
    found: ['policy.expression lic_schema.users'],
    tried: ['probe.own-rows', 'probe.owner', 'probe.reads'],
    shows: {...seesPlanted, sql: `SET app.tenant_id = '@hdfc'; ${seesPlanted.sql}`},
  },
  {
    name: 'a policy makes an exception',
    sql: policy(`USING (${compares} OR role = 'agent') WITH CHECK ${compares}`),
    found: ['policy.expression lic_schema.users'],
    tried: ['probe.owner', 'probe.reads', 'probe.writes'],
    shows: seesPlanted,
  },
  {
    name: 'a policy is the wrong way round',
    sql: policy(
      'USING (tenant_id <> (SELECT shared_schema.current_tenant_id())) WITH CHECK (tenant_id = (SELECT shared_schema.current_tenant_id()))',
    ),
    found: ['policy.expression lic_schema.users'],
    tried: ['probe.own-rows', 'probe.owner', 'probe.reads', 'probe.writes'],
    shows: seesPlanted,
  },
  {
    name: 'a policy compares another column',
    sql: policy(
      'USING (user_id = (SELECT shared_schema.current_tenant_id()) OR tenant_id IS NOT NULL)',
    ),
    found: ['policy.expression lic_schema.users'],
    tried: ['probe.owner', 'probe.reads', 'probe.writes'],
    shows: seesPlanted,
  },
  {
    name: 'a policy lets rows be written for others',
    sql: policy(`USING ${compares} WITH CHECK (true)`).replaceAll('users', 'customer_analytics'),
    found: ['policy.check lic_schema.customer_analytics'],
    tried: ['probe.writes'],
    shows: {as: 'lic', sql: otherRow, sound: '42501', broken: 'done'},
  },
  {
    name: 'a policy has no WITH CHECK',
    sql: policy(`USING ${compares}`),
    found: ['policy.check lic_schema.users'],
    alone: 'Postgres checks with USING until that is changed',
  },
  {
    name: 'a policy is for reading alone',
    sql: policy(`FOR SELECT USING ${compares}`),
    found: ['policy.command lic_schema.users'],
    tried: ['probe.own-rows'],
    shows: {
      as: 'lic',
      sql: "INSERT INTO users (role) VALUES ('agent') RETURNING 'written'",
      sound: 'written',
      broken: '42501',
    },
  },
  {
    name: 'a policy is for tenants alone, and the migrator is bound by none',
    sql: policy(`TO mitra_tenant USING ${compares} WITH CHECK ${compares}`),
    found: ['policy.roles lic_schema.users'],
    tried: ['probe.owner'],
    shows: {
      as: 'migrator',
      sql: `SET mitra.tenant_id = '@hdfc'; ${seesPlanted.sql}`,
      sound: '1',
      broken: '0',
    },
  },
  {
    name: 'a policy shows the owner everything',
    sql: 'CREATE POLICY owner ON lic_schema.users TO mitra_migrator USING (true)',
    found: ['policy.roles lic_schema.users'],
    tried: ['probe.owner'],
    shows: ownerSeesPlanted,
  },
  {
    name: 'a policy shows the auditor more than evidence',
    sql: 'CREATE POLICY auditor_reads ON lic_schema.users FOR SELECT TO mitra_auditor USING (true)',
    found: ['policy.roles lic_schema.users'],
    alone: 'the auditor has no grant on the table yet',
  },
  {
    name: 'a policy lets the auditor write',
    sql: 'CREATE POLICY auditor_writes ON lic_schema.audit_logs TO mitra_auditor USING (true)',
    found: ['policy.roles lic_schema.audit_logs'],
    alone: 'the auditor has no grant to write',
  },
  {
    name: 'the policy of a partition shows everything',
    sql:
      'DROP POLICY tenant_rows ON lic_schema.audit_logs_@month;' +
      ' CREATE POLICY tenant_rows ON lic_schema.audit_logs_@month USING (true) WITH CHECK (true)',
    found: ['policy.expression lic_schema.audit_logs_@month'],
    tried: ['probe.owner'],
    shows: ownerReads('audit_logs_@month'),
  },
]
