import {expect, test} from 'vitest'
import {findAnomalies} from '../../../src/features/cost/anomalies.js'
import {addDays, weekdayOf} from '../../../src/features/cost/calendar.js'
import type {CostLedger, CostLine, UtcDay} from '../../../src/ports/costs.js'
import {syntheticAccount, withInjection} from '../../support/synthetic-accounts.js'
import {billOn} from '../../support/synthetic-bills.js'

const today: UtcDay = '2026-10-28'

interface Shape {
  readonly service?: string
  /** Units of the day, days before today. */
  readonly cost: (back: number, day: UtcDay) => number
  readonly usageType?: string
  readonly region?: string
}

function ledgerOf(shapes: readonly Shape[], days = 120): CostLedger {
  const lines = Array.from({length: days}, (_, at) => days - 1 - at).flatMap((back) =>
    shapes.flatMap(({service = 'AWS Lambda', cost, usageType, region}): readonly CostLine[] => {
      const day = addDays(today, -back)
      const amount = BigInt(Math.round(cost(back, day) * 1e12))
      if (amount === 0n) return []
      return [
        {
          day,
          service,
          recordType: 'Usage',
          usageType,
          region,
          billed: amount,
          amortized: amount,
          currency: 'USD',
          isEstimated: back < 3,
        },
      ]
    }),
  )
  return {
    window: {start: addDays(today, 1 - days), end: addDays(today, 1)},
    currency: 'USD',
    lines,
    fetchedAt: `${today}T06:00:00.000Z`,
    source: 'test',
    spent: {requests: 0, cost: {minor: 0, currency: 'USD'}},
    degraded: undefined,
    restatements: [],
  }
}

/** A little noise that is the same in every run. */
function wobble(back: number): number {
  return 1 + 0.04 * Math.sin(back * 12.9898)
}

const steady: Shape = {cost: (back) => 20 * wobble(back)}

test('a steady service has none, and week-ends that cost half are no anomaly', () => {
  const resting: Shape = {
    service: 'Amazon EC2',
    cost: (back, day) => (weekdayOf(day) % 6 === 0 ? 10 : 20) * wobble(back),
  }

  expect(findAnomalies(ledgerOf([steady, resting]), today)).toEqual([])
})

test('a service that costs twice as much for three days is found, with its days and its excess', () => {
  const spike: Shape = {cost: (back) => (back >= 5 && back <= 7 ? 40 : 20) * wobble(back)}

  const [found, ...others] = findAnomalies(ledgerOf([spike]), today)

  expect(others).toEqual([])
  expect(found).toMatchObject({
    id: 'aws-lambda-2026-10-21',
    kind: 'rise',
    firstDay: '2026-10-21',
    lastDay: '2026-10-23',
    isOngoing: false,
  })
  expect(Number(found?.excess.pico) / 1e12).toBeGreaterThan(54)
  expect(Number(found?.excess.pico) / 1e12).toBeLessThan(66)
})

test('late days make no drop, and a rise that is on the bill already is found on the day', () => {
  const late: Shape = {cost: (back) => ([2, 9, 15][back] ?? 20) * wobble(back)}
  const risen: Shape = {
    service: 'Amazon EC2',
    cost: (back) => (back === 1 ? 90 : 20) * wobble(back),
  }

  const found = findAnomalies(ledgerOf([late, risen]), today)

  expect(found.map(({service, firstDay}) => [service, firstDay])).toEqual([
    ['Amazon EC2', '2026-10-27'],
  ])
})

test('a fee on the first is compared with earlier firsts only', () => {
  const fee = (factor: number): Shape => ({
    service: `Fee ${factor}`,
    cost: (back, day) =>
      20 * wobble(back) + (day.endsWith('-01') ? (day === '2026-10-01' ? factor : 1) * 100 : 0),
  })

  const found = findAnomalies(ledgerOf([fee(1), fee(3)]), today, {since: '2026-10-01'})

  expect(found.map(({service, firstDay, lastDay}) => [service, firstDay, lastDay])).toEqual([
    ['Fee 3', '2026-10-01', '2026-10-01'],
  ])
})

test('a service that begins to cost is new; a cheap one is not worth a word', () => {
  const begun: Shape = {service: 'Amazon SageMaker', cost: (back) => (back <= 4 ? 30 : 0)}
  const cheap: Shape = {service: 'Amazon Polly', cost: (back) => (back <= 4 ? 0.2 : 0)}

  const found = findAnomalies(ledgerOf([steady, begun, cheap]), today)

  expect(found.map(({service, kind, isOngoing}) => [service, kind, isOngoing])).toEqual([
    ['Amazon SageMaker', 'new', true],
  ])
})

test('the cause is the usage types and regions behind four fifths of the excess', () => {
  const usage = (usageType: string, region: string, usual: number, risen: number): Shape => ({
    cost: (back) => (back >= 4 && back <= 5 ? risen : usual) * wobble(back),
    usageType,
    region,
  })

  const [found] = findAnomalies(
    ledgerOf([
      usage('APS3-Requests', 'ap-south-1', 10, 11),
      usage('APS3-GB-Second', 'ap-south-1', 10, 40),
      usage('APS1-GB-Second', 'ap-southeast-1', 5, 13),
    ]),
    today,
  )

  expect(found?.cause.map(({usageType, region}) => `${usageType} ${region}`)).toEqual([
    'APS3-GB-Second ap-south-1',
    'APS1-GB-Second ap-southeast-1',
  ])
  const explained = found?.cause.reduce((all, {excess}) => all + excess.pico, 0n) ?? 0n
  expect(Number(explained)).toBeGreaterThan(0.7 * Number(found?.excess.pico))
})

test('tax and credits are no anomaly', () => {
  const ledger = ledgerOf([steady])
  const [line] = ledger.lines
  const extra = ['Tax', 'Credit', 'Refund'].map((recordType, at) => ({
    ...(line as CostLine),
    day: addDays(today, -6 - at),
    recordType,
    amortized: 900n * 10n ** 12n,
  }))
  const lines = [...ledger.lines, ...extra].toSorted((a, b) => (a.day < b.day ? -1 : 1))

  expect(findAnomalies({...ledger, lines}, today)).toEqual([])
})

test('the lines of a day may come in any order', () => {
  const ledger = ledgerOf([
    steady,
    {service: 'B', cost: (back) => (back < 9 ? 60 : 20) * wobble(back)},
  ])
  const lines = ledger.lines
    .toReversed()
    .toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))

  expect(findAnomalies({...ledger, lines}, today)).toEqual(findAnomalies(ledger, today))
})

test('a service of a whole account that doubles is found when its days are in', () => {
  const account = syntheticAccount(11)
  const busiest = account.services.toSorted((a, b) => (b.usage.at(-9) ?? 0) - (a.usage.at(-9) ?? 0))
  const name = busiest[0]?.name ?? ''
  const at = account.days.length - 8
  const doubled = withInjection(account, name, {at, days: 3, factor: 2})

  const found = findAnomalies(
    billOn(doubled, account.days[at + 5] ?? ''),
    account.days[at + 5] ?? '',
  )

  expect(found.map(({service, firstDay}) => [service, firstDay])).toContainEqual([
    name,
    account.days[at],
  ])
})
