import {mkdtemp, readdir, readFile, rm, truncate, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {FileCostStore} from '../../../src/adapters/cost-store/file-cost-store.js'
import {addDays, daysOf} from '../../../src/features/cost/calendar.js'
import type {BillDay, BillLine} from '../../../src/ports/bill-pages.js'
import type {StoredCosts, WholeAnswer} from '../../../src/ports/cost-store.js'
import type {DayWindow} from '../../../src/ports/costs.js'
import {largeBill, truth, type Bill} from '../../support/cost-explorer/bill.js'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mitra-cost-store-'))
})

afterEach(() => rm(folder, {recursive: true, force: true}))

const firstWeek = {start: '2026-11-01', end: '2026-11-08'}

function line(billed: bigint, over: Partial<BillLine> = {}): BillLine {
  const names = {service: 'Amazon S3', recordType: 'Usage', usageType: undefined}
  return {...names, billed, amortized: billed, ...over}
}

function day(name: string, lines: readonly BillLine[], isEstimated = false): BillDay {
  return {day: name, isEstimated, currency: 'INR', lines}
}

function answer(at: string, days: readonly BillDay[], window: DayWindow = firstWeek): WholeAnswer {
  return {at, account: '111122223333', window, service: undefined, days}
}

async function keep(store: FileCostStore, ...answers: readonly WholeAnswer[]): Promise<void> {
  const writer = await store.write('test')
  for (const one of answers) await writer.keep(one)
  await writer.release()
}

function daysOfBill({rows, estimatedFrom}: Bill, window: DayWindow): readonly BillDay[] {
  const byDay = new Map<string, BillLine[]>(daysOf(window).map((one) => [one, []]))
  for (const {day: on, service, recordType, unblended, amortized} of rows) {
    byDay.get(on)?.push({service, recordType, usageType: undefined, billed: unblended, amortized})
  }
  return [...byDay].map(([on, lines]) => day(on, lines, on >= estimatedFrom))
}

describe('what was kept', () => {
  test('is read back to the last digit: 13 months, 40 services, 6 record types', async () => {
    const window = {start: '2025-10-01', end: '2026-11-25'}
    const bill = largeBill(window)
    await keep(
      new FileCostStore(folder),
      answer('2026-11-24T06:00:00.000Z', daysOfBill(bill, window), window),
    )

    const costs = await new FileCostStore(folder).read()

    const lines = costs.lines(window)
    expect(lines).toHaveLength(420 * 40 * 6)
    expect(lines.reduce((sum, {billed}) => sum + billed, 0n)).toBe(truth(bill, window).billed)
    expect(costs).toMatchObject({account: '111122223333', currency: 'INR'})
  })

  test('is written down once: an answer that says the same adds a line without days', async () => {
    const store = new FileCostStore(folder)
    const days = daysOf(firstWeek).map((one) => day(one, [line(5n)]))
    await keep(
      store,
      answer('2026-11-09T06:00:00.000Z', days),
      answer('2026-11-10T06:00:00.000Z', days),
    )

    const [, second = ''] = (await readFile(join(folder, 'costs-0001.jsonl'), 'utf8')).split('\n')

    expect(JSON.parse(second)).toMatchObject({kind: 'fetch', days: []})
    expect((await store.read()).days.get('2026-11-01')).toEqual(
      expect.objectContaining({
        isEstimated: false,
        confirmedAt: '2026-11-10T06:00:00.000Z',
        settledSince: '2026-11-09T06:00:00.000Z',
      }),
    )
  })

  test('tells amortized from cash, negatives, and a day without costs from an unknown one', async () => {
    const lines = [
      line(-25n, {recordType: 'Credit'}),
      line(900n, {service: 'Savings Plans', recordType: 'SavingsPlanUpfrontFee', amortized: 29n}),
    ]
    const empty = {day: '2026-11-02', isEstimated: true, currency: undefined, lines: []}
    const window = {start: '2026-11-01', end: '2026-11-03'}
    await keep(
      new FileCostStore(folder),
      answer('2026-11-09T06:00:00.000Z', [day('2026-11-01', lines), empty], window),
    )

    const costs = await new FileCostStore(folder).read()

    expect(costs.lines(firstWeek).map(({billed, amortized}) => [billed, amortized])).toEqual([
      [-25n, -25n],
      [900n, 29n],
    ])
    expect([...costs.days.keys()]).toEqual(['2026-11-01', '2026-11-02'])
    expect(costs.days.get('2026-11-02')?.settledSince).toBeUndefined()
  })
})

describe('a day that was restated', () => {
  test('is remembered with all record types of the service that changed, and with no other', async () => {
    const s3 = (billed: bigint) => [line(billed), line(3n, {recordType: 'Tax'})]
    const other = line(7n, {service: 'AWS Lambda'})
    const one = {start: '2026-11-01', end: '2026-11-02'}
    const at = (hour: string) => `2026-11-03T${hour}:00:00.000Z`
    const store = new FileCostStore(folder)
    await keep(
      store,
      answer(at('01'), [day('2026-11-01', [...s3(10n), other], true)], one),
      answer(at('02'), [day('2026-11-01', [...s3(12n), other], true)], one),
      answer(at('03'), [day('2026-11-01', [...s3(15n), other])], one),
    )

    const {restatements} = await store.read()

    const shared = {day: '2026-11-01', service: 'Amazon S3', seenAt: at('03'), ageDays: 1}
    expect(restatements).toEqual([
      // Of the same age: from the first value to the last.
      {...shared, recordType: 'Tax', before: 3n, after: 3n},
      {...shared, recordType: 'Usage', before: 10n, after: 15n},
    ])
  })
})

