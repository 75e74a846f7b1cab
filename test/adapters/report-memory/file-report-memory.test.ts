import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {FileReportMemory} from '../../../src/adapters/report-memory/file-report-memory.js'
import type {ReportRecord} from '../../../src/ports/report-memory.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mitra-reports-'))
})
afterEach(() => rmSync(folder, {recursive: true, force: true}))

const open = (waitMs?: number) =>
  new FileReportMemory({
    folder,
    now: () => new Date('2026-11-24T05:00:00Z'),
    ...(waitMs === undefined ? {} : {waitMs}),
  })

function record(at: string, total = 0): ReportRecord {
  return {
    at,
    month: at.slice(0, 7),
    asOf: at.slice(0, 10),
    currency: 'INR',
    phase: 'mvp',
    budgetState: 'within',
    total,
    exactTotal: '0',
    rate: null,
    forecast: null,
    services: {},
    days: {},
    anomalies: [],
  }
}

describe('the memory of reports', () => {
  test('finds the newest of an earlier day, of its own source', async () => {
    await open().remember('bill', record('2026-11-20T05:00:00Z', 20))
    await open().remember('bill', record('2026-11-22T05:00:00Z', 22))
    await open().remember('bill', record('2026-11-24T05:00:00Z', 24))
    await open().remember('other', record('2026-11-23T05:00:00Z', 99))

    expect(await open().lastBefore('bill', '2026-11-24')).toMatchObject({total: 22})
    expect(await open().lastBefore('bill', '2026-11-20')).toBeUndefined()
    expect(await open().last('bill')).toMatchObject({total: 24})
    expect(await open().last('new')).toBeUndefined()
  })

  test('keeps the last one of a day, so that looking twice changes no comparison', async () => {
    await open().remember('bill', record('2026-11-23T05:00:00Z', 1))
    await open().remember('bill', record('2026-11-24T05:00:00Z', 2))
    await open().remember('bill', record('2026-11-24T09:00:00Z', 3))

    expect(await open().lastBefore('bill', '2026-11-24')).toMatchObject({total: 1})
    expect(await open().lastBefore('bill', '2026-11-25')).toMatchObject({total: 3})
  })

  test('does not grow for ever', async () => {
    const memory = open()
    for (let day = 0; day < 100; day++) {
      const at = new Date(Date.UTC(2026, 0, 1) + day * 86_400_000).toISOString()
      await memory.remember('bill', record(at, day))
      await memory.beginSend(`notice ${day}`, 'slack')
    }

    expect(await memory.last('bill')).toMatchObject({total: 99})
    expect(await memory.lastBefore('bill', '2026-02-07')).toBeUndefined()
    expect(statSync(join(folder, 'reports.json')).size).toBeLessThan(40_000)
  })

  test('knows what was sent, and what was only begun', async () => {
    await open().beginSend('report 2026-11-24', 'slack')
    await open().beginSend('report 2026-11-24', 'email')
    await open().finishSend('report 2026-11-24', 'email')

    expect(await open().sendState('report 2026-11-24', 'slack')).toBe('begun')
    expect(await open().sendState('report 2026-11-24', 'email')).toBe('sent')
    expect(await open().sendState('report 2026-11-25', 'email')).toBe('new')
  })

  test('lets one report at a time through, and names who it waits for', async () => {
    const order: string[] = []
    let release: (() => void) | undefined
    const first = open().exclusive(async () => {
      order.push('first')
      await new Promise<void>((resolve) => {
        release = resolve
      })
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await expect(open(50).exclusive(async () => order.push('second'))).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining('mitra cost report'),
    })
    release?.()
    await first
    await open().exclusive(async () => order.push('third'))

    expect(order).toEqual(['first', 'third'])
  })

  test('that is damaged is named, with what to do', async () => {
    writeFileSync(join(folder, 'reports.json'), '{"reports":')

    await expect(open().last('bill')).rejects.toMatchObject({
      code: 'REPORT_MEMORY',
      hints: [expect.stringContaining('Remove it')],
    })
  })

  test('is for its owner alone', async () => {
    await open().remember('bill', record('2026-11-24T05:00:00Z'))

    expect(statSync(join(folder, 'reports.json')).mode & 0o777).toBe(0o600)
  })
})
