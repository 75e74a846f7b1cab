import {afterAll, describe, expect, test} from 'vitest'
import {focusCsv} from '../../../../src/features/cost/render/focus-csv.js'
import {recordClass} from '../../../../src/features/cost/report/record-types.js'
import type {CostLine} from '../../../../src/ports/costs.js'
import {ExportFolder} from '../../../adapters/focus/exports.js'
import {ledgerOf, reportOf} from '../report/reports.js'
import {sampleLedger} from './sample.js'

const folder = new ExportFolder()
afterAll(() => folder.remove())
const november = {start: '2026-11-01', end: '2026-12-01'}

describe('a report as FOCUS CSV', () => {
  test('read again is the same bill, to the last digit', async () => {
    const place = folder.write('out.csv', focusCsv(sampleLedger, november))
    const again = await folder.ledger(place)
    const before = sampleLedger.lines.filter(({day}) => day >= november.start)
    const sums = (lines: readonly CostLine[]) =>
      lines.reduce<Record<string, bigint>>((all, {service, recordType, day, billed}) => {
        const key = `${day} ${service} ${recordClass(recordType)}`
        return {...all, [key]: (all[key] ?? 0n) + billed}
      }, {})

    expect(sums(again.lines)).toEqual(sums(before))
    expect(again.currency).toBe('USD')
  })

  test('makes the same report', async () => {
    const ledger = ledgerOf([
      {billed: '100.000000000001'},
      {billed: '-3', recordType: 'Refund'},
      {billed: '-7', recordType: 'Credit'},
      {billed: '18', recordType: 'Tax'},
      {billed: '9', recordType: 'Support', amortized: '3'},
    ])
    const again = await folder.ledger(folder.write('more.csv', focusCsv(ledger, november)))
    const [one, other] = [
      reportOf([], {ledger}),
      reportOf([], {ledger: {...again, window: november}}),
    ]

    expect(other.total).toEqual(one.total)
    expect(other.charges).toEqual(one.charges)
    expect(other.budget.spent).toEqual(one.budget.spent)
    expect(other.services).toEqual(one.services)
  })
})
