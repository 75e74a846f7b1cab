import {cpSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {addDays, utcDayOf} from '../../src/features/cost/calendar.js'
import {knowableWindow, monthToDate} from '../../src/features/cost/window.js'
import {toMinor} from '../../src/ports/money.js'
import {smallBill, truth, type Bill} from '../support/cost-explorer/bill.js'
import {faultTable, type FaultCase} from '../support/cost-explorer/fault-table.js'
import {CostExplorerStandIn} from '../support/cost-explorer/stand-in.js'
import {mitra, type CliResult} from '../support/cli.js'

/** The built CLI before the stand-in, at the real time. */
const folder = mkdtempSync(join(tmpdir(), 'mitra-explorer-'))
const jumpDays = [4, 5, 6, 7, 8].map((back) => addDays(utcDayOf(new Date()), -back))
const bill = smallBill(knowableWindow(new Date()))
const kept = join(folder, 'kept')
/** The same, but that NAT gateways cost five times as much for five settled days. */
const jumping: Bill = {
  ...bill,
  rows: bill.rows.map((row) =>
    row.service === 'EC2 - Other' && jumpDays.includes(row.day)
      ? {...row, unblended: row.unblended * 5n, amortized: row.amortized * 5n}
      : row,
  ),
}

interface Report {
  readonly report: {
    readonly total: {readonly minor: number}
    readonly source: {
      readonly requests: number
      readonly thisMonth: {readonly requests: number} | null
      readonly degraded: {readonly code: string} | null
    }
    readonly services: readonly {readonly service: string}[]
    readonly anomalies: readonly {
      readonly service: string
      readonly cause: readonly {readonly usageType: string}[]
    }[]
  }
}

async function standIn(given: Bill = bill): Promise<CostExplorerStandIn> {
  return new CostExplorerStandIn({bill: given}).start()
}

function report(
  at: CostExplorerStandIn,
  state: string,
  {argv = [], env = {}}: {argv?: readonly string[]; env?: Readonly<Record<string, string>>} = {},
): Promise<CliResult> {
  return mitra(['cost', 'report', '--json', ...argv], {
    cwd: folder,
    env: {
      ...at.environment,
      MITRA_WORKSPACE: join(folder, 'none'),
      XDG_STATE_HOME: state,
      ...env,
    },
  })
}

function parsed({stdout}: CliResult): Report {
  const document: Report = JSON.parse(stdout)
  return document
}

function paise(given: Bill): number {
  return toMinor({currency: 'INR', pico: truth(given, monthToDate(new Date())).billed})
}

beforeAll(async () => {
  const at = await standIn()
  const first = await report(at, kept)
  await at.stop()
  if (first.code !== 0) throw new Error(first.stderr + first.stdout)
})

afterAll(() => rmSync(folder, {recursive: true, force: true}))

describe('mitra cost report before Cost Explorer', () => {
  test('asks once when nothing is kept, not at all the next time, and adds up to the paisa', async () => {
    const at = await standIn()
    const state = join(folder, 'once')
    const cold = parsed(await report(at, state))
    const warm = parsed(await report(at, state))
    await at.stop()

    expect(at.billed).toBe(1)
    expect(cold.report.source.requests).toBe(1)
    expect(warm.report.source.requests).toBe(0)
    expect(cold.report.total.minor).toBe(paise(bill))
    expect(warm.report.total.minor).toBe(paise(bill))
    expect(at.problems).toEqual([])
  })

  test('follows every page: no group is dropped', async () => {
    const at = await standIn()
    at.pageSize = 700
    const paged = parsed(await report(at, join(folder, 'pages')))
    await at.stop()

    expect(at.billed).toBeGreaterThan(4)
    expect(paged.report.total.minor).toBe(paise(bill))
    expect(paged.report.services.length).toBeGreaterThanOrEqual(8)
  })

  test('shows what is kept with --no-fetch, and asks nobody', async () => {
    const at = await standIn()
    const state = join(folder, 'no-fetch')
    const nothing = await report(at, state, {argv: ['--no-fetch']})
    cpSync(kept, state, {recursive: true})
    const fresh = await report(at, state, {argv: ['--no-fetch']})
    const stale = await report(at, state, {
      argv: ['--no-fetch'],
      env: {MITRA_COST_WARM_HOURS: '0'},
    })
    await at.stop()

    expect([nothing.code, fresh.code, stale.code]).toEqual([4, 0, 5])
    expect(parsed(stale).report.source.degraded?.code).toBe('NOT_FETCHED')
    expect(at.questions).toEqual([])
  })

  test('--causes names the usage type of a new anomaly for one request more, which the month counts', async () => {
    const at = await standIn(jumping)
    const state = join(folder, 'causes')
    const known = parsed(await report(at, state))
    const caused = parsed(await report(at, state, {argv: ['--causes']}))
    const again = parsed(await report(at, state, {argv: ['--causes']}))
    await at.stop()

    const [first] = caused.report.anomalies
    expect(known.report.anomalies[0]).toMatchObject({service: 'EC2 - Other', cause: []})
    expect(first?.cause[0]?.usageType).toBe('APS3-NatGateway-Hours')
    expect(caused.report.source).toMatchObject({requests: 1, thisMonth: {requests: 2}})
    expect(again.report.anomalies[0]?.cause).toEqual(first?.cause)
    expect(at.billed).toBe(2)
  })

  test('explains a service for one request more, which is kept', async () => {
    const at = await standIn()
    const state = join(folder, 'explain')
    cpSync(kept, state, {recursive: true})
    const explain = () =>
      mitra(['cost', 'explain', 'nat', '--json'], {
        cwd: folder,
        env: {...at.environment, MITRA_WORKSPACE: join(folder, 'none'), XDG_STATE_HOME: state},
      })
    const unknown = await explain()
    const named = await mitra(['cost', 'explain', 'ec2 -'], {
      cwd: folder,
      env: {...at.environment, MITRA_WORKSPACE: join(folder, 'none'), XDG_STATE_HOME: state},
    })
    const again = await mitra(['cost', 'explain', 'EC2 - Other', '--no-fetch'], {
      cwd: folder,
      env: {...at.environment, MITRA_WORKSPACE: join(folder, 'none'), XDG_STATE_HOME: state},
    })
    await at.stop()

    expect(unknown.code).toBe(2)
    expect(named.stderr).toContain('at most one more request')
    expect(named.stdout).toContain('APS3-NatGateway-Hours (ap-south-1)')
    expect(again.stdout).toContain('APS3-NatGateway-Hours (ap-south-1)')
    expect(at.billed).toBe(1)
  })
})

/** Each fault before the built CLI, some at a time. */
async function runAll(
  cases: readonly FaultCase[],
  run: (one: FaultCase) => Promise<string>,
): Promise<readonly string[]> {
  const left = [...cases]
  const wrong: string[] = []
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const found = await run(one)
      if (found !== '') wrong.push(`${one.name}: ${found}`)
    }
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  return wrong
}

