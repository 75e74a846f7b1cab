import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {FileJournal} from '../../../src/adapters/journal/file-journal.js'
import {chainStart, recordLine} from '../../../src/adapters/append-log/chain.js'
import {ownIdentity} from '../../../src/adapters/process-identity/identity.js'
import {journalContract, twoSteps} from '../../contracts/journal.js'
import {startScript} from './children.js'
import {afterRecords, impatientJournal, runSummaries, writtenLines} from './one-run.js'

let root = ''
let folder = ''
let file = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mitra-journal-'))
  folder = join(root, 'journal')
  file = join(folder, 'journal.jsonl')
})

afterEach(() => {
  rmSync(root, {recursive: true, force: true})
})

journalContract('FileJournal', async () => {
  const place = mkdtempSync(join(tmpdir(), 'mitra-journal-'))
  return {
    open: () => new FileJournal(join(place, 'journal'), {waitMs: 0}),
    close: async () => rmSync(place, {recursive: true, force: true}),
  }
})

test('nobody else can read it', async () => {
  await writtenLines(folder)

  expect(statSync(folder).mode & 0o777).toBe(0o700)
  const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)
  expect(modes).toEqual([0o600, 0o600])
})

describe('killed by SIGKILL', () => {
  const cases = [1, 2, 3, 4, 5].flatMap((record) =>
    (['before', 'torn', 'after'] as const).map((moment) => ({record, moment})),
  )

  test.each(cases)('$moment record $record: keeps what was durable and goes on', async (one) => {
    const {record, moment} = one
    const {ended} = startScript('write-run.ts', [folder], {
      MITRA_FAULT: `journal:${record}:${moment}`,
    })
    const {signal} = await ended
    const survived = await runSummaries(folder)
    const tookOver = await impatientJournal(folder).begin('again', twoSteps)
    await tookOver.end('done')

    const expected = afterRecords(moment === 'after' ? record : record - 1, 'interrupted')
    expect(signal).toBe('SIGKILL')
    expect(survived).toEqual(expected)
    expect(await runSummaries(folder)).toEqual([
      ...expected,
      {outcome: 'done', finished: 0, failed: 0},
    ])
    expect(existsSync(join(folder, `torn-${record}`))).toBe(moment === 'torn')
  })

  test('does nothing for a record that is never written', async () => {
    const {ended} = startScript('write-run.ts', [folder], {MITRA_FAULT: 'journal:6:before'})

    expect(await ended).toEqual({code: 0, signal: undefined, stderr: ''})
    expect(await runSummaries(folder)).toEqual(afterRecords(5, 'open'))
  })
})

test('refuses a record that holds a secret, and writes nothing of it', async () => {
  const journal = new FileJournal(folder, {
    waitMs: 0,
    holdsSecret: (text) => text.includes('hunter2'),
  })
  const run = await journal.begin('up', twoSteps)

  await expect(run.failed('stack.start.redis', 'X', 'pw hunter2')).rejects.toMatchObject({
    kind: 'bug',
    code: 'SECRET_IN_JOURNAL',
    message: expect.not.stringContaining('hunter2'),
  })
  await run.end('failed')
  expect(readFileSync(file, 'utf8')).not.toContain('hunter2')
  expect(await runSummaries(folder)).toEqual([{outcome: 'failed', finished: 0, failed: 0}])
})

test('writers in processes of their own follow one another without a gap in the chain', async () => {
  const ends = await Promise.all(
    Array.from({length: 6}, () => startScript('write-run.ts', [folder]).ended),
  )

  expect(ends.map(({code, stderr}) => [code, stderr])).toEqual(ends.map(() => [0, '']))
  expect(await runSummaries(folder)).toEqual(ends.map(() => afterRecords(5, 'open')[0]))
})

test('reads 10,000 records in less than a second', async () => {
  mkdirSync(folder, {recursive: true})
  let end = chainStart
  const lines: string[] = []
  const writer = ownIdentity()
  for (let count = 0; count < 2500; count += 1) {
    const base = {run: `run-${count}`, at: '2026-11-24T10:00:00.000Z'}
    for (const entry of [
      {...base, kind: 'begin', command: 'up', plan: twoSteps, writer},
      {...base, kind: 'done', step: 'stack.start.redis'},
      {...base, kind: 'done', step: 'tenant.create.lic', undo: {was: 'x'}},
      {...base, kind: 'end', outcome: 'done'},
    ] as const) {
      const made = recordLine(entry, end)
      lines.push(made.line)
      end = made.end
    }
  }
  writeFileSync(file, lines.join(''))

  const since = performance.now()
  const runs = await impatientJournal(folder).runs()
  const tookMs = performance.now() - since

  expect(runs).toHaveLength(2500)
  expect(tookMs).toBeLessThan(1000)
})
