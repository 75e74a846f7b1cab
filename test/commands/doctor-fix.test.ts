import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import type {Tools} from '../../src/cli/tools.js'
import Doctor from '../../src/commands/doctor.js'
import Undo from '../../src/commands/undo.js'
import {serviceNames} from '../../src/ports/stack.js'
import {Patient} from '../support/patient.js'
import {run} from '../support/run.js'

interface Fixed {
  readonly wrong: readonly string[]
  readonly fix: {
    readonly applied: boolean
    readonly plan: readonly {readonly id: string}[]
    readonly failed: readonly unknown[]
  }
}

// What needs a server of its own is tried in the corpus.
const skipped = ['tools.node', 'tools.git', 'tools.python', 'tools.postgres-client', 'tools.docker']
const skip = skipped.flatMap((id) => ['--skip', id])

let patient: Patient
let tools: Tools

beforeEach(() => {
  patient = new Patient()
  patient.makeWorkspace()
  patient.keepPasswords({'postgres.admin': 'hunter2hunter2'})
  tools = patient.tools()
})

afterEach(() => {
  patient.leave()
})

const secretsFile = () => join(patient.folder, '.mitra/secrets.json')

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

async function fix(...flags: string[]): Promise<Fixed & {exitCode: number}> {
  const {json, stdout, exitCode} = await run(
    Doctor,
    ['--fix', '--deadline', '30', '--json', ...skip, ...flags],
    tools,
  )
  if (json === undefined) throw new Error(stdout)
  // `run` has checked it against schemas/doctor.json.
  return {...(json as Fixed), exitCode}
}

test('--plan shows what would be repaired, changes nothing and exits with 2', async () => {
  chmodSync(secretsFile(), 0o644)

  const {fix: shown, exitCode} = await fix('--plan', '--only', 'secrets.permissions')

  expect(shown).toMatchObject({applied: false, plan: [{id: `doctor.mode.${secretsFile()}`}]})
  expect(exitCode).toBe(2)
  expect(modeOf(secretsFile())).toBe('644')
})

test('without a terminal nothing is repaired before somebody says --yes', async () => {
  chmodSync(secretsFile(), 0o644)

  const {error} = await run(Doctor, ['--fix', ...skip], tools)

  expect(error?.code).toBe('NEEDS_YES')
  expect(modeOf(secretsFile())).toBe('644')
})

test('passwords and their folder are closed, and undo gives both their modes back', async () => {
  chmodSync(secretsFile(), 0o640)
  chmodSync(join(patient.folder, '.mitra'), 0o755)

  const {fix: done, wrong} = await fix('--yes')
  const closed = [modeOf(secretsFile()), modeOf(join(patient.folder, '.mitra'))]
  await run(Undo, ['--yes'], patient.tools())

  expect(done).toMatchObject({applied: true, failed: []})
  expect(wrong).not.toContain('secrets.permissions')
  expect(closed).toEqual(['600', '700'])
  expect(modeOf(secretsFile())).toBe('640')
  expect(modeOf(join(patient.folder, '.mitra'))).toBe('755')
})

test('services that ended are started, and only these', async () => {
  for (const name of serviceNames) patient.services.running.add(name)
  patient.services.kill('redis')

  const {fix: done} = await fix('--yes', '--only', 'stack.services')

  const starts = done.plan.filter(({id}) => id.startsWith('stack.start.'))
  expect(starts.map(({id}) => id)).toEqual(['stack.start.redis'])
  expect(patient.services.running.has('redis')).toBe(true)
})

test('where nothing can be repaired nothing is journalled, and it says so', async () => {
  for (const name of serviceNames) patient.services.running.add(name)

  const {stdout} = await run(Doctor, ['--fix', '--yes', '--only', 'stack.services'], tools)

  expect(stdout).toContain('Nothing of this can be repaired by mitra.')
  expect(await (await tools.journal()).runs()).toEqual([])
})

test('a link in the place of the passwords is not followed: its target keeps its mode', async () => {
  const target = join(patient.folder, 'elsewhere.json')
  renameSync(secretsFile(), target)
  chmodSync(target, 0o644)
  symlinkSync(target, secretsFile())

  const {fix: done, exitCode} = await fix('--yes', '--only', 'secrets.permissions')

  expect(done.failed).toEqual([
    expect.objectContaining({message: expect.stringContaining('is a link')}),
  ])
  expect(exitCode).toBe(1)
  expect(modeOf(target)).toBe('644')
})

test('a line that a person changed after the repair is not taken back', async () => {
  const ignore = join(patient.folder, '.mitra/.gitignore')
  mkdirSync(join(patient.folder, '.git/objects'), {recursive: true})
  mkdirSync(join(patient.folder, '.git/refs'))
  writeFileSync(join(patient.folder, '.git/HEAD'), 'ref: refs/heads/main\n')
  writeFileSync(ignore, '')

  const {fix: done} = await fix('--yes', '--only', 'secrets.git')
  const repaired = readFileSync(ignore, 'utf8')
  writeFileSync(ignore, '*\n# mine\n')
  const {error} = await run(Undo, ['--yes'], patient.tools())

  expect(done.applied).toBe(true)
  expect(repaired).toBe('*\n')
  expect(error?.code).toBe('NOTHING_TO_UNDO')
  expect(readFileSync(ignore, 'utf8')).toBe('*\n# mine\n')
})

test('outside a workspace there is nothing to repair, and no journal is made', async () => {
  const outside = new Patient()

  const {json} = await run(Doctor, ['--fix', '--yes', '--json', ...skip], outside.tools())
  outside.leave()

  expect(json).toMatchObject({fix: {applied: false, plan: []}})
})
