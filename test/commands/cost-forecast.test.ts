import {afterEach, beforeEach, expect, test} from 'vitest'
import CostAnomalies from '../../src/commands/cost/anomalies.js'
import CostForecast from '../../src/commands/cost/forecast.js'
import {ledgerOf, steady} from '../features/cost/report/reports.js'
import {ReportDesk} from '../support/report-desk.js'
import {run} from '../support/run.js'

let desk: ReportDesk
beforeEach(() => {
  desk = new ReportDesk()
})
afterEach(() => desk.leave())

const degraded = {code: 'X', message: 'Cost Explorer is busy.', hints: []}

test('forecast: services and the rest add up to what is expected', async () => {
  const {result, exitCode} = await run(CostForecast, ['--sample', '--json'], desk.tools())
  const services = result?.rows?.services ?? []
  const sum = services.reduce((all, {expected}) => all + expected.minor, 0)

  expect(exitCode).toBe(0)
  expect(services.length).toBeGreaterThan(5)
  expect(sum + (result?.rows?.other.minor ?? 0)).toBe(result?.forecast?.expected.minor)
})

test('forecast: says what is expected and how sure it is, and fits a narrow terminal', async () => {
  const {stdout} = await run(CostForecast, ['--sample'], desk.tools())

  expect(stdout).toContain('expected')
  expect(stdout).toContain('80 % likely')
  expect(stdout).toContain('will exceed the budget')
})

test('forecast: exits 1 over the limit, 5 for old data, 2 for what is no limit', async () => {
  const over = await run(CostForecast, ['--sample', '--fail-over', 'forecast:50%'], desk.tools())
  const old = await run(CostForecast, [], desk.tools(ledgerOf(steady(40), {degraded})))
  const bad = await run(CostForecast, ['--sample', '--fail-over', 'much'], desk.tools())

  expect([over.exitCode, old.exitCode, bad.exitCode]).toEqual([1, 5, 2])
})

test('anomalies: names the service, the cause and four weeks of days', async () => {
  const {result, exitCode} = await run(CostAnomalies, ['--sample', '--json'], desk.tools())

  expect(exitCode).toBe(0)
  expect(result?.anomalies[0]).toMatchObject({service: 'EC2 - Other', kind: 'rise', isNew: true})
  expect(result?.anomalies[0]?.cause[0]?.usageType).toBe('APS3-NatGateway-Bytes')
  expect(result?.anomalies[0]?.days.length).toBe(28)
})

test('anomalies: --fail-on exits 1 when there is such a one, 5 for old data, else 0', async () => {
  const exits = async (argv: readonly string[], tools = desk.tools()) =>
    (await run(CostAnomalies, argv, tools)).exitCode
  const calm = desk.tools(ledgerOf(steady(300)))

  expect(await exits(['--sample', '--fail-on', 'ongoing'])).toBe(1)
  expect(await exits(['--fail-on', 'any'], calm)).toBe(0)
  expect(await exits([], desk.tools(ledgerOf(steady(300), {degraded})))).toBe(5)
  expect(await exits(['--days', '91'])).toBe(2)
})

test('anomalies: quiet says nothing where there is none', async () => {
  const {stdout} = await run(CostAnomalies, ['--quiet'], desk.tools(ledgerOf(steady(300))))

  expect(stdout).toBe('')
})
