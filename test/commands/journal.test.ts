import {createHash} from 'node:crypto'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync, existsSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {openTools, type Tools} from '../../src/cli/tools.js'
import JournalList from '../../src/commands/journal/list.js'
import JournalShow from '../../src/commands/journal/show.js'
import Undo from '../../src/commands/undo.js'
import {twoSteps} from '../contracts/journal.js'
import {FakeJournal, FakeJournalDisk} from '../fakes/journal.js'
import {FakeMachine, FakeStack} from '../fakes/stack.js'
import {run} from '../support/run.js'

const workspaceBefore = process.env['MITRA_WORKSPACE']
const zoneBefore = process.env['TZ']
let folder = ''
let disk = new FakeJournalDisk()
let machine = new FakeMachine()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mitra-journal-'))
  mkdirSync(join(folder, '.mitra'), {mode: 0o700})
  writeFileSync(join(folder, 'mitra.yml'), '')
  writeFileSync(join(folder, '.mitra/workspace.json'), '{"id": "0123456789ab"}')
  process.env['MITRA_WORKSPACE'] = folder
  disk = new FakeJournalDisk()
  machine = new FakeMachine()
})

afterEach(() => {
  restore('MITRA_WORKSPACE', workspaceBefore)
  restore('TZ', zoneBefore)
  rmSync(folder, {recursive: true, force: true})
})

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

function tools(): Tools {
  return {
    ...openTools({version: 'test'}),
    journal: async () => new FakeJournal(disk),
    stack: async () => new FakeStack({machine}),
  }
}

/** `up` of redis that ended well, then `tenant create` that was cut off. */
async function writeTwoRuns(): Promise<readonly [string, string]> {
  const journal = new FakeJournal(disk)
  const up = await journal.begin('up redis', twoSteps.slice(0, 1))
  await up.done('stack.start.redis')
  await up.end('done')
  machine.running.add('redis')
  const create = await journal.begin('tenant create lic', twoSteps)
  await create.failed('tenant.create.lic', 'SQL', 'permission denied')
  await create.end('failed')
  return [up.id, create.id]
}

test('lists runs newest first, as text and as JSON', async () => {
  const [up, create] = await writeTwoRuns()

  const text = await run(JournalList, [], tools())
  const {json} = await run(JournalList, ['--json'], tools())

  const lines = text.stdout.trimEnd().split('\n')
  expect(lines[0]).toMatch(/^Run\s+When\s+Command\s+Outcome\s+Steps$/)
  expect(lines[1]).toMatch(new RegExp(`^${create} .* tenant create lic\\s+failed\\s+0/2$`))
  expect(lines[2]).toMatch(new RegExp(`^${up} .* up redis\\s+done\\s+1/1$`))
  expect(lines).toHaveLength(3)
  expect(json).toMatchObject({
    runs: [
      {id: create, outcome: 'failed', finished: 0, planned: 2, undoneBy: null},
      {id: up, outcome: 'done', finished: 1, planned: 1},
    ],
  })
})

test('lists as many as asked for, and none in a new workspace', async () => {
  const empty = await run(JournalList, ['--json'], tools())
  const [, create] = await writeTwoRuns()
  const one = await run(JournalList, ['--limit', '1', '--json'], tools())
  const none = await run(JournalList, ['--limit', '0'], tools())

  expect(empty.json).toEqual({runs: []})
  expect(one.json).toMatchObject({runs: [{id: create}]})
  expect(none.exitCode).toBe(2)
})

test("shows times in the reader's zone, and UTC to programs", async () => {
  process.env['TZ'] = 'Asia/Kolkata'
  const journal = new FakeJournal(disk)
  const written = await journal.begin('up', [])
  await written.end('done')
  const [kept] = disk.runs
  Object.assign(kept?.run ?? {}, {startedAt: '2026-11-24T20:15:02.123Z'})

  const text = await run(JournalList, [], tools())
  const {json} = await run(JournalList, ['--json'], tools())

  expect(text.stdout).toContain('2026-11-25 01:45:02')
  expect(json).toMatchObject({runs: [{startedAt: '2026-11-24T20:15:02.123Z'}]})
})

test('shows every step of a run: done, failed with its cause, not done', async () => {
  const [up] = await writeTwoRuns()

  const last = await run(JournalShow, ['last', '--json'], tools())
  const text = await run(JournalShow, ['last'], tools())
  const first = await run(JournalShow, [up, '--json'], tools())

  expect(last.json).toMatchObject({
    command: 'tenant create lic',
    outcome: 'failed',
    steps: [
      {id: 'stack.start.redis', state: 'not done', at: null, message: null},
      {id: 'tenant.create.lic', state: 'failed', message: 'permission denied'},
    ],
  })
  expect(text.stdout).toContain('Create tenant lic: जीवन: permission denied')
  expect(first.json).toMatchObject({steps: [{state: 'done', at: expect.any(String)}]})
})

