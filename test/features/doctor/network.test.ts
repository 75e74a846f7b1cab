import {afterEach, beforeEach, expect, test} from 'vitest'
import Doctor from '../../../src/commands/doctor.js'
import {Patient} from '../../support/patient.js'
import {run} from '../../support/run.js'

let patient: Patient

beforeEach(() => {
  patient = new Patient()
  for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name]
})

afterEach(() => {
  patient.leave()
})

async function found(id: string, tools = patient.tools()) {
  const {checks} = await patient.verdict(tools)
  return checks.find((check) => check.id === id)
}

test('a proxy that also takes loopback is a warning, with the line that exempts it', async () => {
  process.env['HTTPS_PROXY'] = 'http://proxy.corp:3128'
  process.env['NO_PROXY'] = '.corp,localhost'

  expect(await found('proxy.settings')).toMatchObject({
    state: 'warning',
    title: 'HTTPS_PROXY also for 127.0.0.1',
    fix: ['export NO_PROXY=.corp,localhost,127.0.0.1 no_proxy="$NO_PROXY"'],
  })
})

test.each(['127.0.0.1,localhost', '*', 'localhost 127.0.0.0/8'])(
  'a proxy is fine where loopback is exempt: %s',
  async (exempt) => {
    process.env['http_proxy'] = 'proxy.corp:3128'
    process.env['no_proxy'] = exempt

    expect(await found('proxy.settings')).toMatchObject({state: 'ok'})
  },
)

test('a malformed proxy is a failure that does not show the password in it', async () => {
  process.env['HTTP_PROXY'] = 'htp://user:hunter2@proxy'

  const check = await found('proxy.settings')

  expect(check).toMatchObject({state: 'failed', title: 'HTTP_PROXY is no address of a proxy'})
  expect(JSON.stringify(check)).not.toContain('hunter2')
})

test('localhost of this machine is loopback', async () => {
  expect(await found('dns.localhost')).toMatchObject({state: 'ok'})
})

test.each([
  [[], 'localhost has no address'],
  [['10.0.0.7'], 'localhost is 10.0.0.7'],
])('a localhost with the addresses %j is a failure', async (addresses, title) => {
  const network = async () => ({proxies: new Map(), addressesOf: async () => addresses})

  expect(await found('dns.localhost', patient.tools({network}))).toMatchObject({
    state: 'failed',
    title,
  })
})

test('--only and --skip choose the checks', async () => {
  const only = await run(Doctor, ['--only', 'dns.localhost', '--json'], patient.tools())
  const skip = await run(Doctor, ['--skip', 'dns.localhost', '--json'], patient.tools())

  expect(only.json).toMatchObject({checks: [{id: 'dns.localhost'}]})
  expect(JSON.stringify(skip.json)).not.toContain('"id":"dns.localhost"')
})

test.each([
  [['--only', 'dns.nowhere'], 'UNKNOWN_CHECK'],
  [['--only', 'dns.localhost', '--skip', 'dns.localhost'], 'NO_CHECK'],
])('%j is refused', async (argv, code) => {
  const {error, exitCode} = await run(Doctor, argv, patient.tools())

  expect(error?.code).toBe(code)
  expect(exitCode).toBe(2)
})
