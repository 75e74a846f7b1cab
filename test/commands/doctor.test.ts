import {once} from 'node:events'
import {chmodSync, writeFileSync} from 'node:fs'
import {createServer, type AddressInfo} from 'node:net'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import Doctor from '../../src/commands/doctor.js'
import {serviceNames} from '../../src/ports/stack.js'
import {Patient, patientPorts} from '../support/patient.js'
import {run} from '../support/run.js'

let patient: Patient

beforeEach(() => {
  patient = new Patient()
})

afterEach(() => {
  patient.leave()
})

test('looks at the machine alone where there is no workspace, and says so', async () => {
  const {stdout, exitCode} = await run(Doctor, ['--deadline', '20'], patient.tools())

  expect(exitCode).toBe(0)
  expect(stdout).toContain('so only the machine was looked at; mitra setup makes one.')
  expect(stdout).toMatch(/^ok +node\.version +Node 2\d/m)
  expect(stdout).not.toMatch(/^\S+ +stack\.services/m)
})

test('a stopped stack is one warning and no failure', async () => {
  patient.makeWorkspace()

  const {failed, warnings, exitCode} = await patient.verdict()

  expect({failed, warnings, exitCode}).toEqual({
    failed: [],
    warnings: ['stack.services'],
    exitCode: 0,
  })
})

test('keeps the order of its table, whichever check ends first', async () => {
  patient.makeWorkspace()

  const ids = (await patient.verdict()).checks.map(({id}) => id)

  expect(ids.indexOf('workspace.settings')).toBeLessThan(ids.indexOf('stack.services'))
  expect(ids.at(0)).toBe('node.version')
  expect(new Set(ids).size).toBe(ids.length)
})

test('a broken mitra.yml is one failure with its line; all that needs it is skipped', async () => {
  patient.makeWorkspace('enginee: native')

  const {failed, exitCode, skipped} = await patient.verdict()

  expect(failed).toEqual([
    expect.objectContaining({
      id: 'workspace.settings',
      title: 'mitra.yml:2 unknown setting: enginee',
      fix: expect.arrayContaining(['Did you mean engine?']),
    }),
  ])
  expect(exitCode).toBe(1)
  expect(skipped).toContain('stack.services')
})

test('passwords that others can read are one failure, with the command that closes them', async () => {
  patient.makeWorkspace()
  writeFileSync(join(patient.folder, '.mitra/secrets.json'), '{"postgres.admin": "hunter2"}')
  chmodSync(join(patient.folder, '.mitra/secrets.json'), 0o644)
  for (const name of serviceNames) patient.services.running.add(name)

  const {failed, checks} = await patient.verdict()

  expect(failed).toEqual([
    expect.objectContaining({
      id: 'secrets.permissions',
      fix: [`chmod 600 '${patient.folder}/.mitra/secrets.json'`],
    }),
  ])
  expect(JSON.stringify(checks)).not.toContain('hunter2')
})

test('an open .mitra folder is a failure', async () => {
  patient.makeWorkspace()
  chmodSync(join(patient.folder, '.mitra'), 0o755)

  const {failed} = await patient.verdict()

  expect(failed).toEqual([
    expect.objectContaining({
      id: 'secrets.permissions',
      fix: [`chmod 700 '${patient.folder}/.mitra'`],
    }),
  ])
})

test('a journal that is damaged in the middle is a failure; a cut-off run is a warning', async () => {
  patient.makeWorkspace()
  const journal = await patient.tools().journal()
  const step = {id: 'stack.start.redis', title: 'Start redis', why: 'stopped', undo: 'no'} as const
  const cut = await journal.begin('up', [step])
  await cut.end('interrupted')

  const afterCut = await patient.verdict()
  expect(afterCut.warnings).toContain('journal.readable')

  writeFileSync(join(patient.folder, '.mitra/journal/journal.jsonl'), 'garbage\ngarbage\n')
  const {failed} = await patient.verdict()
  expect(failed.map(({id}) => id)).toEqual(['journal.readable'])
})