test('exits 2 for a run that there is not', async () => {
  const {exitCode, json} = await run(JournalShow, ['2025', '--json'], tools())

  expect(exitCode).toBe(2)
  expect(json).toMatchObject({
    error: {code: 'NO_RUN', message: 'No such run: 2025.', hints: ['mitra journal list']},
  })
})

test('undo --plan shows what it would do, changes nothing and exits 2', async () => {
  const [up] = await writeTwoRuns()

  const {exitCode, json} = await run(Undo, ['--plan', '--json'], tools())

  expect(exitCode).toBe(2)
  expect(json).toMatchObject({applied: false, undone: up, plan: [{title: 'Stop redis'}]})
  expect(machine.running.has('redis')).toBe(true)
  expect(disk.runs).toHaveLength(2)
})

test('undo does it, records it, and the run counts as taken back', async () => {
  const [up] = await writeTwoRuns()

  const {exitCode, json} = await run(Undo, ['--yes', '--json'], tools())

  const list = await run(JournalList, ['--json'], tools())
  const text = await run(JournalList, [], tools())
  expect(exitCode).toBe(0)
  expect(json).toMatchObject({applied: true, undone: up})
  expect(machine.running.has('redis')).toBe(false)
  expect(list.json).toMatchObject({
    runs: [{command: `undo ${up}`, outcome: 'done'}, {}, {id: up, undoneBy: 'run-3'}],
  })
  expect(text.stdout).toMatch(/up redis\s+taken back/)
})

test('undo twice: the second has nothing left, and says so', async () => {
  const [up] = await writeTwoRuns()
  await run(Undo, ['--yes'], tools())

  const again = await run(Undo, ['--yes', '--json'], tools())
  const named = await run(Undo, [up, '--yes', '--json'], tools())

  expect(again.json).toMatchObject({error: {code: 'NOTHING_TO_UNDO'}})
  expect(named.json).toMatchObject({error: {code: 'UNDONE'}})
})

test('undo asks; where nobody can be asked it exits 6, and its hint is a command that works', async () => {
  await writeTwoRuns()

  const {exitCode, error} = await run(Undo, [], tools())
  const hint = /^mitra undo (\S+) --yes/.exec(error?.hints?.[0] ?? '')?.[1] ?? ''
  const stillRunning = machine.running.has('redis')
  const asHinted = await run(Undo, [hint, '--yes'], tools())

  expect(exitCode).toBe(6)
  expect(error).toMatchObject({code: 'NEEDS_YES'})
  expect(stillRunning).toBe(true)
  expect(asHinted.exitCode).toBe(0)
  expect(machine.running.has('redis')).toBe(false)
})

test('undo waits for nobody to read, but one writer at a time takes back', async () => {
  await writeTwoRuns()
  await new FakeJournal(disk).lock('up')

  const plan = await run(Undo, ['--plan'], tools())
  const undo = await run(Undo, ['--yes', '--json'], tools())

  expect(plan.exitCode).toBe(2)
  expect(undo.exitCode).toBe(75)
  expect(undo.json).toMatchObject({error: {code: 'LOCKED'}})
})

test('undo of the files of init removes those that are as they were written, and nothing else', async () => {
  const journal = new FakeJournal(disk)
  const init = await journal.begin('init', [
    {id: 'workspace.templates', title: 'Write files', why: 'missing', undo: 'automatic'},
  ])
  const names = ['nginx/site.conf', 'nginx/other.conf', 'nginx/changed.conf', 'gone']
  const paths = names.map((name) => join(folder, name))
  mkdirSync(join(folder, 'nginx'))
  for (const path of paths.slice(0, 3)) writeFileSync(path, '')
  const digest = createHash('sha256').update('').digest('hex')
  await init.done('workspace.templates', {paths, sha256: paths.map(() => digest)})
  writeFileSync(paths[2] ?? '', 'mine')
  await init.end('done')

  const {result} = await run(Undo, ['last', '--plan'], tools())
  await run(Undo, ['last', '--yes'], tools())

  expect(result?.plan).toMatchObject([
    {
      title: `Remove 2 files of ${folder}: nginx/site.conf, nginx/other.conf`,
      detail: {paths: paths.slice(0, 2)},
    },
  ])
  expect(paths.map((path) => existsSync(path))).toEqual([false, false, true, false])
  expect(existsSync(join(folder, 'mitra.yml'))).toBe(true)
})
