import {afterEach, beforeEach, expect, test} from 'vitest'
import CostExplain from '../../src/commands/cost/explain.js'
import {ledgerOf, steady} from '../features/cost/report/reports.js'
import {ReportDesk} from '../support/report-desk.js'
import {run} from '../support/run.js'

let desk: ReportDesk
beforeEach(() => {
  desk = new ReportDesk()
})
afterEach(() => desk.leave())

const explain = (argv: readonly string[], tools = desk.tools()) => run(CostExplain, argv, tools)

test('explains a service of the sample, as one document too', async () => {
  const text = await explain(['ec2 -', '--sample'])
  const {result, exitCode, stderr} = await explain(['ec2 -', '--sample', '--json'])

  expect(text.stdout).toContain('APS3-NatGateway-Bytes (ap-south-1)')
  expect(exitCode).toBe(0)
  // Nothing is asked that could cost.
  expect(stderr).toBe('')
  expect(result?.explanation.usage[0]).toMatchObject({
    usageType: 'APS3-NatGateway-Bytes',
    region: 'ap-south-1',
  })
})

test('says what it may cost before it asks, and shows the days where nothing is told', async () => {
  const {stdout, stderr, exitCode} = await explain(['container service'])

  expect(stderr).toContain('at most one more request to Cost Explorer ($0.01)')
  expect(stdout).toContain('The bill at hand tells no usage types.')
  expect(exitCode).toBe(0)
})

test('of old data exits 5, of an unknown service 2', async () => {
  const degraded = {code: 'X', message: 'Cost Explorer is busy.', hints: []}
  const old = await explain(['container'], desk.tools(ledgerOf(steady(5), {degraded})))

  expect(old.exitCode).toBe(5)
  expect(old.stdout).toContain('Cost Explorer is busy.')
  expect((await explain(['moon', '--sample'])).exitCode).toBe(2)
})