async function faulty({name, faultFor, ends, pageSize = 5000}: FaultCase, isKept: boolean) {
  // A bill that is dearer: an answer that is taken in parts would show.
  const dearer = smallBill(knowableWindow(new Date()), '2100-01-01')
  const at = await standIn({
    ...dearer,
    rows: dearer.rows.map((row) => ({...row, unblended: row.unblended * 2n})),
  })
  at.pageSize = isKept ? Math.min(pageSize, 300) : Math.min(pageSize, 1200)
  at.faultFor = faultFor
  const state = join(folder, encodeURIComponent(`${name} ${isKept}`))
  if (isKept) cpSync(kept, state, {recursive: true})
  const env = {MITRA_COST_WARM_HOURS: '0', MITRA_COST_TIMEOUT_SECONDS: '4'}
  const result = await report(at, state, {env})
  await at.stop()
  return {result, dearer: paise(at.bill), ends}
}

describe(`${faultTable.length} faults`, () => {
  test('with good data kept: the right total or the old one, exit 0 or 5, never anything else', async () => {
    const wrong = await runAll(faultTable, async (one) => {
      const {result, dearer, ends} = await faulty(one, true)
      const isRecovered = ends === 'recovers'
      const {report: shown} = parsed(result)
      const right = isRecovered ? dearer : paise(bill)
      const problems = [
        ...(result.code === (isRecovered ? 0 : 5) ? [] : [`exit ${result.code}`]),
        ...(shown.total.minor === right ? [] : [`total ${shown.total.minor}, not ${right}`]),
        ...((shown.source.degraded?.code ?? 'recovers') === ends
          ? []
          : [`${shown.source.degraded?.code}, not ${ends}`]),
      ]
      return problems.join(', ')
    })

    expect(wrong).toEqual([])
  }, 300_000)

  test('with nothing kept: the right total and exit 0, or no total at all and exit 4', async () => {
    const wrong = await runAll(faultTable, async (one) => {
      const {result, dearer, ends} = await faulty(one, false)
      if (ends === 'recovers') {
        const total = parsed(result).report.total.minor
        return result.code === 0 && total === dearer ? '' : `exit ${result.code}, total ${total}`
      }
      const {error}: {error?: {code: string}} = JSON.parse(result.stdout)
      return result.code === 4 && error?.code === ends ? '' : `exit ${result.code}, ${error?.code}`
    })

    expect(wrong).toEqual([])
  }, 300_000)
})
