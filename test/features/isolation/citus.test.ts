import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import DbMigrate from '../../../src/commands/db/migrate.js'
import TenantCheck from '../../../src/commands/tenant/check.js'
import TenantCreate from '../../../src/commands/tenant/create.js'
import {citusRules} from '../../../src/features/isolation/citus/citus-rules.js'
import type {IsolationFinding} from '../../../src/features/isolation/finding.js'
import type {Session} from '../../../src/ports/database.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../../support/database-workspace.js'
import {isPostgresThere} from '../../support/postgres.js'
import {run} from '../../support/run.js'

interface Obstacle {
  readonly name: string
  readonly sql: string
  readonly found: string
  readonly mend: string
}

const asMigrator = 'SET LOCAL ROLE mitra_migrator; '

const obstacles: readonly Obstacle[] = [
  {
    name: 'a foreign table',
    sql: 'CREATE FOREIGN DATA WRAPPER elsewhere; CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere; CREATE FOREIGN TABLE lic_schema.others (id int) SERVER elsewhere',
    found: 'citus-refuses.foreign-table lic_schema.others',
    mend: 'DROP FOREIGN DATA WRAPPER elsewhere CASCADE',
  },
  {
    name: 'a table that inherits',
    sql: `${asMigrator}CREATE TABLE lic_schema.more () INHERITS (lic_schema.agents)`,
    found: 'citus-refuses.inheritance lic_schema.more',
    mend: 'DROP TABLE lic_schema.more',
  },
  {
    name: 'a partition of a partition',
    sql: `${asMigrator}CREATE TABLE lic_schema.old PARTITION OF lic_schema.audit_logs FOR VALUES FROM ('1999-01-01') TO ('2000-01-01') PARTITION BY RANGE (timestamp)`,
    found: 'citus-refuses.partition lic_schema.old',
    mend: 'DROP TABLE lic_schema.old',
  },
  {
    name: 'a foreign key into the schema from outside',
    sql: `${asMigrator}CREATE TABLE shared_schema.favourites (tenant_id uuid, user_id uuid, FOREIGN KEY (tenant_id, user_id) REFERENCES lic_schema.users)`,
    found: 'citus-refuses.key-from-outside lic_schema.users',
    mend: 'DROP TABLE shared_schema.favourites',
  },
  {
    name: 'a foreign key to reference data',
    sql: 'ALTER TABLE lic_schema.policyholders ADD CONSTRAINT spoken FOREIGN KEY (language_preference) REFERENCES shared_schema.languages',
    found: 'citus-refuses.key-to-outside lic_schema.policyholders',
    mend: 'ALTER TABLE lic_schema.policyholders DROP CONSTRAINT spoken',
  },
  {
    name: 'a foreign key that numbers anew',
    sql: `${asMigrator}CREATE SEQUENCE lic_schema.numbers; CREATE TABLE lic_schema.lines (id bigint PRIMARY KEY, line bigint DEFAULT nextval('lic_schema.numbers') REFERENCES lic_schema.lines ON DELETE SET DEFAULT)`,
    found: 'citus-refuses.key-default lic_schema.lines',
    mend: 'DROP TABLE lic_schema.lines; DROP SEQUENCE lic_schema.numbers',
  },
  {
    name: 'an extension in the schema',
    sql: 'CREATE EXTENSION dblink SCHEMA lic_schema',
    found: 'citus-refuses.extension lic_schema',
    mend: 'DROP EXTENSION dblink',
  },
  {
    name: 'a table of another owner',
    sql: 'ALTER TABLE lic_schema.agents OWNER TO mitra_admin',
    found: 'citus-refuses.owner lic_schema.agents',
    mend: 'ALTER TABLE lic_schema.agents OWNER TO mitra_migrator',
  },
  {
    name: 'a trigger on reference data',
    sql: 'CREATE TRIGGER touch BEFORE UPDATE ON shared_schema.countries FOR EACH ROW EXECUTE FUNCTION shared_schema.touch_updated_at()',
    found: 'citus-refuses.reference-trigger shared_schema.countries',
    mend: 'DROP TRIGGER touch ON shared_schema.countries',
  },
  {
    name: 'a rule',
    sql: 'CREATE RULE quiet AS ON DELETE TO lic_schema.agents DO INSTEAD NOTHING',
    found: 'citus-refuses.rule lic_schema.agents',
    mend: 'DROP RULE quiet ON lic_schema.agents',
  },
  {
    name: 'a trigger that asks for the name of its table',
    sql: `${asMigrator}CREATE FUNCTION lic_schema.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM TG_TABLE_NAME; RETURN NULL; END'; CREATE TRIGGER note AFTER INSERT ON lic_schema.agents FOR EACH ROW EXECUTE FUNCTION lic_schema.note()`,
    found: 'citus-changes.table-name lic_schema.note()',
    mend: 'DROP FUNCTION lic_schema.note() CASCADE',
  },
  {
    name: 'a trigger that writes to another schema',
    sql: `${asMigrator}CREATE FUNCTION lic_schema.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO shared_schema.notes VALUES (1); RETURN NULL; END'; CREATE TRIGGER note AFTER INSERT ON lic_schema.agents FOR EACH ROW EXECUTE FUNCTION lic_schema.note()`,
    found: 'citus-changes.trigger-elsewhere lic_schema.note()',
    mend: 'DROP FUNCTION lic_schema.note() CASCADE',
  },
  {
    name: 'a small sequence',
    sql: `${asMigrator}CREATE SEQUENCE lic_schema.numbers AS int`,
    found: 'citus-changes.sequence lic_schema.numbers',
    mend: 'DROP SEQUENCE lic_schema.numbers',
  },
  {
    name: 'a materialised view',
    sql: 'CREATE MATERIALIZED VIEW lic_schema.people AS SELECT 1 AS one',
    found: 'citus-changes.materialized-view lic_schema.people',
    mend: 'DROP MATERIALIZED VIEW lic_schema.people',
  },
]

