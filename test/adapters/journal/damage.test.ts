import {appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {isDeepStrictEqual} from 'node:util'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
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

describe('a torn tail', () => {
  test('is left out wherever the last record is cut off, and kept aside by the next writer', async () => {
    const lines = await writtenLines(folder)
    const whole = Buffer.from(`${lines.join('\n')}\n`)
    // The third record, as the last one: it holds letters of several bytes.
    const kept = Buffer.byteLength(`${lines.slice(0, 2).join('\n')}\n`)
    const end = kept + Buffer.byteLength(`${lines[2]}\n`)

    const again = {outcome: 'done', finished: 0, failed: 0}

    const wrong: unknown[] = []
    for (let size = kept + 1; size < end; size += 1) {
      writeFileSync(file, whole.subarray(0, size))
      const read = await runSummaries(folder)
      await (await impatientJournal(folder).begin('again', [])).end('done')
      const aside = readFileSync(join(folder, 'torn-3')).equals(whole.subarray(kept, size))
      const found = {read, healed: await runSummaries(folder), aside}
      const expected = {
        read: afterRecords(2, 'open'),
        healed: [...afterRecords(2, 'open'), again],
        aside: true,
      }
      if (!isDeepStrictEqual(found, expected)) wrong.push({size, ...found})
    }

    expect(end - kept).toBeGreaterThan(200)
    expect(wrong).toEqual([])
  })

  test('is left out when the record has all its bytes but one is wrong', async () => {
    const lines = await writtenLines(folder)
    const last = Buffer.from(lines[4] ?? '')
    const before = Buffer.from(`${lines.slice(0, 4).join('\n')}\n`)

    const accepted: number[] = []
    for (let index = 0; index < last.length; index += 1) {
      const wrong = Buffer.from(last)
      wrong[index] = wrong[index] === 0x78 ? 0x79 : 0x78
      writeFileSync(file, Buffer.concat([before, wrong, Buffer.from('\n')]))
      if (!isDeepStrictEqual(await runSummaries(folder), afterRecords(4, 'open')))
        accepted.push(index)
    }

    expect(accepted).toEqual([])
  })

  test('of zeros, as a power cut leaves it, is left out', async () => {
    await writtenLines(folder)
    appendFileSync(file, Buffer.alloc(4096))

    expect(await runSummaries(folder)).toEqual(afterRecords(5, 'open'))
    await (await impatientJournal(folder).begin('again', [])).end('done')
    expect(await runSummaries(folder)).toHaveLength(2)
  })

  test('is cut off by nobody who only reads', async () => {
    await writtenLines(folder)
    appendFileSync(file, '{"seq":6')
    const before = readFileSync(file)

    await impatientJournal(folder).runs()

    expect(readFileSync(file)).toEqual(before)
    expect(existsSync(join(folder, 'torn-6'))).toBe(false)
  })
})

describe('damage before the last record is an error with its line', () => {
  const damages: Readonly<Record<string, (lines: readonly string[]) => readonly string[]>> = {
    'a changed word': (lines) => lines.with(1, (lines[1] ?? '').replace('stopped', 'started')),
    'a missing record': (lines) => lines.toSpliced(1, 1),
    'a record twice': (lines) => lines.toSpliced(1, 0, lines[0] ?? ''),
    'two records the other way round': (lines) =>
      lines.with(1, lines[2] ?? '').with(2, lines[1] ?? ''),
    'an empty line': (lines) => lines.toSpliced(1, 0, ''),
    'a line that is not ours': (lines) => lines.toSpliced(1, 0, '{"kind":"done"}'),
  }

  test.each(Object.entries(damages))('%s', async (_, damage) => {
    const lines = await writtenLines(folder)
    writeFileSync(file, `${damage(lines).join('\n')}\n`)
    const before = readFileSync(file)

    const expected = {
      kind: 'failed',
      code: 'JOURNAL_DAMAGED',
      message: `${file}:2 is damaged.`,
      hints: expect.arrayContaining([expect.stringContaining('Move')]),
    }
    await expect(impatientJournal(folder).runs()).rejects.toMatchObject(expected)
    await expect(impatientJournal(folder).begin('up', [])).rejects.toMatchObject(expected)
    expect(readFileSync(file)).toEqual(before)
  })

  test('and the lock is not left held by the run that could not begin', async () => {
    const lines = await writtenLines(folder)
    writeFileSync(file, `{}\n${lines.join('\n')}\n`)

    await expect(impatientJournal(folder).begin('up', [])).rejects.toMatchObject({
      code: 'JOURNAL_DAMAGED',
    })
    await expect(impatientJournal(folder).lock('up')).resolves.toBeDefined()
  })
})
