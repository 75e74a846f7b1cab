import {expect, test} from 'vitest'
import type {CostLine, CostSource} from '../../src/ports/costs.js'
import {FakeCostSource} from './costs.js'

const line: CostLine = {
  day: '2026-11-01',
  service: 'Amazon Elastic Container Service',
  recordType: 'Usage',
  usageType: undefined,
  region: undefined,
  billed: 1n,
  amortized: 1n,
  currency: 'INR',
  isEstimated: false,
}
const detail = {...line, usageType: 'APS3-Fargate-vCPU-Hours:perCPU', region: 'ap-south-1'}
const window = {start: '2026-11-01', end: '2026-11-02'}

test('the fake knows what was asked for once, and pays for it once', async () => {
  const fake = new FakeCostSource([line, {...line, day: '2026-11-02'}, detail], {budget: 2})
  const source: CostSource = fake

  const cold = await source.ledger(window)
  const warm = await source.ledger(window)

  expect(cold.lines).toEqual([line])
  expect([cold.spent.requests, warm.spent.requests]).toEqual([1, 1])
  expect(await source.detail(line.service, window)).toEqual([detail])
  expect(await source.detail('AWS Lambda', window)).toBeUndefined()
  expect(await source.detail(line.service, window)).toEqual([detail])
  expect(fake.requests).toBe(2)
})
