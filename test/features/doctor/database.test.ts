import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {Patient, patientPorts} from '../../support/patient.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

let patient: Patient

beforeEach(() => {
  patient = new Patient()
})

afterEach(() => {
  patient.leave()
})

describe.skipIf(!isPostgresThere)('with a real Postgres', () => {
  let postgres: TestPostgres

  beforeAll(async () => {
    postgres = await startPostgres()
    await postgres.create('agent_mitra_local')
  })

  afterAll(async () => {
    await postgres.stop()
  })

  function workspaceOn(password: string): void {
    patient.makeWorkspace('', {...patientPorts, postgres: postgres.port})
    patient.keepPasswords({'postgres.admin': password, 'postgres.migrator': password})
    patient.services.running.add('postgres')
  }

  test('says how fast it answers and what is pending', async () => {
    workspaceOn((await postgres.secrets.ensure('postgres.admin')).reveal())

    const {checks} = await patient.verdict()

    const response = checks.find(({id}) => id === 'database.response')
    expect(response?.title).toMatch(/^Postgres answers a query in \d+\.\d ms$/)
    expect(response?.state).toMatch(/ok|warning/)
  })

  test('a healthy server has connections to spare and nobody waits', async () => {
    workspaceOn((await postgres.secrets.ensure('postgres.admin')).reveal())

    const {checks} = await patient.verdict()

    const states = checks.filter(({id}) => /^database\.(connections|locks)$/.test(id))
    expect(states.map(({state}) => state)).toEqual(['ok', 'ok'])
  })

  test('a transaction that makes others wait is named', async () => {
    workspaceOn((await postgres.secrets.ensure('postgres.admin')).reveal())
    const database = await patient.tools().database()
    const options = {applicationName: 'forgotten'}
    const [holder, waiting] = [
      await database.connect({role: 'admin'}, options),
      await database.connect({role: 'admin'}),
    ]
    await holder.query('create table held ()')
    await holder.query('begin')
    await holder.query('lock table held')
    const waits = waiting.query('select from held')
    await new Promise((resolve) => setTimeout(resolve, 1200))

    const {checks, warnings} = await patient.verdict()
    await holder.query('rollback')
    await waits
    await Promise.all([holder.close(), waiting.close()])

    expect(warnings).toContain('database.locks')
    expect(checks.find(({id}) => id === 'database.locks')?.title).toMatch(
      /^Others wait for forgotten \(pid \d+, idle in transaction, for \d+ s\)$/,
    )
  })

  test('a forgotten transaction that keeps a table for itself is named before anybody waits', async () => {
    workspaceOn((await postgres.secrets.ensure('postgres.admin')).reveal())
    const database = await patient.tools().database()
    const holder = await database.connect({role: 'admin'}, {applicationName: 'forgotten'})
    await holder.query('create table kept ()')
    await holder.query('begin')
    await holder.query('lock table kept')
    await new Promise((resolve) => setTimeout(resolve, 1200))

    const {checks} = await patient.verdict()
    await holder.query('rollback')
    await holder.close()

    expect(checks.find(({id}) => id === 'database.locks')).toMatchObject({
      state: 'warning',
      title: expect.stringMatching(/^Others wait for forgotten \(pid \d+, idle in transaction/),
    })
  })

  test('a server with few connections left is a warning', async () => {
    workspaceOn((await postgres.secrets.ensure('postgres.admin')).reveal())
    const database = await patient.tools().database()
    const first = await database.connect({role: 'admin'})
    const {rows} = await first.query('show max_connections')
    const wanted = Math.ceil(Number(rows[0]?.[0]) * 0.85)
    const more = await Promise.all(
      Array.from({length: wanted}, () => database.connect({role: 'admin'})),
    )

    const {warnings} = await patient.verdict()
    await Promise.all([first, ...more].map((session) => session.close()))

    expect(warnings).toContain('database.connections')
  })

  test('a changed password is one failure with the way out', async () => {
    workspaceOn('not-the-password')

    const {failed, checks} = await patient.verdict()

    expect(failed).toHaveLength(1)
    expect(failed[0]).toMatchObject({
      id: 'database.response',
      title: 'Postgres refused the password of mitra_admin',
    })
    expect(JSON.stringify(checks)).not.toContain('not-the-password')
  })

  test('a lost password is a failure, and looking does not make a new one', async () => {
    workspaceOn('x')
    patient.keepPasswords({})

    const {failed} = await patient.verdict()

    expect(failed.map(({title}) => title)).toEqual(['The password of Postgres is lost'])
    expect(await (await patient.tools().secrets()).names()).toEqual([])
  })
})