describe.skipIf(!isPostgresThere)('tenant check --citus', () => {
  let workspace: DatabaseWorkspace
  let admin: Session

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    await run(DbMigrate, [], workspace.tools())
    await run(TenantCreate, ['lic'], workspace.tools())
    admin = await (await workspace.tools().database()).connect({role: 'admin'})
  })

  afterAll(async () => {
    await admin?.close()
    await workspace?.leave()
  })

  async function check(...flags: string[]): Promise<readonly IsolationFinding[]> {
    const {json} = await run(TenantCheck, [...flags, '--json'], workspace.tools())
    return (json as {readonly findings: readonly IsolationFinding[]}).findings
  }

  const said = (findings: readonly IsolationFinding[]) =>
    findings.map(({rule, object}) => `${rule} ${object.replace(/\(.*/, '()')}`)

  test('the shipped schema is refused for its policies and the look-up behind them; each with a source', async () => {
    const findings = await check('--citus')
    const refused = new Set(findings.map(({rule}) => rule).filter((id) => /refuses/.test(id)))

    expect([...refused]).toEqual(['citus-refuses.nested-query', 'citus-refuses.policy-subquery'])
    expect(said(findings)).toEqual(
      expect.arrayContaining([
        'citus-changes.advisory-lock shared_schema.append_audit()',
        'citus-changes.client-address shared_schema.record_change()',
        'citus-changes.definer shared_schema.record_change()',
        'citus-changes.session-user shared_schema.current_tenant_id()',
        'citus-changes.setting shared_schema.record_change()',
        'citus-needs.default-privileges default privileges of mitra_migrator',
        'citus-needs.function shared_schema.append_audit()',
        'citus-needs.function shared_schema.audit_digest()',
        'citus-needs.reference-table shared_schema.countries',
        'citus-refuses.policy-subquery lic_schema.users',
      ]),
    )
    expect(findings.filter(({source}) => source?.startsWith('https://') !== true)).toEqual([])
  })

  test('what is to be done with the policies is done, and isolation holds as before', async () => {
    const findings = await check('--citus', '--rule', 'citus-refuses.policy-subquery')
    await admin.script(`BEGIN; ${findings.map(({fix}) => fix).join(' ')} COMMIT`)

    expect(findings.length).toBeGreaterThan(20)
    expect(await check('--citus', '--rule', 'citus-refuses.policy-subquery')).toEqual([])
    expect(await check()).toEqual([])
  })

  test.each(obstacles)('$name is named', async ({sql, found, mend}) => {
    const before = said(await check('--citus'))
    await admin.script(sql)
    const after = said(await check('--citus'))
    await admin.script(mend)

    expect(before).not.toContain(found)
    expect(after).toContain(found)
    expect(said(await check('--citus'))).toEqual(before)
  })

  test('every rule has named something', async () => {
    const shipped = (await check('--citus')).map(({rule}) => rule)
    const named = new Set([
      ...shipped,
      ...obstacles.map(({found}) => found.split(' ')[0]),
      'citus-refuses.policy-subquery',
    ])

    expect(citusRules.map(({id}) => id).filter((id) => !named.has(id))).toEqual([])
  })

  test('is another question than --static', async () => {
    const {exitCode} = await run(TenantCheck, ['--citus', '--static'], workspace.tools())
    expect(exitCode).toBe(2)
  })
})
