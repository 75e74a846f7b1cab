import {fileURLToPath} from 'node:url'
import {FocusCostSource} from '../../../../src/adapters/focus/focus-source.js'
import {LocalExport} from '../../../../src/adapters/focus/local-export.js'
import {buildReport} from '../../../../src/features/cost/report/build-report.js'
import type {CostReport} from '../../../../src/features/cost/report/cost-report.js'
import {shippedFiles} from '../report/reports.js'

const place = fileURLToPath(
  new URL('../../../../config/samples/focus-sample.csv.gz', import.meta.url),
)

/** The ledger of the export that mitra ships. */
export const sampleLedger = await new FocusCostSource({
  files: new LocalExport(place),
  place,
  madeAt: '2026-11-24T00:00:00Z',
}).ledger({start: '2000-01-01', end: '2100-01-01'})

/** Its report, the same on every machine and day. */
export function sampleReport(month?: string): CostReport {
  return buildReport({
    ledger: sampleLedger,
    files: shippedFiles,
    asOf: '2026-11-23',
    month,
    choice: {users: 700},
    gstPercent: 18,
    earlier: undefined,
    now: new Date('2026-11-24T05:30:00Z'),
  }).report
}