describe('with a port that somebody holds', () => {
  const server = createServer()
  let port = 0

  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    // It listens on TCP, so it has an address with a port.
    port = (server.address() as AddressInfo).port
  })

  afterAll(() => {
    server.close()
  })

  test('a port that a person chose is a failure that names its holder', async () => {
    patient.makeWorkspace('', {...patientPorts, redis: port})

    const {failed} = await patient.verdict()

    expect(failed).toHaveLength(1)
    expect(failed[0]).toMatchObject({
      id: 'ports.taken',
      title: expect.stringContaining(`Port ${port} is taken by `),
      cause: expect.stringContaining('ports.redis'),
    })
    expect(failed[0]?.title).toContain(`(pid ${process.pid})`)
  })

  test('a port that mitra gave out is a warning: the next start takes another', async () => {
    const {redis: _given, ...chosen} = patientPorts
    patient.makeWorkspace('', chosen)
    const tools = patient.tools()
    await (await tools.memory()).rememberPorts({...(await tools.ports()), redis: port})

    const {failed, warnings} = await patient.verdict()

    expect(failed).toEqual([])
    expect(warnings).toContain('ports.taken')
  })

  test('a port that our own service holds is fine', async () => {
    patient.makeWorkspace('', {...patientPorts, redis: port})
    patient.keepPasswords({redis: 'a-password'})
    patient.services.running.add('redis')

    const {failed, warnings} = await patient.verdict()

    expect(failed).toEqual([])
    expect(warnings).not.toContain('ports.taken')
  })
})

test('names the service that failed, why, and its log', async () => {
  patient.makeWorkspace()
  for (const name of ['postgres', 'redis', 'nginx'] as const) patient.services.running.add(name)
  patient.services.kill('redis')
  patient.services.kill('postgres')

  const {failed} = await patient.verdict()

  expect(failed).toHaveLength(1)
  expect(failed[0]).toMatchObject({
    id: 'stack.services',
    title: 'postgres, redis failed',
    cause: expect.stringContaining('redis: it was ended by signal 9.'),
    fix: ['mitra logs postgres', 'mitra logs redis', 'mitra up'],
  })
})

test('an engine that is set and does not answer is one failure', async () => {
  patient.makeWorkspace()
  process.env['MITRA_ENGINE'] = 'docker'
  process.env['DOCKER_HOST'] = `unix://${patient.folder}/no.sock`

  const {failed, skipped} = await patient.verdict()

  expect(failed.map(({id}) => id)).toEqual(['engine.chosen'])
  expect(skipped).toEqual(expect.arrayContaining(['engine.docker', 'stack.services']))
})

test('a full disk is a failure', async () => {
  patient.makeWorkspace()
  const tools = patient.tools()
  const machine = await tools.machine()
  const storage = async () => [{path: '/data', holds: 'data of the services', freeBytes: 1_000_000}]
  const full = {...machine, nodeVersion: machine.nodeVersion, storage}
  const methods = {
    permissions: machine.permissions.bind(machine),
    leftovers: machine.leftovers.bind(machine),
    extraCertificates: machine.extraCertificates.bind(machine),
  }

  const {failed} = await patient.verdict(
    patient.tools({machine: async () => ({...full, ...methods})}),
  )

  expect(failed.map(({title}) => title)).toEqual(['1 MB free for /data'])
})

test('NODE_EXTRA_CA_CERTS is a warning where it cannot be read', async () => {
  process.env['NODE_EXTRA_CA_CERTS'] = join(patient.folder, 'no.pem')

  const {checks, exitCode} = await patient.verdict()

  expect(checks.find(({id}) => id === 'node.extra-ca')).toMatchObject({
    state: 'warning',
    cause: expect.stringContaining('cannot be read'),
  })
  expect(exitCode).toBe(0)
})
