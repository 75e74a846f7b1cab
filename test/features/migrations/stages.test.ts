import {describe, expect, test} from 'vitest'
import {readMigrations, type Migrations} from '../../../src/features/migrations/files.js'
import {planMigrations, type MigrationWish} from '../../../src/features/migrations/plan.js'
import {planSql, sqlForTenant, stepSqlText} from '../../../src/features/migrations/plan-sql.js'
import {migrationScript} from '../../../src/features/migrations/sql.js'
import {emptyDatabase, type TenantRecord} from '../../../src/features/migrations/state.js'

interface TextOf {
  readonly version: number
  readonly alone?: boolean
  readonly phase?: 'expand' | 'contract'
}

function migrations(...tenant: readonly TextOf[]): Migrations {
  return readMigrations([
    {
      scope: 'shared',
      fileName: '20260101000000_base.sql',
      path: 'base.sql',
      text: '-- migrate:up\nSELECT 1;\n',
    },
    ...tenant.map(({version, alone = false, phase}) => ({
      scope: 'tenant' as const,
      fileName: `${20270101000000 + version}_v${version}.sql`,
      path: `v${version}.sql`,
      text: [
        ...(phase === undefined ? [] : [`-- mitra:phase ${phase}`]),
        `-- migrate:up${alone ? ' transaction:false' : ''}`,
        alone ? `CREATE INDEX CONCURRENTLY i${version} ON t (a);` : `SELECT ${version};`,
      ].join('\n'),
    })),
  ])
}

function tenants(count: number): readonly TenantRecord[] {
  return Array.from({length: count}, (_, index) => {
    const name = `t${String(index).padStart(5, '0')}`
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
    const names = {schema: `${name}_schema`, login: `${name}_login`, displayName: name}
    return {id, name, ...names, createdAt: '', state: 'active'}
  })
}

/** A fleet in which tenant i has the files of `has[i]`. */
function planFor(all: Migrations, has: readonly (readonly number[])[], wish: MigrationWish = {}) {
  const sums = (versions: readonly number[]) =>
    new Map(
      all.tenant
        .filter((file) => versions.includes(Number(file.version) - 20270101000000))
        .map((file) => [file.version, file.checksum]),
    )
  const fleet = tenants(has.length)
  const state = {
    ...emptyDatabase,
    isBootstrapped: true,
    hasCurrentLedger: true,
    acceptsMigrator: true,
    shared: new Map(all.shared.map((file) => [file.version, file.checksum])),
    tenants: fleet,
    byTenant: new Map(fleet.map(({id}, index) => [id, sums(has[index] ?? [])])),
  }
  return planMigrations(all, state, wish)
}

const shapes = ({stages}: ReturnType<typeof planFor>) =>
  stages.map(({kind, files, tenants: many, isCanary}) =>
    [
      isCanary ? 'canary' : kind,
      files.map(({name}) => name).join('+'),
      many.map(({name}) => Number(name.slice(1))).join(','),
    ].join(' '),
  )

describe('stages', () => {
  test('ten thousand tenants that miss the same are one step', () => {
    const plan = planFor(
      migrations({version: 1}, {version: 2}),
      Array.from({length: 10_000}, () => [1]),
    )

    expect(plan.steps).toMatchObject([
      {id: 'db.tenants.20270101000002', title: 'Run 20270101000002_v2 in 10,000 tenants'},
    ])
  })

  test('tenants that miss other files are other steps', () => {
    const plan = planFor(migrations({version: 1}, {version: 2}), [[], [1], [], [1, 2]])

    expect(shapes(plan)).toEqual(['together v1+v2 0,2', 'together v2 1'])
  })

  test('a file outside a transaction comes when what is before it ran in every tenant', () => {
    const all = migrations({version: 1}, {version: 2, alone: true}, {version: 3})

    expect(shapes(planFor(all, [[], [1], [1, 2]]))).toEqual([
      'together v1 0',
      'alone v2 0,1',
      'together v3 0,1,2',
    ])
  })

  test('canaries go through all of it before the others begin', () => {
    const all = migrations({version: 1}, {version: 2, alone: true})

    expect(shapes(planFor(all, [[], [], []], {canary: 1}))).toEqual([
      'canary v1 0',
      'canary v2 0',
      'together v1 1,2',
      'alone v2 1,2',
    ])
  })

  test('every step has an id of its own', () => {
    const all = migrations({version: 1, phase: 'contract'}, {version: 2}, {version: 3})
    const {steps} = planFor(
      all,
      [[], [2, 3], [3]].map((has) => has.filter((one) => one !== 3)),
    )

    expect(new Set(steps.map(({id}) => id)).size).toBe(steps.length)
  })
})

