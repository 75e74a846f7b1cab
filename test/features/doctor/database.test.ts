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
