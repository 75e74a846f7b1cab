import {writeFileSync} from 'node:fs'
import {hostname, userInfo} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import Doctor from '../../src/commands/doctor.js'
import type {Fingerprint} from '../../src/ports/fingerprint.js'
import {Patient} from '../support/patient.js'
import {run} from '../support/run.js'

interface Taken {
  readonly fingerprint: Fingerprint
  readonly differences?: readonly unknown[]
}

let patient: Patient

beforeEach(() => {
  patient = new Patient()
  patient.makeWorkspace()
  patient.keepPasswords({'postgres.admin': 'hunter2hunter2'})
})

afterEach(() => {
  patient.leave()
})

async function taken(...flags: string[]): Promise<Taken & {exitCode: number}> {
  const argv = ['--fingerprint', '--json', ...flags]
  const {json, stdout, exitCode} = await run(Doctor, argv, patient.tools())
  if (json === undefined) throw new Error(stdout)
  // `run` has checked it against schemas/doctor.json.
  return {...(json as Taken), exitCode}
}

function fileOf(value: unknown): string {
  const file = join(patient.folder, 'other.json')
  writeFileSync(file, JSON.stringify(value))
  return file
}

test('the same machine has the same digest twice, and nothing differs', async () => {
  const first = await taken()
  const {differences, exitCode} = await taken('--compare', fileOf(first))

  expect(first.fingerprint.tools).toMatchObject({node: process.versions.node})
  expect(differences).toEqual([])
  expect(exitCode).toBe(0)
})

test('what another laptop has otherwise is named by subject, and the exit code is 1', async () => {
  const {fingerprint} = await taken()
  const {git: _git, ...tools} = fingerprint.tools
  const there = {...fingerprint, digest: '0', tools: {...tools, node: '18.0.0', flutter: '3.1.0'}}

  const {differences, exitCode} = await taken('--compare', fileOf({fingerprint: there}))

  expect(differences).toEqual(
    expect.arrayContaining([
      {subject: 'tools.node', here: process.versions.node, there: '18.0.0'},
      {subject: 'tools.git', here: fingerprint.tools['git']},
    ]),
  )
  expect(exitCode).toBe(1)
})

test('versions that mitra.lock records and settings that matter are in it', async () => {
  const lock = {version: 1, platform: 'linux', architecture: 'x64', tools: {python: '3.11.2'}}
  writeFileSync(join(patient.folder, 'mitra.lock'), JSON.stringify(lock))
  const before = await taken()
  process.env['MITRA_IMAGES_REDIS'] = 'redis:7.2'

  const {fingerprint} = await taken()

  expect(fingerprint.lock).toEqual({python: '3.11.2'})
  expect(fingerprint.settings).toMatchObject({'images.redis': 'redis:7.2'})
  expect(fingerprint.digest).not.toBe(before.fingerprint.digest)
})

test('it tells nothing of the person, the machine, its paths or its passwords', async () => {
  const text = JSON.stringify(await taken())

  for (const word of [patient.folder, 'hunter2', '/home', hostname()]) {
    expect(text).not.toContain(word)
  }
  expect(text).not.toMatch(new RegExp(`\\b${userInfo().username}\\b`))
})

test.each([
  ['{"fingerprint": {"digest": 1}}', 'CONFIG_VALUE'],
  ['{"fingerprint": ', 'CONFIG_YAML'],
  ['engine: native\n', 'NO_FINGERPRINT'],
  ['', 'NO_FINGERPRINT'],
])(
  'a file that is no fingerprint is refused before anything is looked at: %s',
  async (text, code) => {
    const file = join(patient.folder, 'other.json')
    writeFileSync(file, text)

    const {error} = await run(Doctor, ['--fingerprint', '--compare', file], patient.tools())

    expect(error?.code).toBe(code)
  },
)

test('a file that is not there is refused with how it is made', async () => {
  const {error} = await run(Doctor, ['--fingerprint', '--compare', '/no.json'], patient.tools())

  expect(error).toMatchObject({
    code: 'NO_FINGERPRINT',
    hints: ['On the other machine: mitra doctor --fingerprint --json > FILE'],
  })
})
