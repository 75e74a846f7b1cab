import {identifier, literal} from '../../../ports/sql-text.js'
import type {ProbePair} from './pair.js'
import type {SchemaShape} from './shape.js'
import type {Answer, Attempt} from './trial.js'

interface LoginWorld {
  /** Whom the login might want to be. */
  readonly roles: readonly string[]
  readonly own: SchemaShape
  readonly other: SchemaShape
}

/** What the real login tries: to be somebody else, to make something, to open what is another's. */
export function loginAttempts(
  pair: ProbePair,
  {roles, own, other}: LoginWorld,
): readonly Attempt[] {
  return [
    ...identityAttempts(pair),
    ...roles.flatMap((name) => becomeAttempts(pair, name)),
    ...makeAttempts(pair, own),
    ...(pair.other === undefined ? [] : openAttempts(pair.other.schema, other)),
    ...lookAttempts(pair),
    ...outsideAttempts(pair, own),
  ]
}

const identity =
  'SELECT session_user || $$ $$ || coalesce(shared_schema.current_tenant_id()::text, $$nobody$$)'

function identityAttempts({own, otherId}: ProbePair): readonly Attempt[] {
  const expected = `${own.login} ${own.id}`
  const settings = [
    'mitra.tenant_id',
    'app.tenant_id',
    'app.current_tenant',
    'app.user_id',
    'tenant.id',
  ]
  return [
    {
      rule: 'probe.identity',
      object: own.login,
      sql: [identity],
      isQuery: true,
      shows: ({value, message}) =>
        value === expected
          ? undefined
          : `it is ${value ?? message ?? 'nobody'} and not ${expected}`,
    },
    {
      rule: 'probe.identity',
      object: own.login,
      sql: ["SELECT current_schema() || $$, row_security $$ || current_setting('row_security')"],
      isQuery: true,
      shows: ({value}) =>
        value === `${own.schema}, row_security on`
          ? undefined
          : `it begins in ${value ?? 'no schema'}`,
    },
    ...settings.map((setting): Attempt => ({
      rule: 'probe.identity',
      object: own.login,
      sql: [`SET LOCAL ${setting} = ${literal(otherId)}`, identity],
      isQuery: true,
      shows: ({value, code}) =>
        code === undefined && value?.endsWith(otherId)
          ? `the setting ${setting} makes it another tenant`
          : undefined,
    })),
  ]
}

function becomeAttempts({own}: ProbePair, name: string): readonly Attempt[] {
  return ['SET LOCAL ROLE', 'SET LOCAL SESSION AUTHORIZATION'].map((how) => ({
    rule: 'probe.becomes',
    object: own.login,
    sql: [`${how} ${identifier(name)}`],
    isQuery: false,
    shows: ifDone(`${how.replace('LOCAL ', '')} makes it ${name}`),
  }))
}