describe('files of records', () => {
  /** Forty days of answers, each restating the day before, in files that are full at once. */
  async function fill(): Promise<void> {
    for (let count = 0; count < 40; count += 1) {
      const today = addDays('2026-10-01', count)
      const window = {start: addDays(today, -1), end: addDays(today, 1)}
      const days = daysOf(window).map((one) =>
        day(one, [line(BigInt(count * 1000)), line(-1n, {recordType: `T${count}`})], true),
      )
      const store = new FileCostStore(folder, {segmentBytes: 2000})
      const writer = await store.write('test')
      const id = await writer.reserve({at: `${today}T06:00:00.000Z`, what: 'test', cap: 100})
      await writer.settle(id, count % 5 === 0 ? 'free' : 'billed')
      await writer.keep(answer(`${today}T06:00:00.000Z`, days, window))
      await writer.release()
    }
  }

  const all = {start: '2026-09-01', end: '2026-12-01'}

  function summary(costs: StoredCosts) {
    const {account, currency, fetchedAt, restatements} = costs
    const requests = ['2026-10', '2026-11'].map((month) => costs.requestsIn(month))
    const known = [...costs.days].map(([name, {isEstimated, confirmedAt}]) => [
      name,
      isEstimated,
      confirmedAt,
    ])
    return {account, currency, fetchedAt, restatements, requests, known, lines: costs.lines(all)}
  }

  test('follow one another; with their snapshots and without, they say the same', async () => {
    await fill()
    const names = await readdir(folder)
    const snapshots = names.filter((name) => name.startsWith('snapshot-'))
    const quick = summary(await new FileCostStore(folder).read())

    await writeFile(join(folder, snapshots.at(-1) ?? ''), 'damaged')
    const fromOlder = summary(await new FileCostStore(folder).read())
    for (const name of snapshots) await rm(join(folder, name))
    const fromRecords = summary(await new FileCostStore(folder).read())

    expect(snapshots).toHaveLength(2)
    expect(names.filter((name) => name.endsWith('.jsonl')).length).toBeGreaterThan(3)
    expect(quick.requests).toEqual([24, 8])
    expect(quick.lines).toHaveLength(82)
    expect(fromOlder).toEqual(quick)
    expect(fromRecords).toEqual(quick)
  })

  test('go on after all snapshots were lost', async () => {
    await fill()
    for (const name of await readdir(folder)) {
      if (name.startsWith('snapshot-')) await rm(join(folder, name))
    }

    await keep(
      new FileCostStore(folder),
      answer('2026-11-20T06:00:00.000Z', [day('2026-11-20', [line(1n)])], {
        start: '2026-11-20',
        end: '2026-11-21',
      }),
    )

    const costs = await new FileCostStore(folder).read()
    expect(costs.days.size).toBe(42)
    expect(costs.requestsIn('2026-10')).toBe(24)
  })
})

describe('a file that is not whole', () => {
  const file = () => join(folder, 'costs-0001.jsonl')

  async function twoAnswers(): Promise<void> {
    const days = (billed: bigint) => daysOf(firstWeek).map((one) => day(one, [line(billed)]))
    await keep(
      new FileCostStore(folder),
      answer('2026-11-09T06:00:00.000Z', days(5n)),
      answer('2026-11-10T06:00:00.000Z', days(6n)),
    )
  }

  test.each([1, 10, 60])(
    '%d bytes short: the answer before counts, and writing goes on',
    async (bytes) => {
      await twoAnswers()
      const whole = await readFile(file())
      await truncate(file(), whole.length - bytes)

      const store = new FileCostStore(folder)
      expect((await store.read()).fetchedAt).toBe('2026-11-09T06:00:00.000Z')
      await keep(
        store,
        answer(
          '2026-11-11T06:00:00.000Z',
          daysOf(firstWeek).map((one) => day(one, [line(7n)])),
        ),
      )

      const costs = await new FileCostStore(folder).read()
      expect(costs.fetchedAt).toBe('2026-11-11T06:00:00.000Z')
      expect(costs.lines(firstWeek).every(({billed}) => billed === 7n)).toBe(true)
      expect((await readdir(folder)).some((name) => name.startsWith('torn-'))).toBe(true)
    },
  )

  test('changed in the middle is refused with its line, and no request is made upon it', async () => {
    await twoAnswers()
    await writeFile(file(), (await readFile(file(), 'utf8')).replace('"5"', '"4"'))

    const store = new FileCostStore(folder)

    const damage = {kind: 'notReady', code: 'COSTS_DAMAGED', message: `${file()}:1 is damaged.`}
    await expect(store.read()).rejects.toMatchObject(damage)
    await expect(store.write('test')).rejects.toMatchObject(damage)
    await rm(file())
    await keep(store, answer('2026-11-09T06:00:00.000Z', []))
  })

  test('is readable by its owner alone', async () => {
    await twoAnswers()
    const {stat} = await import('node:fs/promises')

    expect((await stat(file())).mode & 0o777).toBe(0o600)
  })
})
