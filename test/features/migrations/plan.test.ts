import {describe, expect, test} from 'vitest'
import {readMigrations, type Migrations} from '../../../src/features/migrations/files.js'
import {countPending, pendingTitle, planMigrations} from '../../../src/features/migrations/plan.js'
import {emptyDatabase, type DatabaseState} from '../../../src/features/migrations/state.js'

function files(tenant: Readonly<Record<string, string>>): Migrations {
  const text = (sql: string) => `-- migrate:up\n${sql}\n-- migrate:down\n`
  return readMigrations([
    {
      scope: 'shared',
      fileName: '20260101000000_base.sql',
      path: 'base.sql',
      text: text('SELECT 1'),
    },
    ...Object.entries(tenant).map(([version, sql]) => ({
      scope: 'tenant' as const,
      fileName: `${version}_x.sql`,
      path: `${version}.sql`,
      text: text(sql),
    })),
  ])
}

const record = {
  id: 'aaaaaaaa-0000-4000-8000-000000000001',
  name: 'lic',
  schema: 'lic_schema',
  login: 'lic_login',
  displayName: 'LIC',
  createdAt: '',
  state: 'active',
} as const

/** A database in which `lic` has run all of these. */
function after(migrations: Migrations): DatabaseState {
  const checksums = (list: Migrations['tenant']) =>
    new Map(list.map((file) => [file.version, file.checksum]))
  return {
    ...emptyDatabase,
    isBootstrapped: true,
    hasCurrentLedger: true,
    acceptsMigrator: true,
    shared: checksums(migrations.shared),
    tenants: [record],
    byTenant: new Map([[record.id, checksums(migrations.tenant)]]),
  }
}

describe('a plan of migrations', () => {
  test('needs no database: on a new machine it is made from the files alone', () => {
    const plan = planMigrations(files({}), emptyDatabase)
    expect(plan.steps.map((step) => step.id)).toEqual(['db.bootstrap', 'db.shared.20260101000000'])
  })

  test('counts a file once, and the tenants that miss it', () => {
    const hdfc = {...record, id: 'hdfc', name: 'hdfc'}
    const plan = planMigrations(files({'20270101000000': 'SELECT 1'}), {
      ...after(files({})),
      tenants: [record, hdfc],
    })

    expect(pendingTitle(plan)).toBe('1 migration is pending in 2 tenants')
    expect(pendingTitle({...plan, tenants: []})).toBeUndefined()
  })

  test('has the spares in it, after the tenants, and does not count them as tenants', () => {
    const before = after(files({}))
    const spare = {...record, id: 'spare', name: 'mitra_spare_1', state: 'spare'} as const
    const plan = planMigrations(files({'20270101000000': 'SELECT 1'}), {...before, spares: [spare]})

    expect(plan.tenants.map(({tenant}) => tenant.name)).toEqual(['lic', 'mitra_spare_1'])
    expect(countPending(plan)).toBe(1)
  })

  test('is empty when everything ran', () => {
    const all = files({'20260101000001': 'SELECT 1'})
    const plan = planMigrations(all, after(all))
    expect(plan.steps).toEqual([])
    expect(countPending(plan)).toBe(0)
  })

  test('holds one step for all tenants that miss the same, and why', () => {
    const before = files({'20260101000001': 'SELECT 1'})
    const now = files({'20260101000001': 'SELECT 1', '20260101000002': 'SELECT 2'})
    const plan = planMigrations(now, after(before))

    expect(plan.steps).toMatchObject([
      {
        id: 'db.tenants.20260101000002',
        title: 'Run 20260101000002_x in lic',
        why: 'it does not have it',
        undo: 'no',
        detail: {files: ['20260101000002.sql'], tenants: ['lic']},
      },
    ])
    expect(countPending(plan)).toBe(1)
  })

  test('sets the password of the migrator again where the server knows another', () => {
    const all = files({})
    const {steps} = planMigrations(all, {...after(all), acceptsMigrator: false})
    expect(steps).toMatchObject([{id: 'db.bootstrap', title: 'Set the password of mitra_migrator'}])
  })

  test.each([
    [
      'edited after use',
      {'20260101000001': 'SELECT 2'},
      'MIGRATION_EDITED',
      '20260101000001.sql was changed after it ran in lic.',
    ],
    ['gone', {}, 'MIGRATION_MISSING', 'Migration 20260101000001 ran in lic, but its file is gone.'],
    [
      'out of order',
      {'20260101000000': 'SELECT 0', '20260101000001': 'SELECT 1'},
      'MIGRATION_ORDER',
      '20260101000000.sql is older than 20260101000001, which lic already has.',
    ],
  ])('a file that is %s is an error that names it and what to do', (_, now, code, message) => {
    const state = after(files({'20260101000001': 'SELECT 1'}))
    expect(() => planMigrations(files(now), state)).toThrow(
      expect.objectContaining({code, message, hints: expect.arrayContaining([expect.any(String)])}),
    )
  })

  test('no files at all are an error and not an empty plan', () => {
    expect(() => planMigrations({shared: [], tenant: []}, emptyDatabase)).toThrow(
      'There are no migrations in database/shared.',
    )
  })
})
