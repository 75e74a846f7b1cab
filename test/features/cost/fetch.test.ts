import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {knowableWindow, monthToDate} from '../../../src/features/cost/window.js'
import {smallBill, truth} from '../../support/cost-explorer/bill.js'
import {SourceBench, totalsOf} from '../../support/cost-explorer/source.js'
import {refuse} from '../../support/cost-explorer/refusal.js'

const morning = '2026-11-24T03:30:00.000Z'
const all = knowableWindow(new Date(morning))
const month = monthToDate(new Date(morning))

let bench: SourceBench

beforeEach(async () => {
  bench = await new SourceBench(smallBill(all), morning).start()
})

afterEach(() => bench.stop())

describe('the first report', () => {
  test('takes one request for 13 months and today, and knows the bill to the last digit', async () => {
    const ledger = await bench.source().ledger(month)

    expect(totalsOf(ledger)).toEqual(truth(bench.standIn.bill, month))
    expect(ledger).toMatchObject({
      window: month,
      currency: 'INR',
      fetchedAt: morning,
      source: 'Cost Explorer, account 111122223333',
      spent: {
        requests: 1,
        cost: {minor: 1, currency: 'USD'},
        thisMonth: {requests: 1, cap: 100},
      },
      degraded: undefined,
      restatements: [],
    })
    expect(bench.standIn.questions).toEqual([
      {
        TimePeriod: {Start: '2025-10-01', End: '2026-11-25'},
        Granularity: 'DAILY',
        Metrics: ['NetUnblendedCost', 'NetAmortizedCost'],
        GroupBy: [
          {Type: 'DIMENSION', Key: 'SERVICE'},
          {Type: 'DIMENSION', Key: 'RECORD_TYPE'},
        ],
      },
    ])
    expect(bench.standIn.billed).toBe(1)
  })

  test('is the same from pages of any size, each paid for', async () => {
    const source = bench.source()
    bench.standIn.pageSize = 333

    const ledger = await source.ledger(all)

    expect(totalsOf(ledger)).toEqual(truth(bench.standIn.bill, all))
    expect(bench.standIn.billed).toBeGreaterThan(10)
    expect(ledger.spent.requests).toBe(bench.standIn.billed)
    const [first, ...rest] = bench.standIn.questions
    for (const question of rest) {
      expect({...question, NextPageToken: undefined}).toEqual({...first, NextPageToken: undefined})
    }
  })

  test('of an empty account is empty and costs one request', async () => {
    bench.standIn.bill = {...bench.standIn.bill, rows: []}

    const first = await bench.source().ledger(month)
    const second = await bench.source().ledger(month)

    expect(first).toMatchObject({lines: [], currency: 'INR', degraded: undefined})
    expect(second).toMatchObject({lines: [], currency: 'INR', spent: {requests: 0}})
    expect(bench.standIn.billed).toBe(1)
  })
})

describe('a report again', () => {
  test('asks nothing within the warm hours, whatever window it is of', async () => {
    await bench.source().ledger(month)
    bench.later(19)

    const warm = await bench.source().ledger(all)

    expect(totalsOf(warm)).toEqual(truth(bench.standIn.bill, all))
    expect(warm.spent).toMatchObject({requests: 0, cost: {minor: 0}})
    expect(bench.standIn.questions).toHaveLength(1)
  })

  test('the next day asks once, only for what is not final', async () => {
    await bench.source().ledger(month)
    bench.later(24)
    bench.standIn.bill = smallBill(knowableWindow(bench.now))

    await bench.source().ledger(month)

    expect(bench.standIn.questions[1]?.TimePeriod).toEqual({Start: '2026-10-01', End: '2026-11-26'})
  })

  test('never asks again for a month whose invoice is out and that was seen the same twice', async () => {
    for (let day = 0; day < 20; day += 1) {
      bench.standIn.bill = smallBill(knowableWindow(bench.now))
      await bench.source().ledger(monthToDate(bench.now))
      bench.later(24)
    }

    const starts = bench.standIn.questions.map(({TimePeriod}) => TimePeriod?.Start)
    // The invoice of November comes with 7 December; the fetch of the 8th is the second one after it.
    expect([...new Set(starts)]).toEqual(['2025-10-01', '2026-10-01', '2026-11-01', '2026-12-01'])
    expect(starts.filter((start) => start === '2026-10-01')).toHaveLength(1)
    expect(bench.standIn.billed).toBe(20)
  })

  test('keeps what a day was before it was restated', async () => {
    await bench.source().ledger(month)
    bench.later(24)
    const {rows} = bench.standIn.bill
    const grown = rows.map((row) =>
      row.day === '2026-11-23' && row.service === 'EC2 - Other'
        ? {...row, amortized: row.amortized * 2n}
        : row,
    )
    bench.standIn.bill = {...bench.standIn.bill, rows: grown}

    const ledger = await bench.source().ledger(month)

    const before = rows.find(({day, service}) => day === '2026-11-23' && service === 'EC2 - Other')
    expect(totalsOf(ledger)).toEqual(truth(bench.standIn.bill, month))
    expect(ledger.restatements).toEqual([
      {
        day: '2026-11-23',
        service: 'EC2 - Other',
        seenAt: bench.now.toISOString(),
        ageDays: 1,
        before: before?.amortized,
        after: (before?.amortized ?? 0n) * 2n,
      },
    ])
  })
})

