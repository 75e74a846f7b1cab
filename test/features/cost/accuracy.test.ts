import {expect, test} from 'vitest'
import {ours, watchAccounts} from '../../support/anomaly-backtest.js'
import {foretellAccounts, fromDate} from '../../support/forecast-backtest.js'

// A few accounts of the back-test of docs/cost-accuracy.md, none of which anything was tuned on: what
// they show is coarse, so the limits of the small numbers are wider than those of the document.
const seeds = Array.from({length: 10}, (_, at) => 5001 + at)
const patientMs = 240_000

test(
  'from day 10 the month is foretold within 5 percent, better than by the run rate',
  () => {
    const rows = foretellAccounts({seeds, dates: [10, 15, 20, 25], months: 3})

    const all = fromDate(rows, 10)
    expect(all.count).toBeGreaterThanOrEqual(80)
    expect(all.mape).toBeLessThanOrEqual(0.05)
    expect(all.mape).toBeLessThan(0.6 * all.runRateMape)
    expect(all.nearerShare).toBeGreaterThan(0.7)
    expect(all.within).toBeGreaterThan(0.65)
    expect(all.within).toBeLessThan(0.95)
  },
  patientMs,
)

test(
  'doubled services are found in time, and false alarms are rare',
  () => {
    const result = watchAccounts({
      name: 'mitra',
      seeds: seeds.slice(0, 8),
      detect: ours,
      watchedDays: 60,
    })

    const [, doubled, fivefold] = result.recall
    expect(result.falsePerServiceMonth).toBeLessThanOrEqual(0.07)
    expect(doubled?.share).toBeGreaterThanOrEqual(0.85)
    expect(fivefold?.share).toBeGreaterThanOrEqual(0.95)
  },
  patientMs,
)
