import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {knowableWindow, monthToDate} from '../../../src/features/cost/window.js'
import {smallBill, truth} from '../../support/cost-explorer/bill.js'
import {faultTable} from '../../support/cost-explorer/fault-table.js'
import {SourceBench, totalsOf} from '../../support/cost-explorer/source.js'

const yesterday = '2026-11-23T03:30:00.000Z'
const month = monthToDate(new Date(yesterday))

let bench: SourceBench

beforeEach(async () => {
  bench = await new SourceBench(smallBill(knowableWindow(new Date(yesterday))), yesterday).start()
})

afterEach(async () => {
  await bench.stop()
})

test('there are 30 faults and more', () => {
  expect(faultTable.length).toBeGreaterThanOrEqual(30)
})

describe.each(faultTable)('$name', ({faultFor, ends, pageSize = 5000}) => {
  const options = {timeoutMs: 4000}

  test('with good data of yesterday', async () => {
    const old = smallBill(knowableWindow(bench.now))
    await bench.source().ledger(month)
    bench.later(24)
    const today = monthToDate(bench.now)
    bench.standIn.bill = smallBill(knowableWindow(bench.now), '2026-11-20')
    const base = bench.standIn.questions.length
    const paid = bench.standIn.billed
    bench.standIn.pageSize = pageSize
    bench.standIn.faultFor = (number) => faultFor(number - base)

    const source = bench.source(options)
    const ledger = await source.ledger(today)

    const isRecovered = ends === 'recovers'
    const right = isRecovered ? truth(bench.standIn.bill, today) : truth(old, today)
    expect(totalsOf(ledger)).toEqual(right)
    expect(ledger.degraded?.code).toBe(isRecovered ? undefined : ends)
    expect(ledger.fetchedAt).toBe(isRecovered ? bench.now.toISOString() : yesterday)
    // Never less than AWS would charge.
    expect(ledger.spent.requests).toBeGreaterThanOrEqual(bench.standIn.billed - paid)
    expect(bench.standIn.questions.length - base).toBeLessThanOrEqual(6)
  })

  test('with nothing stored', async () => {
    bench.standIn.pageSize = pageSize === 5000 ? 5000 : 1200
    bench.standIn.faultFor = faultFor

    const ending = await bench
      .source(options)
      .ledger(month)
      .then(
        (ledger) => ({code: 'recovers', total: totalsOf(ledger)}),
        (error: unknown) => error,
      )

    const right = {code: 'recovers', total: truth(bench.standIn.bill, month)}
    expect(ending).toMatchObject(ends === 'recovers' ? right : {code: ends, kind: 'notReady'})
    expect((await bench.store().read()).days.size > 0).toBe(ends === 'recovers')
  })
})