describe('the detail of one service', () => {
  const service = 'Amazon Elastic Container Service'

  test('tells usage types and regions for one request, and is kept', async () => {
    await bench.source().ledger(month)
    const source = bench.source()

    const lines = await source.detail(service, month)
    const again = await bench.source().detail(service, {start: '2026-11-20', end: '2026-11-22'})

    expect(lines?.[0]).toMatchObject({
      day: '2026-11-01',
      service,
      recordType: 'Usage',
      usageType: 'APS3-Fargate-vCPU-Hours:perCPU',
      region: 'ap-south-1',
      currency: 'INR',
    })
    expect(lines).toHaveLength(24)
    expect(again?.map(({day}) => day)).toEqual(['2026-11-20', '2026-11-21'])
    expect(source.spent()).toEqual({requests: 1, cost: {minor: 1, currency: 'USD'}})
    expect(bench.standIn.billed).toBe(2)
  })

  test('never takes the requests that the reports of the month still need', async () => {
    await bench.source().ledger(month)

    // 24 to 30 November: seven reports to come, one request made.
    expect(await bench.source({cap: 7}).detail(service, month)).toBeUndefined()
    expect(await bench.source({cap: 8}).detail(service, month)).toHaveLength(24)
    expect(bench.standIn.billed).toBe(2)
  })

  test('that does not come is undefined, not an end of the report', async () => {
    bench.standIn.faultFor = () => ({name: 'denied', refuse: refuse('AccessDeniedException', 'no')})

    expect(await bench.source().detail(service, month)).toBeUndefined()
  })
})

describe('a window', () => {
  test('before all that Cost Explorer keeps has no costs', async () => {
    await expect(
      bench.source().ledger({start: '2020-01-01', end: '2020-02-01'}),
    ).rejects.toMatchObject({code: 'NO_COSTS', kind: 'notReady'})
    expect(bench.standIn.questions).toEqual([])
  })

  test('that begins before it is short, and says so', async () => {
    const ledger = await bench.source().ledger({start: '2025-09-01', end: '2025-11-01'})

    expect(ledger.degraded).toMatchObject({
      code: 'SHORT_HISTORY',
      message: 'Nothing is known of 30 days from 2025-09-01 to 2025-09-30.',
    })
  })

  test('over a change of currency is refused, the days on either side are not', async () => {
    const {rows} = bench.standIn.bill
    const changed = rows.map((row) => (row.day < '2026-11-10' ? {...row, currency: 'USD'} : row))
    bench.standIn.bill = {...bench.standIn.bill, rows: changed}

    await expect(bench.source().ledger(month)).rejects.toMatchObject({
      code: 'CURRENCY_MIX',
      message: 'The bill changes from USD to INR on 2026-11-10; they cannot be added.',
    })
    const later = await bench.source().ledger({start: '2026-11-10', end: '2026-11-25'})
    expect(later.currency).toBe('INR')
    expect(bench.standIn.billed).toBe(1)
  })
})