describe('phases', () => {
  const all = migrations(
    {version: 1, phase: 'expand'},
    {version: 2, phase: 'contract'},
    {version: 3},
  )

  test('expand leaves the contract waiting, and newer files pass it', () => {
    expect(shapes(planFor(all, [[]], {phase: 'expand'}))).toEqual(['together v1+v3 0'])
  })

  test('contract then runs what waited', () => {
    expect(shapes(planFor(all, [[1, 3]], {phase: 'contract'}))).toEqual(['together v2 0'])
    expect(shapes(planFor(all, [[1, 3]]))).toEqual(['together v2 0'])
  })

  test('contract before expand is refused', () => {
    expect(() => planFor(all, [[1]], {phase: 'contract'})).toThrow(
      'v3.sql comes before the contract phase, and t00000 does not have it.',
    )
  })

  test('without a phase everything runs in the order of versions', () => {
    expect(shapes(planFor(all, [[]]))).toEqual(['together v1+v2+v3 0'])
  })

  test('a file that is late and waits for no phase is still refused', () => {
    expect(() => planFor(migrations({version: 1}, {version: 2}), [[2]])).toThrow('v1.sql is older')
  })
})

describe('the SQL of a plan', () => {
  const marks = {database: 'd', toolVersion: '1.0'}

  test('is one copy with marks, and with the values of a tenant exactly what that tenant gets', () => {
    const all = migrations({version: 1}, {version: 2})
    const plan = planFor(all, [[], [], []])
    const [sql] = planSql(plan, marks)
    const sent = plan.tenants.map(
      ({tenant, pending}) =>
        migrationScript(pending, tenant, {runId: '{{run}}', toolVersion: '1.0'}).sql,
    )

    expect(sql?.tenants.map((tenant) => sql && sqlForTenant(sql, tenant))).toEqual(sent)
    expect(new Set(sent).size).toBe(3)
  })

  test('does not grow with the fleet but for the names', () => {
    const all = migrations({version: 1})
    const small = planSql(planFor(all, [[]]), marks)
    const big = planSql(
      planFor(
        all,
        Array.from({length: 1000}, () => []),
      ),
      marks,
    )

    expect(big[0]?.text).toBe(small[0]?.text)
    expect(big[0]?.tenants).toHaveLength(1000)
  })

  test('for people shows the first tenant and names the others', () => {
    const [sql] = planSql(planFor(migrations({version: 1}), [[], [], []]), marks)
    const text = sql === undefined ? '' : stepSqlText(sql)

    expect(text).toContain('SET LOCAL search_path = "t00000_schema", shared_schema;')
    expect(text).toContain('The same, each with its own schema and id, in: t00001, t00002')
    expect(text).not.toContain('{{tenant')
  })

  test('of a file outside a transaction is every message of it', () => {
    const [sql] = planSql(planFor(migrations({version: 1, alone: true}), [[]]), marks)

    expect(sql?.text).toContain('SET search_path = "{{tenant.schema}}", shared_schema')
    expect(sql?.text).toContain('CREATE INDEX CONCURRENTLY i1 ON t (a);')
    expect(sql?.text).toMatch(/'running'\)[^]*statements_done = 1[^]*state = 'done'/)
    expect(sql?.text).not.toContain('BEGIN')
  })
})
