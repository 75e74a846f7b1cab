import {afterEach, beforeEach, expect, test} from 'vitest'
import {doctorTools} from '../../../src/cli/doctor-tools.js'
import Doctor from '../../../src/commands/doctor.js'
import type {DoctorTools} from '../../../src/features/doctor/check.js'
import {measureLocal} from '../../../src/features/doctor/measure.js'
import {Patient} from '../../support/patient.js'
import {isPostgresThere, startPostgres} from '../../support/postgres.js'
import {run} from '../../support/run.js'

let patient: Patient

beforeEach(() => {
  patient = new Patient()
})

afterEach(() => {
  patient.leave()
})

/** Tools whose every answer takes so long by their own stopwatch. */
function slowTools(ms: number): DoctorTools {
  const tools = doctorTools(patient.tools(), {deadlineMs: 2700})
  let now = 0
  const stopwatch = () => (now += ms)
  return {...tools, stopwatch}
}

test('what is not running is not measured, and every line says why', async () => {
  patient.makeWorkspace()

  const {stdout, exitCode} = await run(Doctor, ['--measure'], patient.tools())

  expect(stdout).toMatch(/^Database response +< 10 ms +not measured +- +< 20 ms$/m)
  expect(stdout).toContain('Database response: Postgres is not running: mitra up.')
  expect(stdout).toContain('API response: No backend answers through Nginx.')
  expect(exitCode).toBe(0)
})

test('the size of the disk is measured', async () => {
  patient.makeWorkspace()

  const rows = await measureLocal(slowTools(1))

  expect(rows.find(({id}) => id === 'storage')?.measured).toMatchObject({unit: 'GB', samples: 1})
})

test.skipIf(!isPostgresThere)(
  'the answer of a real Postgres is a median with its verdict',
  async () => {
    const postgres = await startPostgres()
    await postgres.create('agent_mitra_local')
    patient.makeWorkspace('', {
      nginx: 24_181,
      postgres: postgres.port,
      redis: 24_183,
      objectStore: 24_184,
    })
    const password = (await postgres.secrets.ensure('postgres.admin')).reveal()
    patient.keepPasswords({'postgres.admin': password})
    patient.services.running.add('postgres')

    const quick = await measureLocal(slowTools(3))
    const slow = await measureLocal(slowTools(30))
    await postgres.stop()

    const database = {id: 'database', target: '< 10 ms', production: '< 20 ms'}
    expect(quick[0]).toMatchObject({...database, met: true, measured: {unit: 'ms', samples: 101}})
    expect(slow[0]).toMatchObject({...database, met: false})
  },
)