function makeAttempts({own}: ProbePair, {relations}: SchemaShape): readonly Attempt[] {
  const schema = identifier(own.schema)
  const [table = 'users'] = relations
    .filter(({kind, isPartition}) => kind === 'table' && !isPartition)
    .map(({name}) => name)
  const target = `${schema}.${identifier(table)}`
  const statements = [
    `CREATE TABLE ${schema}.mitra_probe ()`,
    'CREATE TABLE shared_schema.mitra_probe ()',
    'CREATE TABLE public.mitra_probe ()',
    'CREATE TEMPORARY TABLE mitra_probe ()',
    'CREATE SCHEMA mitra_probe',
    'CREATE ROLE mitra_probe',
    `GRANT mitra_tenant TO ${identifier(own.login)}`,
    `CREATE FUNCTION ${schema}.mitra_probe() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    `CREATE POLICY mitra_probe ON ${target} USING (true)`,
    `ALTER TABLE ${target} DISABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${target} NO FORCE ROW LEVEL SECURITY`,
    `TRUNCATE ${target}`,
    `ALTER ROLE ${identifier(own.login)} BYPASSRLS`,
    'ALTER FUNCTION shared_schema.current_tenant_id() RESET search_path',
    "SET LOCAL session_replication_role = 'replica'",
    "SELECT pg_read_file('PG_VERSION')",
    'SELECT * FROM pg_authid LIMIT 1',
    'UPDATE shared_schema.tenants SET name = name',
    'UPDATE shared_schema.countries SET name = name',
  ]
  const asAll = ['CREATE ROLE mitra_probe', 'CREATE SCHEMA mitra_probe']
  const scripts = [
    ...statements.map((sql) => [sql]),
    ...asAll.map((sql) => ['SET LOCAL ROLE mitra_tenant', sql]),
  ]
  return scripts.map((sql) => ({
    rule: 'probe.makes',
    object: own.login,
    sql,
    isQuery: false,
    shows: ({code, rows = 0}) =>
      code !== undefined || (sql[0]?.startsWith('UPDATE') === true && rows === 0)
        ? undefined
        : `it may: ${sql.join('; ')}`,
  }))
}

/** Every relation of the other tenant by name, and its tables by search_path too. */
function openAttempts(schema: string, {relations}: SchemaShape): readonly Attempt[] {
  return relations.flatMap(({name, kind, isPartition}) => {
    const target = `${identifier(schema)}.${identifier(name)}`
    const statements =
      kind === 'view' || isPartition
        ? [`SELECT FROM ${target} LIMIT 1`]
        : [
            `SELECT FROM ${target} LIMIT 1`,
            `INSERT INTO ${target} (tenant_id) SELECT NULL::uuid WHERE false`,
            `UPDATE ${target} SET tenant_id = NULL WHERE false`,
            `DELETE FROM ${target} WHERE false`,
          ]
    const byName = statements.map((sql) => opening(`${schema}.${name}`, [sql]))
    const byPath = opening(`${schema}.${name}`, [
      `SET LOCAL search_path = ${identifier(schema)}`,
      `SELECT FROM ${identifier(name)} LIMIT 1`,
    ])
    return isPartition ? byName : [...byName, byPath]
  })
}

function opening(object: string, sql: readonly string[]): Attempt {
  const verb = /^\w+/.exec(sql.at(-1) ?? '')?.[0] ?? ''
  const how = sql.length > 1 ? ' by the search_path' : ''
  return {
    rule: 'probe.opens',
    object,
    sql,
    isQuery: false,
    shows: ifDone(`another tenant may ${verb} it${how}`),
  }
}

/** What the login itself sees of others: an empty list is what it should see. */
function lookAttempts({own}: ProbePair): readonly Attempt[] {
  const questions: readonly (readonly [object: string, what: string, sql: string])[] = [
    [
      'shared_schema.tenants',
      'it reads of other tenants',
      `SELECT string_agg(name, ', ') FROM shared_schema.tenants WHERE tenant_id <> ${literal(own.id)}`,
    ],
    [
      own.login,
      'it may use other schemas',
      `SELECT string_agg(nspname, ', ') FROM pg_namespace WHERE has_schema_privilege(oid, 'USAGE')
         AND nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'shared_schema', ${literal(own.schema)})`,
    ],
    [
      own.login,
      'it may connect to other databases',
      `SELECT string_agg(datname, ', ') FROM pg_database
        WHERE datallowconn AND datname <> current_database() AND has_database_privilege(oid, 'CONNECT')`,
    ],
    [
      'pg_stat_activity',
      'it reads statements of others',
      `SELECT string_agg(DISTINCT usename, ', ') FROM pg_stat_activity
        WHERE usename <> session_user AND query NOT IN ('', '<insufficient privilege>')`,
    ],
  ]
  return questions.map(([object, what, sql]) => ({
    rule: 'probe.sees',
    object,
    sql: [sql],
    isQuery: true,
    shows: ({value}) => (value === undefined ? undefined : `${what}: ${value}`),
  }))
}

/** Rows of what all tenants reach in which the other one is named. */
function outsideAttempts({other, otherId}: ProbePair, {outside}: SchemaShape): readonly Attempt[] {
  const signs = [otherId, ...(other === undefined ? [] : [other.schema, other.login])]
  return outside.map(({schema, name, columns}) => {
    const row = columns.map((column) => `${identifier(column)}::text`).join(", ' ', ")
    const named = signs.map((sign) => `strpos(x.row, ${literal(sign)}) > 0`).join(' OR ')
    const target = `${identifier(schema)}.${identifier(name)}`
    return {
      rule: 'probe.sees',
      object: `${schema}.${name}`,
      sql: [`SELECT count(*) FROM (SELECT concat(${row}) AS row FROM ${target}) x WHERE ${named}`],
      isQuery: true,
      shows: ({code, value}) =>
        code === undefined && value !== '0' ? 'a row of it names another tenant' : undefined,
    }
  })
}

function ifDone(words: string): (answer: Answer) => string | undefined {
  return ({code}) => (code === undefined ? words : undefined)
}
