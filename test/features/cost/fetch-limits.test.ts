import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {knowableWindow, monthToDate} from '../../../src/features/cost/window.js'
import {smallBill} from '../../support/cost-explorer/bill.js'
import {SourceBench} from '../../support/cost-explorer/source.js'
import {refuse} from '../../support/cost-explorer/refusal.js'

const morning = '2026-11-24T03:30:00.000Z'
const all = knowableWindow(new Date(morning))
const month = monthToDate(new Date(morning))

let bench: SourceBench

beforeEach(async () => {
  bench = await new SourceBench(smallBill(all), morning).start()
})

afterEach(() => bench.stop())

describe('the cap', () => {
  test('is never passed, and the last good data are shown with the reason', async () => {
    for (let round = 0; round < 5; round += 1) {
      await bench.source({cap: 3, warmHours: 0}).ledger(month)
      bench.later(1)
    }

    const last = await bench.source({cap: 3, warmHours: 0}).ledger(month)

    expect(bench.standIn.billed).toBe(3)
    expect(last.degraded).toMatchObject({code: 'REQUEST_CAP'})
    expect(last.degraded?.message).toContain('2026-11-24 05:30 UTC, 3 hours ago')
    expect(last.spent).toEqual({
      requests: 0,
      cost: {minor: 0, currency: 'USD'},
      thisMonth: {requests: 3, cap: 3},
    })
  })

  test('reached in the middle of the pages keeps nothing of them', async () => {
    bench.standIn.pageSize = 333

    await expect(bench.source({cap: 3}).ledger(month)).rejects.toMatchObject({
      kind: 'notReady',
      code: 'REQUEST_CAP',
    })

    expect(bench.standIn.billed).toBe(3)
    expect((await bench.store().read()).days.size).toBe(0)
  })

  test('begins anew with the month', async () => {
    await bench.source({cap: 1}).ledger(month)
    bench.now = new Date('2026-12-01T00:00:01.000Z')
    bench.standIn.bill = smallBill(knowableWindow(bench.now))

    const ledger = await bench.source({cap: 1}).ledger(monthToDate(bench.now))

    expect(ledger.spent.requests).toBe(1)
    expect(ledger.degraded).toBeUndefined()
  })

  test('is not touched by what AWS does not charge, and is by what may have been charged', async () => {
    bench.standIn.faultFor = (n) =>
      n <= 2
        ? {name: 'throttled', refuse: refuse('LimitExceededException', 'Rate exceeded')}
        : n === 3
          ? {name: 'lost', cutAfter: 0}
          : undefined

    const ledger = await bench.source().ledger(month)

    expect(bench.standIn.questions).toHaveLength(4)
    expect(bench.standIn.billed).toBe(2)
    expect(ledger.spent).toMatchObject({requests: 2, thisMonth: {requests: 2}})
  })
})

describe('whose bill it is', () => {
  test('an account that was not meant is refused before anything is paid', async () => {
    await expect(bench.source({account: '999988887777'}).ledger(month)).rejects.toMatchObject({
      code: 'OTHER_ACCOUNT',
      message: 'The credentials are of account 111122223333; cost.account says 999988887777.',
    })
    expect(bench.standIn.questions).toEqual([])
  })

  test('other credentials do not get into the store of an account', async () => {
    const first = await bench.source().ledger(month)
    bench.later(24)
    bench.standIn.identity = {account: '444455556666'}

    const second = await bench.source().ledger(month)

    expect(second.degraded).toMatchObject({code: 'OTHER_ACCOUNT'})
    expect(second.lines).toEqual(first.lines)
    expect(second.source).toBe('Cost Explorer, account 111122223333')
    expect(bench.standIn.billed).toBe(1)
  })

  test('expired credentials are found out before anything is paid', async () => {
    bench.standIn.identity = refuse('ExpiredToken', 'The security token is expired', 403)

    await expect(bench.source().ledger(month)).rejects.toMatchObject({code: 'CREDENTIALS_EXPIRED'})
    expect(bench.standIn.questions).toEqual([])
  })
})
